/** Characters: what can be kept, shown and sent in an address. */
export const LONGEST_SCOPE = 2_000;

const split = (scope: string | undefined): string[] => scope?.split(' ').filter((token) => token !== '') ?? [];

/** All scopes of some scope strings, each once, in the order of their first appearance. Undefined when there is none. */
export function unionOfScopes(...scopes: (string | undefined)[]): string | undefined {
  const all = new Set(scopes.flatMap(split));
  return all.size === 0 ? undefined : [...all].join(' ');
}

/** The scopes that were asked for and not granted (RFC 6749 §3.3: the authorization server may grant fewer). */
export function missingScopes(requested: string | undefined, granted: string | undefined): string[] {
  if (granted === undefined) return [];
  const had = new Set(split(granted));
  return split(requested).filter((scope) => !had.has(scope));
}

/**
 * A scope that may be asked for. `offline_access` is not the API's to name, in its metadata or in a challenge: only where the authorization server
 * lists it, does it mean something.
 */
export function withoutUnknownOfflineAccess(scope: string | undefined, ofIssuer: readonly string[] | undefined): string | undefined {
  const tokens = split(scope).filter((token) => token !== 'offline_access' || ofIssuer?.includes(token) === true);
  return unionOfScopes(...tokens);
}
