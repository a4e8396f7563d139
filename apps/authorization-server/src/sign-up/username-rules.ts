/** The rules in words, for the page. */
export const USERNAME_RULES = 'Letters, digits and . _ - + @. Capitals make no difference.';

const MAXIMUM_LENGTH = 64;

/** Why a normalised name cannot be had, in words; undefined: it can. Only what people can tell apart and type again. */
export function usernameProblem(username: string): string | undefined {
  if (username === '') return 'A username is missing.';
  if (username.length > MAXIMUM_LENGTH) return `The username must have at most ${MAXIMUM_LENGTH} characters.`;
  if (!/^[\p{L}\p{N}][\p{L}\p{M}\p{N}._+@-]*$/u.test(username)) return 'The username has characters that it cannot have.';
  return undefined;
}
