import * as oauth from 'oauth4webapi';
import { Failure } from './failure.ts';

const TIMEOUT_MILLISECONDS = 30_000;

export interface ConnectionSettings {
  issuer: string;
  /** The client to work as; absent: that of a development server, on this machine only. */
  clientId: string | undefined;
  clientSecret: string | undefined;
}

/** What a development server is seeded with. Everybody knows this secret: a production server refuses to start with it. */
const DEVELOPMENT = { clientId: 'rolecall-admin', clientSecret: 'rolecall-admin-secret' };

/** Where the administration is, and an access token for it. */
export interface Connection {
  address: string;
  accessToken: string;
}

/**
 * Finds the authorization server by its metadata (RFC 8414) and gets a token for its administration with client credentials (RFC 6749 §4.4).
 *
 * @throws Failure when there is no such server, or it knows no such client.
 */
export async function connect({ issuer: written, ...settings }: ConnectionSettings): Promise<Connection> {
  if (!URL.canParse(written)) throw new Failure(`"${written}" is not the address of an authorization server.`);
  // An issuer has no slash at its end, and is compared letter by letter; an address that a browser shows has one.
  const issuer = written.replace(/\/+$/, '');
  const url = new URL(issuer);
  const local = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && local))
    throw new Failure(`${issuer} is not https: a secret would travel in the open.`);
  if (!local && (settings.clientId === undefined || settings.clientSecret === undefined))
    throw new Failure('Say in ROLECALL_CLIENT_ID and ROLECALL_CLIENT_SECRET which client to work as.');
  const { clientId, clientSecret } = { ...DEVELOPMENT, ...withoutUndefined(settings) };
  const options = { signal: () => AbortSignal.timeout(TIMEOUT_MILLISECONDS), [oauth.allowInsecureRequests]: local };
  const server = await discover(url, issuer, options);
  const address = `${issuer}/admin`;
  const client = { client_id: clientId };
  try {
    const authentication = oauth.ClientSecretBasic(clientSecret);
    const response = await oauth.clientCredentialsGrantRequest(server, client, authentication, { resource: address }, options);
    const { access_token: accessToken } = await oauth.processClientCredentialsResponse(server, client, response);
    return { address, accessToken };
  } catch (cause) {
    const refused = `${issuer} gives "${clientId}" no token for its administration`;
    if (cause instanceof oauth.WWWAuthenticateChallengeError)
      throw new Failure(`${refused}: the client is unknown or its secret is wrong.`, [], { cause });
    if (cause instanceof oauth.ResponseBodyError) throw new Failure(`${refused}: ${cause.error_description ?? cause.error}`, [], { cause });
    throw new Failure(`${issuer} gives no token: ${(cause as Error).message}`, [], { cause });
  }
}

function withoutUndefined(settings: Omit<ConnectionSettings, 'issuer'>): { clientId?: string; clientSecret?: string } {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

async function discover(url: URL, issuer: string, options: oauth.HttpRequestOptions<'GET'>): Promise<oauth.AuthorizationServer> {
  let response: Response;
  try {
    response = await oauth.discoveryRequest(url, { algorithm: 'oauth2', ...options });
  } catch (cause) {
    throw new Failure(`${issuer} does not answer. Is it running, and is this its address? (--issuer or ROLECALL_ISSUER)`, [], { cause });
  }
  try {
    return await oauth.processDiscoveryResponse(url, response);
  } catch (cause) {
    throw new Failure(`${issuer} is no authorization server: ${(cause as Error).message}`, [], { cause });
  }
}
