import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { freePort } from '@rolecall/test-services/free-ports';
import Provider, { errors as providerErrors } from 'oidc-provider';

/** Somebody else's authorization server: the npm package `oidc-provider`, with its own login and consent pages. */
export interface OidcProvider {
  issuer: string;
  /** What went wrong inside. */
  errors: Error[];
  close(): Promise<void>;
}

const RESOURCE_SCOPES = ['notes:read', 'notes:write'];

interface Options {
  /** A resource of which it knows. */
  resource: string;
  /** Of its access tokens. */
  format: 'jwt' | 'opaque';
  /** Whether it is set to FAPI 2.0: keys instead of secrets, pushed requests, bound tokens. */
  fapi?: boolean;
  /** How it asks for what is at somebody else's address. */
  fetch: (url: string, options: RequestInit) => Promise<Response>;
}

export async function startOidcProvider(options: Options): Promise<OidcProvider> {
  const port = await freePort();
  const issuer = `http://localhost:${port}`;
  const provider = new Provider(issuer, configuration(options));
  const errors: Error[] = [];
  provider.on('server_error', (_context, error) => void errors.push(error));
  const server = createServer(provider.callback());
  await new Promise<void>((resolve) => server.listen(port, 'localhost', resolve));
  return {
    issuer,
    errors,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function configuration({ resource, format, fetch: ask, fapi = false }: Options): object {
  return {
    jwks: { keys: [signingKey('ES256'), signingKey('RS256')] },
    enabledJWA: {
      requestObjectSigningAlgValues: ['ES256'],
      dPoPSigningAlgValues: ['ES256'],
      ...(fapi && { clientAuthSigningAlgValues: ['ES256', 'PS256'] }),
    },
    clientAuthMethods: fapi ? ['private_key_jwt'] : ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    scopes: ['openid', 'offline_access', ...RESOURCE_SCOPES],
    acrValues: ['urn:example:usual'],
    claims: { openid: ['sub'], email: ['email', 'email_verified'] },
    findAccount: (_context: unknown, id: string) => ({
      accountId: id,
      claims: async () => ({ sub: id, email: `${id}@example.com`, email_verified: true }),
    }),
    fetch: ask,
    // Requests that other sites post bring their cookies with them.
    enableHttpPostMethods: true,
    cookies: { keys: ['for this test only'], long: { sameSite: 'none' } },
    features: {
      devInteractions: { enabled: true },
      backchannelLogout: { enabled: true },
      claimsParameter: { enabled: true },
      clientIdMetadataDocument: { enabled: true, ack: 'draft-02' },
      clientCredentials: { enabled: true },
      deviceFlow: { enabled: !fapi },
      dPoP: { enabled: true },
      introspection: { enabled: true },
      jwtIntrospection: { enabled: true },
      jwtUserinfo: { enabled: true },
      pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: fapi },
      fapi: { enabled: fapi, profile: '2.0' },
      registration: { enabled: true },
      registrationManagement: { enabled: true },
      requestObjects: { enabled: true },
      revocation: { enabled: true },
      richAuthorizationRequests: {
        enabled: true,
        types: { notes: { validate: refuseUnlessActions } },
        authorizationDetailsForGrantSource: (context: Context) => JSON.parse(context.oidc.params.authorization_details ?? '[]'),
        authorizationDetailsForAccessToken: (context: Context, _token: unknown, source: { rar?: Detail[] } | undefined) => {
          const { authorization_details: asked } = context.oidc.params;
          if (asked !== undefined && asked !== JSON.stringify(source?.rar)) throw new providerErrors.InvalidAuthorizationDetails();
          return source?.rar;
        },
        authorizationDetailsForIntrospection: (_context: unknown, token: { rar?: Detail[] }) => token.rar,
      },
      rpInitiatedLogout: { enabled: true },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: (_context: unknown, asked: string) => {
          if (asked !== resource) throw new providerErrors.InvalidTarget();
          return {
            scope: RESOURCE_SCOPES.join(' '),
            audience: resource,
            accessTokenTTL: 600,
            accessTokenFormat: format,
            ...(format === 'jwt' && { jwt: { sign: { alg: 'ES256' } } }),
          };
        },
      },
    },
    issueRefreshToken: (_context: unknown, client: { grantTypeAllowed(type: string): boolean }) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: !fapi,
    pkce: { required: () => true },
    ttl: {
      AccessToken: 600,
      AuthorizationCode: 60,
      ClientCredentials: 600,
      DeviceCode: 600,
      Grant: 3_600,
      IdToken: 600,
      Interaction: 3_600,
      RefreshToken: 3_600,
      Session: 3_600,
    },
  };
}

interface Detail {
  type: string;
  actions?: string[];
}

interface Context {
  oidc: { params: { authorization_details?: string } };
}

function refuseUnlessActions(_context: unknown, { actions }: Detail): void {
  if (!Array.isArray(actions)) throw new providerErrors.InvalidAuthorizationDetails();
}

function signingKey(algorithm: 'ES256' | 'RS256'): object {
  const { privateKey } =
    algorithm === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), alg: algorithm, use: 'sig', kid: algorithm };
}
