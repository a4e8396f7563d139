import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { freePort } from '@rolecall/test-services/free-ports';
import Provider from 'oidc-provider';
import { onTestFinished } from 'vitest';

/** Somebody else's authorization server: the npm package `oidc-provider`, with its own login and consent pages. */
export interface OtherAuthorizationServer {
  issuer: string;
  /** What went wrong inside. */
  errors: Error[];
}

/**
 * Starts it on this machine. Ends with the test.
 *
 * @param options.configuration goes before what is usual here.
 */
export async function startOtherAuthorizationServer(options: {
  resource: string;
  redirectUri: string;
  configuration?: object;
}): Promise<OtherAuthorizationServer> {
  const port = await freePort();
  const issuer = `http://localhost:${port}`;
  const provider = new Provider(issuer, { ...configuration(options), ...options.configuration });
  const errors: Error[] = [];
  provider.on('server_error', (_context, error) => void errors.push(error));
  const server = createServer(provider.callback());
  await new Promise<void>((resolve) => server.listen(port, 'localhost', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { issuer, errors };
}

function configuration({ resource, redirectUri }: { resource: string; redirectUri: string }): object {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    clients: [
      {
        client_id: 'somebody',
        client_secret: 'a secret that / has + odd & characters: 100%',
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        redirect_uris: [redirectUri],
      },
    ],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig', kid: 'es256' }] },
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    findAccount: (_context: unknown, id: string) => ({ accountId: id, claims: async () => ({ sub: id }) }),
    cookies: { keys: ['for this test only'] },
    features: {
      devInteractions: { enabled: true },
      revocation: { enabled: true },
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
