import { dictionary } from '@zxcvbn-ts/language-common';
import { MAXIMUM_PASSWORD_LENGTH } from './check-password.ts';
import { normalizeUsername } from './passwords.ts';

const MINIMUM_PASSWORD_LENGTH = 8;

/** The rules in words, for the page. There are no others: no kinds of characters, no expiry (NIST SP 800-63B §3.1.1.2). */
export const PASSWORD_RULES = `At least ${MINIMUM_PASSWORD_LENGTH} characters. A few words that do not belong together make a good one.`;

/** A name is short enough to be part of a password by chance. */
const SHORT_NAME = 3;

const common = new Set((dictionary['passwords-common'] as string[]).filter((password) => password.length >= MINIMUM_PASSWORD_LENGTH));

/** Why somebody of this name should not have this password, in words; undefined: there is no reason. */
export function passwordProblem(password: string, username: string): string | undefined {
  const length = [...password.normalize('NFC')].length;
  if (length < MINIMUM_PASSWORD_LENGTH) return `The password must have at least ${MINIMUM_PASSWORD_LENGTH} characters.`;
  if (password.length > MAXIMUM_PASSWORD_LENGTH) return `The password must have at most ${MAXIMUM_PASSWORD_LENGTH} characters.`;
  if (!password.isWellFormed()) return 'The password has characters that cannot be written.';
  const simple = normalizeUsername(password);
  const name = normalizeUsername(username);
  if (name.length > SHORT_NAME && simple.includes(name)) return 'The password must not contain the username.';
  if (common.has(simple) || new Set(simple).size < 3) return 'This password is one of those that are tried first. Choose another one.';
  return undefined;
}
