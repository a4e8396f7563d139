import { hash, randomBytes } from 'node:crypto';
import type { Profile } from '@rolecall/contracts/requirements/requirement';
import type { JSONWebKeySet } from 'jose';
import { failed, notApplicable, notTried } from '../finding.ts';
import { type Answer, encodeFields, type Fields, type Http } from '../http.ts';
import { errorOf, responseParameter, seen } from '../judge.ts';
import type { ProofKey } from '../proof.ts';
import type { Arrival, Person } from '../person/person.ts';
import { authenticate, type ClientAuthentication } from './client-authentication.ts';
import { type Clients, DEFAULT_REDIRECT_URI } from './clients.ts';
import { newDpopKey, withProof } from './dpop.ts';
import type { Metadata } from './metadata.ts';
import type { OwnAddress } from './own-address.ts';
import { push } from './pushed-requests.ts';
import type { AuthorizationServerTarget, ClientRole, KnownClient } from './target.ts';

/** A code, and what belongs to it. */
export interface IssuedCode {
  client: KnownClient;
  code: string;
  redirectUri: string;
  verifier: string;
  state: string;
  /** The authorization response that brought it. */
  response: URL;
}

/** A successful token response. */
export interface Tokens {
  access_token: string;
  refresh_token: string | undefined;
  /** All of it, as it came. */
  response: Record<string, unknown>;
  client: KnownClient;
}

/** What is asked of the token endpoint beside the grant's parameters. */
export interface TokenOptions {
  /** Instead of the client's own. */
  authentication?: ClientAuthentication;
  /** Beside those of the authentication: a proof. An array is sent as so many headers. */
  headers?: Record<string, string | string[]>;
}

/** An authorization server, and what a check does with it. */
export interface AuthorizationServer {
  issuer: string;
  target: AuthorizationServerTarget;
  metadata: Metadata;
  http: Http;
  clients: Clients;
  /** The address at which the server may reach the verifier. */
  ownAddress: OwnAddress;
  /** What is required beside OAuth 2.1. */
  profiles: readonly Profile[];
  resource: string | undefined;
  /** What tokens are asked for. Undefined leaves it to the server. */
  scope: string | undefined;

  /** @throws Finding (`not tried`) where there is no such client. */
  client(role: ClientRole): Promise<KnownClient>;
  /** @throws Finding (`not tried`) where nobody was named who could log in. */
  person(): Person;
  /** An endpoint's address. @throws Finding (`not applicable`) where none is announced. */
  endpoint(name: EndpointName): string;
  /** @throws Finding (`not applicable`) where the server does not announce this value in this list. */
  needs(list: ListName, value: string): void;

  /** The keys that the server publishes, read once. @throws Finding (`failed`) where they cannot be read. */
  keys(): Promise<JSONWebKeySet>;

  /** A right authorization request, with PKCE and all that is usual. @param changes other values; `undefined` leaves a parameter out. */
  authorizationRequest(client: KnownClient, changes?: Fields): AuthorizationRequest;
  /** Sends an authorization request from a browser without cookies, and goes no further than its first answer. */
  request(client: KnownClient, changes?: Fields): Promise<Answer>;
  /** Sends it from the person's browser: who logs in and decides. */
  approve(client: KnownClient, changes?: Fields, decision?: 'allow' | 'deny'): Promise<Arrival & { request: AuthorizationRequest }>;
  /** Takes exactly these parameters to the authorization endpoint, in the person's browser. */
  goTo(parameters: Fields, redirectUri: string, decision?: 'allow' | 'deny'): Promise<Arrival>;
  /** The same from a browser without cookies, and no further than the first answer. */
  peek(parameters: Fields): Promise<Answer>;
  /** A new code. @throws Finding (`failed`) where none comes of a right request. */
  code(client: KnownClient, changes?: Fields): Promise<IssuedCode>;
  /** A request to the token endpoint, as this client. */
  token(client: KnownClient, form: Fields, options?: TokenOptions): Promise<Answer>;
  /** Redeems a code. @param changes other values; `undefined` leaves a parameter out. */
  redeem(code: IssuedCode, changes?: Fields, options?: TokenOptions): Promise<Answer>;
  /** Tokens for the person, by a code. @throws Finding (`failed`) where a right request gives none. */
  tokens(client: KnownClient, changes?: Fields): Promise<Tokens>;
  /** A request to an endpoint that authenticates clients as the token endpoint does: introspection, revocation. */
  asClient(client: KnownClient, url: string, form: Fields, options?: TokenOptions): Promise<Answer>;
  /** What introspection says of a token to whoever may ask. @throws Finding (`not applicable`) without introspection. */
  introspect(token: string, client?: KnownClient): Promise<Record<string, unknown>>;
}

