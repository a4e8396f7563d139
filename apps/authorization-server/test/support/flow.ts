import { createHash } from 'node:crypto';
import type { LightMyRequestResponse } from 'fastify';
import { expect } from 'vitest';
import { type Browser, type BrowserResponse, openBrowser } from './browser.ts';
import type { TestServer } from './test-server.ts';

export const VERIFIER = 'the-verifier-of-the-tests-with-more-than-43-characters';
export const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');

/** A server that requests can be sent to: in this process, or as processes of its own. */
export type Reachable = Pick<TestServer, 'app'>;

export type Changes = Record<string, string | undefined>;

const sampleRequest = {
  response_type: 'code',
  client_id: 'sample-client',
  redirect_uri: 'http://localhost:4002/callback',
  scope: 'notes:read notes:write',
  state: 'the-state',
  code_challenge: CHALLENGE,
  code_challenge_method: 'S256',
  resource: 'http://localhost:4001',
};

/** The parameters of the sample client's authorization request, changed; one that is undefined is left out. */
export function authorizeParameters(changes: Changes = {}): URLSearchParams {
  const all = { ...sampleRequest, ...changes };
  return new URLSearchParams(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

export function authorizeUrl(changes: Changes = {}): string {
  return `/authorize?${authorizeParameters(changes).toString()}`;
}

/** Follows redirects within the server until there is a page or a redirect to somewhere else. */
export async function follow(browser: Browser, response: BrowserResponse): Promise<BrowserResponse> {
  let current = response;
  while (current.location?.startsWith('/')) current = await browser.get(current.location);
  return current;
}

export async function open(browser: Browser, url: string): Promise<BrowserResponse> {
  return follow(browser, await browser.get(url));
}

export async function logIn(browser: Browser, username = 'alice', password = 'wonderland'): Promise<BrowserResponse> {
  return follow(browser, await browser.post('/login', { ...browser.hiddenFields(), username, password }));
}

export async function decide(browser: Browser, decision: 'approve' | 'deny'): Promise<BrowserResponse> {
  return follow(browser, await browser.post('/consent', { ...browser.hiddenFields(), decision }));
}

/** Goes through all of it as alice and answers the redirect to the client. */
export async function authorize(server: Reachable, changes: Changes = {}, browser = openBrowser(server.app)): Promise<BrowserResponse> {
  let response = await open(browser, authorizeUrl(changes));
  if (response.body.includes('name="password"')) response = await logIn(browser);
  if (response.body.includes('name="decision"')) response = await decide(browser, 'approve');
  return response;
}

/** The parameters of an authorization response. */
export function responseParameters(response: BrowserResponse): URLSearchParams {
  expect(response.status).toBe(303);
  return new URL(response.location ?? '').searchParams;
}

export async function getCode(server: Reachable, changes: Changes = {}, browser?: Browser): Promise<string> {
  const code = responseParameters(await authorize(server, changes, browser)).get('code');
  expect(code).toMatch(/^rc_ac_/);
  return code as string;
}

/** The sample client's token request for a code, changed. */
export function redeem(server: Reachable, code: string, changes: Changes = {}): Promise<LightMyRequestResponse> {
  return postToken(server, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: sampleRequest.redirect_uri,
    client_id: 'sample-client',
    client_secret: 'sample-client-secret',
    code_verifier: VERIFIER,
    ...changes,
  });
}

export function postToken(
  server: Reachable,
  form: Changes | string,
  headers: Record<string, string> = {},
  url = '/token',
): Promise<LightMyRequestResponse> {
  const payload =
    typeof form === 'string'
      ? form
      : new URLSearchParams(Object.entries(form).filter((entry): entry is [string, string] => entry[1] !== undefined)).toString();
  return server.app.inject({ method: 'POST', url, headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers }, payload });
}

/** A new token response of the sample client for alice, with a refresh token. */
export async function getTokens(
  server: Reachable,
  changes: Changes = {},
  redemption: Changes = {},
): Promise<{ access_token: string; refresh_token: string; scope: string; expires_in: number }> {
  const response = await redeem(server, await getCode(server, changes), redemption);
  expect(response.statusCode).toBe(200);
  return response.json();
}

/** The sample client's refresh request, changed. */
export function refresh(server: Reachable, refreshToken: string, changes: Changes = {}): Promise<LightMyRequestResponse> {
  return postToken(server, {
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
    client_id: 'sample-client',
    client_secret: 'sample-client-secret',
    ...changes,
  });
}

/** What the notes API learns of a token, or, with changes, another caller. */
export async function introspect(server: Reachable, token: string, changes: Changes = {}): Promise<Record<string, unknown>> {
  const response = await postToken(
    server,
    { token, client_id: 'resource-server', client_secret: 'resource-server-secret', ...changes },
    {},
    '/introspect',
  );
  expect(response.statusCode).toBe(200);
  expect(response.headers['cache-control']).toBe('no-store');
  return response.json();
}

/** The sample client's revocation request, changed. */
export function revoke(server: Reachable, token: string, changes: Changes = {}): Promise<LightMyRequestResponse> {
  return postToken(server, { token, client_id: 'sample-client', client_secret: 'sample-client-secret', ...changes }, {}, '/revoke');
}

/** Asserts a JSON error of RFC 6749 §5.2, with all that is true of every one. */
export function expectError(response: LightMyRequestResponse, status: number, error: string): void {
  expect({ status: response.statusCode, error: response.json().error }).toEqual({ status, error });
  expect(response.headers['content-type']).toMatch(/^application\/json/);
  expect(response.headers['cache-control']).toBe('no-store');
  expect(response.json().error_description).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/);
}

/** Asserts an error that the client is told of by redirect. */
export function expectRedirectError(response: BrowserResponse, error: string, state: string | null = 'the-state'): URLSearchParams {
  const parameters = responseParameters(response);
  expect({
    error: parameters.get('error'),
    state: parameters.get('state'),
    iss: parameters.get('iss'),
    code: parameters.get('code'),
  }).toEqual({
    error,
    state,
    iss: 'http://localhost:4000',
    code: null,
  });
  return parameters;
}

/** Asserts a refusal that is shown by the server itself and sent to nobody. */
export function expectPage(response: BrowserResponse, status = 400): void {
  expect(response.location).toBeUndefined();
  expect(response.status).toBe(status);
  expect(response.headers['content-type']).toMatch(/^text\/html/);
}
