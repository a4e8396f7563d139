/** What a terminal would obey, what no one would see, and what turns the direction of a text round; line breaks and tabs are harmless. */
const UNSEEN = /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\uFFFE\uFFFF]/gu;

/** A text that somebody else chose, with everything in it to be seen: `\u{1b}` stands where it had an escape character. */
export function visible(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(UNSEEN, (character) => `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`);
}

/** The same in one line, cut off where it is longer than that many characters. */
export function inOneLine(text: string, longest = Number.POSITIVE_INFINITY): string {
  const line = visible(text).replace(/\s+/g, ' ').trim();
  return line.length <= longest ? line : `${line.slice(0, longest - 1)}…`;
}