export type EndpointName = {
  [Name in keyof Metadata & string]: Name extends `${string}_endpoint` | 'jwks_uri' ? Name : never;
}[keyof Metadata & string];
export type ListName = { [Name in keyof Metadata & string]: Name extends `${string}_supported` ? Name : never }[keyof Metadata & string];

export interface AuthorizationRequest {
  address: string;
  parameters: Fields;
  redirectUri: string;
  state: string;
  verifier: string;
}

/** A random value of 256 bits, as base64url. */
export const unguessable = (): string => randomBytes(32).toString('base64url');

/** The S256 challenge of a verifier (RFC 7636 §4.2). */
export const challengeOf = (verifier: string): string => hash('sha256', verifier, 'base64url');

interface Parts {
  target: AuthorizationServerTarget;
  metadata: Metadata;
  http: Http;
  clients: Clients;
  ownAddress: OwnAddress;
  person: Person | undefined;
  profiles: readonly Profile[];
  scope: string | undefined;
}

export function createAuthorizationServer({
  target,
  metadata,
  http,
  clients,
  ownAddress,
  person,
  profiles,
  scope,
}: Parts): AuthorizationServer {
  const { issuer, resource } = target;
  let keys: Promise<JSONWebKeySet> | undefined;
  let key: Promise<ProofKey> | undefined;
  // FAPI 2.0 §5.3.2: nothing works there that is not pushed, or not bound to a key.
  const isFapi = profiles.includes('fapi2');
  const mustPush = metadata.require_pushed_authorization_requests === true || isFapi;
  const mustProve = isFapi && metadata.dpop_signing_alg_values_supported !== undefined;
  const addressWith = (parameters: Fields): string => {
    const address = new URL(server.endpoint('authorization_endpoint'));
    return `${address.href}${address.search === '' ? '?' : '&'}${encodeFields(parameters)}`;
  };
  const server: AuthorizationServer = {
    issuer,
    target,
    metadata,
    http,
    clients,
    ownAddress,
    profiles,
    resource,
    scope,
    client: (role) => clients.get(role),
    person: () => person ?? notTried('nobody was named who could log in: give a user name and a password'),
    endpoint: (name) => {
      const address = metadata[name];
      return typeof address === 'string' ? address : notApplicable(`the metadata announces no ${name}`);
    },
    needs: (list, value) => {
      const values: unknown = metadata[list];
      if (!Array.isArray(values) || !values.includes(value)) notApplicable(`${list} does not have ${value}`);
    },
    keys: () => (keys ??= readKeys(http, server.endpoint('jwks_uri'))),
    authorizationRequest: (client, changes = {}) => {
      const verifier = unguessable();
      const state = typeof changes['state'] === 'string' ? changes['state'] : unguessable();
      const redirectUri =
        typeof changes['redirect_uri'] === 'string'
          ? changes['redirect_uri']
          : (client.redirect_uris[0] ?? target.redirectUri ?? DEFAULT_REDIRECT_URI);
      const parameters: Fields = {
        response_type: 'code',
        client_id: client.client_id,
        redirect_uri: redirectUri,
        scope: client.scope ?? scope,
        state,
        code_challenge: challengeOf(verifier),
        code_challenge_method: 'S256',
        resource,
        ...changes,
      };
      return { address: addressWith(parameters), parameters, redirectUri, state, verifier };
    },
    request: async (client, changes) => {
      // What a wrong request is answered is tried with those that are pushed.
      if (metadata.require_pushed_authorization_requests === true)
        notTried('every authorization request has to be pushed: a direct one shows nothing');
      return server.peek(server.authorizationRequest(client, changes).parameters);
    },
    approve: async (client, changes, decision) => {
      const request = server.authorizationRequest(client, changes);
      if (!mustPush) return { ...(await server.goTo(request.parameters, request.redirectUri, decision)), request };
      const answer = await push(server, client, request.parameters);
      if (answer.status !== 201) return { answer, response: undefined, loggedIn: false, pages: [], request };
      const reference = { client_id: client.client_id, request_uri: String(answer.json()['request_uri']) };
      return { ...(await server.goTo(reference, request.redirectUri, decision)), request };
    },
    goTo: (parameters, redirectUri, decision) => server.person().authorize(addressWith(parameters), redirectUri, decision),
    peek: (parameters) => http.ask({ url: addressWith(parameters), headers: { accept: 'text/html' } }),
    code: async (client, changes) => {
      const arrival = await server.approve(client, changes);
      return codeFrom(arrival, arrival.request, client);
    },
    token: async (client, form, options = {}) => {
      const url = server.endpoint('token_endpoint');
      if (!mustProve || options.headers?.['dpop'] !== undefined) return server.asClient(client, url, form, options);
      const send = (proof: { dpop: string }): Promise<Answer> =>
        server.asClient(client, url, form, { ...options, headers: { ...options.headers, ...proof } });
      return withProof(await (key ??= newDpopKey(server)), { method: 'POST', url }, send);
    },
    redeem: ({ client, code, redirectUri, verifier }, changes, options) =>
      server.token(
        client,
        { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier, resource, ...changes },
        options,
      ),
    tokens: async (client, changes) => {
      const answer = await server.redeem(await server.code(client, changes));
      return tokensFrom(answer, client);
    },
    asClient: async (client, url, form, { authentication, headers } = {}) => {
      const own = authentication ?? (await authenticate(client, metadata.issuer));
      return http.ask({ url, headers: { ...own.headers, ...headers }, form: { ...own.form, ...form } });
    },
    introspect: async (token, client) => {
      const asking = client ?? (await server.client('resourceServer'));
      const answer = await server.asClient(asking, server.endpoint('introspection_endpoint'), { token });
      // RFC 7662 has no such answer, and none for tokens that everybody reads for themselves either.
      if (answer.status === 400 && errorOf(answer) === 'unsupported_token_type')
        notTried('introspection does not take these tokens: name a resource whose tokens it takes (resource)');
      if (answer.status !== 200) failed(`${answer.to} answered ${answer.status} to a client that may ask`);
      return answer.json();
    },
  };
  return server;
}

