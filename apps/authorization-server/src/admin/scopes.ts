/** What a token of an administrator may be good for, with each in words. */
export const adminScopes = {
  'admin:read': 'Read everything',
  'admin:clients': 'Add, change and remove clients and their secrets',
  'admin:resources': 'Add, change and remove resources',
  'admin:users': 'Add, change and remove users',
  'admin:grants': 'Revoke grants',
  'admin:keys': 'Rotate signing keys',
  'admin:audit': 'Read audit events',
  'admin:configuration': 'Export and import the configuration, with the hashes of secrets',
} as const;

export type AdminScope = keyof typeof adminScopes;

/** Of these scopes those that are an administrator's. */
export function adminScopesOf(scopes: Iterable<string>): AdminScope[] {
  return [...scopes].filter((scope): scope is AdminScope => scope in adminScopes);
}
