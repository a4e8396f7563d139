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
 * The scope to ask for when no challenge named one: all that the API says it knows, or none, which leaves it to the authorization server.
 * `offline_access` is not the API's to ask for: only where the authorization server lists it, does it mean something.
 */
export function defaultScope(ofResource: readonly string[] | undefined, ofIssuer: readonly string[] | undefined): string | undefined {
  const scopes = ofResource?.filter((scope) => scope !== 'offline_access' || ofIssuer?.includes(scope) === true);
  return unionOfScopes(scopes?.join(' '));
}
