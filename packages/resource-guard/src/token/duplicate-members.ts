/** A text of JSON, as it is written; what follows tells whether it is a member's name. */
const TEXTS = /"(?:[^"\\]|\\.)*"(\s*:)?/g;

/**
 * Parses JSON that names no member twice in one object. Parsers differ in which of the two they take, so that whoever checks a token
 * and whoever uses it could read different things (RFC 7519 §4, RFC 8725 §2.4).
 *
 * @throws Error
 */
export function parseOnce(json: string): unknown {
  const value: unknown = JSON.parse(json);
  let named = 0;
  for (const [, colon] of json.matchAll(TEXTS)) if (colon !== undefined) named += 1;
  if (named !== countMembers(value)) throw new Error('a member is there twice');
  return value;
}

function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const own = Array.isArray(value) ? 0 : Object.keys(value).length;
  return Object.values(value).reduce((sum: number, inner) => sum + countMembers(inner), own);
}
