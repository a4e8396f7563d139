import { isPlainText } from '@rolecall/contracts/plain-text';

/** The rules in words, for the page. */
export const USERNAME_RULES = 'Letters of one script, digits and . _ - + @. Capitals make no difference.';

const MAXIMUM_LENGTH = 64;

/** Why a normalised name cannot be had, in words; undefined: it can. Only what people can tell apart and type again. */
export function usernameProblem(username: string): string | undefined {
  if (username === '') return 'A username is missing.';
  if (username.length > MAXIMUM_LENGTH) return `The username must have at most ${MAXIMUM_LENGTH} characters.`;
  if (!/^[\p{L}\p{N}][\p{L}\p{M}\p{N}._+@-]*$/u.test(username) || !isPlainText(username))
    return 'The username has characters that it cannot have.';
  if (!WRITINGS.some((writing) => writing.test(username))) return 'The username must be in one script.';
  return undefined;
}

/**
 * The scripts that are in everyday use (UAX #31, table 5), each with the digits and marks that all of them share, and those that are written together.
 * A name with letters of several could look like one in a single script that somebody else has (UTS #39 §5).
 */
const WRITINGS = [
  ...[
    'Arabic',
    'Armenian',
    'Bengali',
    'Cyrillic',
    'Devanagari',
    'Ethiopic',
    'Georgian',
    'Greek',
    'Gujarati',
    'Gurmukhi',
    'Hebrew',
    'Kannada',
  ],
  ...['Khmer', 'Lao', 'Latin', 'Malayalam', 'Myanmar', 'Oriya', 'Sinhala', 'Tamil', 'Telugu', 'Thaana', 'Thai', 'Tibetan'],
  ...['Han Hiragana Katakana', 'Han Hangul', 'Han Bopomofo'],
].map((scripts) => {
  const classes = [...scripts.split(' '), 'Common', 'Inherited'].map((script) => `\\p{Script_Extensions=${script}}`);
  return new RegExp(`^[${classes.join('')}]*$`, 'u');
});
