import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import Provider from 'oidc-provider';
import { onTestFinished } from 'vitest';

export interface OtherAuthorizationServer {
  /** What went wrong inside. */
  errors: Error[];
}

/**
 * Starts somebody else's authorization server, the npm package `oidc-provider`, with its own login and consent pages, until the end of the test.
 *
 * @param options.client as whom it knows our client; without one it lets clients register themselves.
 */
export async function startOidcProvider(options: {
  issuer: string;
  resource: string;
  redirectUri: string;
  client?: { id: string; secret: string };
}): Promise<OtherAuthorizationServer> {
  const provider = new Provider(options.issuer, configuration(options));
  const errors: Error[] = [];
  provider.on('server_error', (_context, error) => void errors.push(error));
  const { promise: listening, resolve: listens } = Promise.withResolvers<void>();
  const server = provider.listen(Number(new URL(options.issuer).port), 'localhost', listens);
  await listening;
  onTestFinished(async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });
  return { errors };
}

function configuration({ resource, redirectUri, client }: Parameters<typeof startOidcProvider>[0]): object {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const clients = client && [
    {
      client_id: client.id,
      client_secret: client.secret,
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
      response_types: ['code'],
      redirect_uris: [redirectUri],
    },
  ];
  return {
    ...(clients && { clients }),
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig', kid: 'es256' }] },
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    findAccount: (_context: unknown, id: string) => ({ accountId: id, claims: async () => ({ sub: id }) }),
    cookies: { keys: ['for this test only'] },
    features: {
      devInteractions: { enabled: true },
      clientCredentials: { enabled: true },
      revocation: { enabled: true },
      registration: { enabled: client === undefined },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: 'notes:read notes:write',
          audience: resource,
          accessTokenTTL: 600,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
    issueRefreshToken: () => true,
    rotateRefreshToken: true,
    pkce: { required: () => true },
    ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 3_600, Interaction: 3_600, RefreshToken: 3_600, Session: 3_600 },
  };
}
