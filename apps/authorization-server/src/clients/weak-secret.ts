const MINIMUM_LENGTH = 32;
const MAXIMUM_LENGTH = 512;
const MINIMUM_BITS = 96;

/**
 * What is wrong with a secret that was not made here, in words; undefined when nothing is. Secrets are kept as SHA-256, which whoever steals
 * the database can try guesses against by the billion: a secret has to be one that cannot be guessed.
 *
 * The measure: at least 32 characters of visible ASCII, and 96 bits by the frequencies of its characters (Shannon), counting what repeats as a whole
 * once. 16 random bytes in hexadecimal pass; words and patterns do not.
 */
export function secretWeakness(secret: string): string | undefined {
  if (!/^[\x21-\x7e]*$/.test(secret)) return 'must be visible ASCII without spaces';
  if (secret.length < MINIMUM_LENGTH || secret.length > MAXIMUM_LENGTH)
    return `must have ${MINIMUM_LENGTH} to ${MAXIMUM_LENGTH} characters`;
  if (entropyBits(period(secret)) < MINIMUM_BITS) return 'is not random enough: take 32 random bytes';
  return undefined;
}

/** The shortest text whose repetition it is. */
function period(text: string): string {
  return text.slice(0, (text + text).indexOf(text, 1));
}

function entropyBits(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts.values()].reduce((bits, count) => bits - count * Math.log2(count / text.length), 0);
}
