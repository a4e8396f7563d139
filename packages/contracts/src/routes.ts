/** The paths that other roles call or are told of. An issuer's path, if it has one, comes before those of the authorization server's endpoints. */
export const authorizationServerRoutes = {
  metadata: '/.well-known/oauth-authorization-server',
  authorize: '/authorize',
  token: '/token',
  jwks: '/jwks',
  introspect: '/introspect',
  revoke: '/revoke',
  revocations: '/revocations',
  register: '/register',
} as const;

export const resourceServerRoutes = {
  metadata: '/.well-known/oauth-protected-resource',
  notes: '/notes',
} as const;