/** The code of an authorization response. @throws Finding (`failed`) where there is none, though the request was right. */
export function codeFrom({ answer, response }: Arrival, request: AuthorizationRequest, client: KnownClient): IssuedCode {
  if (response === undefined)
    return failed(`a right authorization request ended on a page of ${answer.to} (${answer.status}) instead of the redirect URI`);
  const code = responseParameter({ location: response }, 'code');
  const error = responseParameter({ location: response }, 'error');
  if (code === undefined) return failed(`a right authorization request was answered with ${error ?? 'no code'}`);
  return { client, code, redirectUri: request.redirectUri, verifier: request.verifier, state: request.state, response };
}

async function readKeys(http: Http, url: string): Promise<JSONWebKeySet> {
  const answer = await http.ask({ url });
  const { keys } = answer.json();
  if (answer.status !== 200 || !Array.isArray(keys)) return failed(`${answer.to} answered ${answer.status} without a key set`);
  return { keys } as JSONWebKeySet;
}

/** The tokens in a token response. @throws Finding (`failed`) where there are none. */
export function tokensFrom(answer: Answer, client: KnownClient): Tokens {
  if (answer.status !== 200) failed(`a right token request was answered with ${seen(answer)}`);
  const response = answer.json();
  const { access_token, refresh_token } = response;
  if (typeof access_token !== 'string') return failed('the token response has no access_token');
  return { access_token, refresh_token: typeof refresh_token === 'string' ? refresh_token : undefined, response, client };
}
