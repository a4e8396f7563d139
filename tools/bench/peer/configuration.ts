import { generateKeyPairSync } from 'node:crypto';
import type { Adapter } from 'oidc-provider';
import { REDIRECT_URI, resources, SCOPE, type Stage, type StageClient } from '../stage.ts';

const LIFETIMES = { access: 600, code: 60, refresh: 30 * 86_400, session: 12 * 3_600, grant: 365 * 86_400 };

/** oidc-provider, set to do what our server does: OAuth with PKCE, JWTs for resources, refresh tokens that rotate; nothing that it could leave out. */
export function configuration(stage: Stage, adapter: (model: string) => Adapter): object {
  const client = ({ id, secret }: StageClient, grantTypes: string[]) => ({
    client_id: id,
    client_secret: secret,
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: grantTypes,
    redirect_uris: grantTypes.includes('authorization_code') ? [REDIRECT_URI] : [],
    response_types: grantTypes.includes('authorization_code') ? ['code'] : [],
  });
  return {
    adapter,
    // Known from the start, so that no request asks the store for them.
    clients: [
      ...stage.webClients.map((each) => client(each, ['authorization_code', 'refresh_token'])),
      ...[...stage.serviceClients, ...stage.resourceServers].map((each) => client(each, ['client_credentials'])),
    ],
    jwks: { keys: [signingKey('ES256'), signingKey('RS256')] },
    enabledJWA: { idTokenSigningAlgValues: ['ES256', 'RS256'] },
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    findAccount: (_context: unknown, id: string) => ({ accountId: id, claims: async () => ({ sub: id }) }),
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => resources.es256,
        useGrantedResource: () => true,
        getResourceServerInfo: (_context: unknown, resource: string) => ({
          scope: SCOPE,
          audience: resource,
          accessTokenTTL: LIFETIMES.access,
          accessTokenFormat: resource === resources.opaque ? 'opaque' : 'jwt',
          jwt: { sign: { alg: resource === resources.rs256 ? 'RS256' : 'ES256' } },
        }),
      },
    },
    issueRefreshToken: (_context: unknown, asking: { grantTypeAllowed(type: string): boolean }) => asking.grantTypeAllowed('refresh_token'),
    expiresWithSession: () => false,
    rotateRefreshToken: true,
    pkce: { required: () => true },
    routes: { authorization: '/authorize', token: '/token', introspection: '/introspect' },
    ttl: {
      AccessToken: LIFETIMES.access,
      AuthorizationCode: LIFETIMES.code,
      ClientCredentials: LIFETIMES.access,
      Grant: LIFETIMES.grant,
      RefreshToken: LIFETIMES.refresh,
      Session: LIFETIMES.session,
    },
  };
}

function signingKey(algorithm: 'ES256' | 'RS256'): object {
  const { privateKey } =
    algorithm === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), alg: algorithm, use: 'sig', kid: algorithm };
}
