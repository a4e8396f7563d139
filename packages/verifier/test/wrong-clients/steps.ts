import { hash, randomBytes } from 'node:crypto';
import { createRemoteJWKSet, type JWTPayload, jwtVerify } from 'jose';
import type { PageAnswer, PageRequest } from '../support/web-server.ts';

export const random = (): string => randomBytes(32).toString('base64url');

/** What the client uses of the server's metadata. */
export interface Metadata {
  authorization_endpoint: string;
  token_endpoint: string;
  jwks_uri: string;
  authorization_response_iss_parameter_supported?: boolean;
}

/** What the client was told, and what it has read. */
export interface Setting {
  issuer: string;
  resource: string;
  clientId: string;
  clientSecret: string;
  redirectUri: string;
  metadata: Metadata;
}

export interface Attempt {
  verifier: string;
  nonce: string;
}

export interface Session {
  attempts: Map<string, Attempt>;
  access?: string | undefined;
  refresh?: string | undefined;
  name?: string;
  /** What a form has to bring. */
  proof: string;
}

export interface TokenRequest {
  url: string;
  headers: Record<string, string>;
  body: URLSearchParams;
}

/** The steps of a sign-in, of which a wrong client takes some otherwise. */
export interface Steps {
  state(): string;
  /** Of a request: `undefined` leaves a parameter out. */
  challenge(verifier: string): Record<string, string | undefined>;
  isRedirectUri(path: string): boolean;
  /** What the parameters of a callback are: undefined where they cannot be one. */
  readCallback(parameters: URLSearchParams): { state: string; code: string | null; error: string | null } | undefined;
  /** The attempt with this state, which is then used up. */
  takeAttempt(own: Session, state: string, all: ReadonlyMap<string, Session>): Attempt | undefined;
  isFromIssuer(iss: string | null, issuer: string, isPromised: boolean): boolean;
  /** The page about an error of the authorization server. */
  errorPage(error: string, parameters: URLSearchParams): PageAnswer;
  requestTokens(request: TokenRequest): Promise<Response>;
  /** The page where no tokens came. */
  refusedPage(code: string): PageAnswer;
  /** What a token response has to be. */
  isTokenResponse(response: Response, answer: Record<string, unknown>): boolean;
  verifyIdToken(token: string, setting: Setting): Promise<JWTPayload>;
  isOwnNonce(claimed: unknown, attempt: Attempt): boolean;
  /** Where somebody is sent who has signed in. */
  afterSignIn(session: Session, parameters: URLSearchParams): PageAnswer;
  /** The session's id after a sign-in, and how the cookie is set. */
  sessionAfter(before: string): { sid: string; attributes?: string };
  callApi(url: string, access: string): Promise<Response>;
  /** The refresh token to keep: the new one, where one came. */
  keptRefreshToken(old: string | undefined, answer: Record<string, unknown>): string | undefined;
  mayLogOut(request: PageRequest, session: Session): boolean;
  isMetadata(metadata: Record<string, unknown>, issuer: string): boolean;
  isResourceMetadata(metadata: Record<string, unknown>, resource: string): boolean;
  /** Claims of a logout token, where it is one. */
  verifyLogoutToken(token: string, setting: Setting): Promise<JWTPayload>;
}

const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** How a right client takes them. */
export const rightSteps: Steps = {
  state: random,
  challenge: (verifier) => ({ code_challenge: hash('sha256', verifier, 'base64url'), code_challenge_method: 'S256' }),
  isRedirectUri: (path) => path === '/callback',
  readCallback: (parameters) => {
    const [state, code, error] = [parameters.getAll('state'), parameters.getAll('code'), parameters.getAll('error')];
    if (state.length !== 1 || code.length + error.length !== 1) return undefined;
    return { state: state[0] ?? '', code: code[0] ?? null, error: error[0] ?? null };
  },
  takeAttempt: (own, state) => {
    const attempt = own.attempts.get(state);
    own.attempts.delete(state);
    return attempt;
  },
  isFromIssuer: (iss, issuer, isPromised) => iss === issuer || (iss === null && !isPromised),
  errorPage: (error) => ({ status: 400, body: `<p>The server says: ${escaped(error)}` }),
  requestTokens: ({ url, headers, body }) =>
    fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal: AbortSignal.timeout(1_000) }),
  refusedPage: () => ({ status: 502, body: '<p>The server did not give access.' }),
  isTokenResponse: (response, { access_token: token, token_type: type }) =>
    response.status === 200 && typeof token === 'string' && typeof type === 'string' && type.toLowerCase() === 'bearer',
  verifyIdToken: async (token, { issuer, clientId, metadata }) => {
    const keys = createRemoteJWKSet(new URL(metadata.jwks_uri));
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience: clientId,
      algorithms: ['RS256'],
      requiredClaims: ['sub', 'exp', 'iat'],
    });
    return payload;
  },
  isOwnNonce: (claimed, { nonce }) => claimed === nonce,
  afterSignIn: () => ({ location: '/' }),
  sessionAfter: () => ({ sid: random() }),
  callApi: (url, access) => fetch(url, { headers: { authorization: `Bearer ${access}` }, redirect: 'manual' }),
  keptRefreshToken: (old, { refresh_token: fresh }) => (typeof fresh === 'string' ? fresh : old),
  mayLogOut: ({ form }, { proof }) => form.get('proof') === proof,
  isMetadata: (metadata, issuer) =>
    metadata['issuer'] === issuer && JSON.stringify(metadata['code_challenge_methods_supported'] ?? []).includes('"S256"'),
  isResourceMetadata: (metadata, resource) => metadata['resource'] === resource,
  verifyLogoutToken: async (token, { issuer, clientId, metadata }) => {
    const keys = createRemoteJWKSet(new URL(metadata.jwks_uri));
    const { payload } = await jwtVerify(token, keys, { issuer, audience: clientId, algorithms: ['RS256'] });
    const events = payload['events'] as Record<string, unknown> | undefined;
    if (events?.[LOGOUT_EVENT] === undefined || payload['nonce'] !== undefined || payload.sub === undefined)
      throw new Error('no logout token');
    return payload;
  },
};
