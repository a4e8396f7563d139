import { base64url } from 'jose';

/** A text of JSON, as it is written; what follows tells whether it is a member's name. */
const TEXTS = /"(?:[^"\\]|\\.)*"(\s*:)?/g;

/**
 * Refuses a JWT, known to be well formed, that names a member twice in its header or claims. Parsers differ in which of the two they take, so that whoever
 * checks a token and whoever uses it could read different things (RFC 7519 §4, RFC 8725 §2.4).
 *
 * @throws Error
 */
export function refuseDuplicateMembers(jwt: string): void {
  for (const part of jwt.split('.', 2))
    if (hasDuplicateMembers(new TextDecoder().decode(base64url.decode(part)))) throw new Error('a member is there twice');
}

function hasDuplicateMembers(json: string): boolean {
  let named = 0;
  for (const [, colon] of json.matchAll(TEXTS)) if (colon !== undefined) named += 1;
  return named !== countMembers(JSON.parse(json));
}

function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const own = Array.isArray(value) ? 0 : Object.keys(value).length;
  return Object.values(value).reduce((sum: number, inner) => sum + countMembers(inner), own);
}
