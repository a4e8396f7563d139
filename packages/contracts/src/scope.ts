import * as z from 'zod';

/** A `scope` value: tokens (RFC 6749 §3.3: printable ASCII without space, quote and backslash) separated by single spaces. */
export const scopeString = z
  .string()
  .regex(/^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/, 'scope must be a list of scope tokens separated by single spaces');

/** The tokens of a valid `scope` value, each once, in the order of their first mention. */
export function scopeTokens(scope: string): string[] {
  return [...new Set(scope.split(' '))].filter((token) => token !== '');
}

/** The scopes of the notes API, with what each allows in words for a consent page. */
export const notesScopes = {
  'notes:read': 'Read your notes',
  'notes:write': 'Add, change and delete your notes',
} as const;
