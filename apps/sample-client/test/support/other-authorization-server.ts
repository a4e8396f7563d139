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
 * @param options.clients instead of the one that it knows.
 * @param options.features beside those that it has.
 * @param options.path what the issuer has behind its host: nothing is served outside of it.
 */
export async function startOtherAuthorizationServer(options: {
  resource: string;
  redirectUri: string;
  clients?: object[];
  features?: object;
  path?: string;
}): Promise<OtherAuthorizationServer> {
  const port = await freePort();
  const { path = '' } = options;
  const issuer = `http://localhost:${port}${path}`;
  const provider = new Provider(issuer, configuration(options));
  const errors: Error[] = [];
  provider.on('server_error', (_context, error) => void errors.push(error));
  const handle = provider.callback();
  const server = createServer((request, response) => {
    const { url = '' } = request;
    if (!url.startsWith(`${path}/`)) return response.writeHead(404).end();
    // As a framework that mounts it would have it: the addresses that it makes of itself have the path too.
    Object.assign(request, { originalUrl: url, url: url.slice(path.length) });
    return handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(port, 'localhost', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { issuer, errors };
}

function configuration(options: { resource: string; redirectUri: string; clients?: object[]; features?: object }): object {
  const { resource, redirectUri } = options;
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    clients: options.clients ?? [
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
      ...options.features,
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
