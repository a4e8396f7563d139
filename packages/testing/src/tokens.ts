import * as oauth from 'oauth4webapi';
import { EcosystemError } from './ecosystem-error.ts';
import type { KnownClient, KnownParties } from './known-parties.ts';
import { type Behaviour, openPersonBrowser } from './person.ts';

/** For what a token is asked. */
export interface TokenRequest extends Behaviour {
  /** The client that gets it: `sample-client` for a user, `sample-service` for nobody. */
  client?: string;
  /** With spaces between them. */
  scope?: string;
  /** The API that it is for: the notes API unless it is said. */
  resource?: string;
}

/** A token response, by the names of RFC 6749 §5.1. */
export interface Tokens {
  access_token: string;
  token_type: string;
  expires_in?: number;
  refresh_token?: string;
  scope?: string;
}

export interface TokenSourceOptions {
  issuer: string;
  resource: string;
  parties: KnownParties;
  /** Seconds by which the roles' clock is ahead. */
  offset: () => number;
  /** Sends what a client sends. */
  fetch: typeof fetch;
}

/** Gets tokens as an application would: over HTTP, with a library that knows nothing of this server. */
export function tokenSource({ issuer, resource: usualResource, parties, offset, fetch }: TokenSourceOptions) {
  const http = { [oauth.allowInsecureRequests]: true, [oauth.customFetch]: fetch as never };
  let metadata: Promise<oauth.AuthorizationServer> | undefined;
  const discover = async (): Promise<oauth.AuthorizationServer> => {
    metadata ??= oauth
      .discoveryRequest(new URL(issuer), { algorithm: 'oauth2', ...http })
      .then((response) => oauth.processDiscoveryResponse(new URL(issuer), response));
    // A fault that was asked for is not remembered.
    metadata.catch(() => (metadata = undefined));
    return metadata;
  };

  const forUser = async (username: string, request: TokenRequest): Promise<Tokens> => {
    const known = parties.client(request.client ?? 'sample-client');
    const user = parties.user(username);
    const [redirectUri] = known.redirectUris;
    if (redirectUri === undefined)
      throw new EcosystemError(
        'invalid_options',
        `the client "${known.id}" acts for itself and has no redirect URI: tokenFor(undefined, { client: '${known.id}' })`,
      );
    const server = await discover();
    const client: oauth.Client = { client_id: known.id };
    const verifier = oauth.generateRandomCodeVerifier();
    const state = oauth.generateRandomState();
    const url = new URL(server.authorization_endpoint as string);
    url.search = new URLSearchParams({
      response_type: 'code',
      client_id: known.id,
      redirect_uri: redirectUri,
      state,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      resource: request.resource ?? usualResource,
      ...(request.scope !== undefined && { scope: request.scope }),
    }).toString();
    const browser = await openPersonBrowser(issuer, user, request);
    const parameters = oauth.validateAuthResponse(server, client, await browser.authorize(url.href), state);
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      await authentication(known, offset()),
      parameters,
      redirectUri,
      verifier,
      http,
    );
    return oauth.processAuthorizationCodeResponse(server, client, response);
  };

  const forItself = async (request: TokenRequest): Promise<Tokens> => {
    const known = parties.client(request.client ?? 'sample-service');
    const server = await discover();
    const client: oauth.Client = { client_id: known.id };
    const response = await oauth.clientCredentialsGrantRequest(
      server,
      client,
      await authentication(known, offset()),
      { resource: request.resource ?? usualResource, ...(request.scope !== undefined && { scope: request.scope }) },
      http,
    );
    return oauth.processClientCredentialsResponse(server, client, response);
  };

  return async (username: string | undefined, request: TokenRequest = {}): Promise<Tokens> => {
    try {
      return await (username === undefined ? forItself(request) : forUser(username, request));
    } catch (error) {
      throw inWords(error, username, request);
    }
  };
}

async function authentication(client: KnownClient, offset: number): Promise<oauth.ClientAuth> {
  const { method, secret = '', key } = client;
  if (method === 'none') return oauth.None();
  if (method === 'client_secret_post') return oauth.ClientSecretPost(secret);
  if (method === 'client_secret_basic') return oauth.ClientSecretBasic(secret);
  if (key === undefined)
    throw new EcosystemError('invalid_options', `the private key of "${client.id}" is yours alone: get its tokens with your own code`);
  const imported = await crypto.subtle.importKey('jwk', key, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']);
  return oauth.PrivateKeyJwt(
    { key: imported, kid: String(key['kid']) },
    { [oauth.modifyAssertion]: (_header, payload) => shift(payload, offset) },
  );
}

/** The library knows no other clock than the machine's. */
function shift(payload: Record<string, oauth.JsonValue | undefined>, offset: number): void {
  for (const claim of ['iat', 'nbf', 'exp']) if (typeof payload[claim] === 'number') payload[claim] += offset;
}

function inWords(error: unknown, username: string | undefined, request: TokenRequest): unknown {
  if (error instanceof EcosystemError) return error;
  const who = username ?? 'the client itself';
  if (error instanceof oauth.AuthorizationResponseError) {
    const { error: code, error_description: description = '' } = error;
    if (code === 'access_denied')
      return new EcosystemError('access_denied', `${who} refused: nothing is issued, and a client is told access_denied`, { cause: error });
    return new EcosystemError(
      'authorization_refused',
      `the authorization request was refused: ${code}: ${description}${hint(code, request)}`,
      {
        cause: error,
      },
    );
  }
  if (error instanceof oauth.ResponseBodyError) {
    const { error: code, error_description: description = '' } = error;
    return new EcosystemError('token_refused', `the token request for ${who} was refused: ${code}: ${description}${hint(code, request)}`, {
      cause: error,
    });
  }
  const { message, cause } = error as Error;
  const reason = cause instanceof Response ? `${message} ${cause.status}` : message;
  return new EcosystemError('token_refused', `no token for ${who}: ${reason} (is a fault active, or a role stopped?)`, { cause: error });
}

function hint(code: string, { client = 'the client', scope, resource }: TokenRequest): string {
  if (code === 'invalid_scope')
    return ` ("${client}" may ask for the scopes that it was added with, where the resource has them; asked for was "${scope ?? ''}")`;
  if (code === 'invalid_target')
    return ` (no resource "${resource ?? ''}": add it with startEcosystem({ resources: [{ identifier, scopes }] }) or ecosystem.add(…))`;
  return '';
}
