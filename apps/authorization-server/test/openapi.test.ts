import { pathsOf } from '@rolecall/contracts/test-support/route-of';
import { createWireCheck, type Document, type SentRequest } from '@rolecall/contracts/test-support/wire-check';
import document from '@rolecall/contracts/documents/authorization-server.openapi.json' with { type: 'json' };
import type { HTTPMethods } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sign, ASSERTION_TYPE, makeKey } from './support/client-assertion.ts';
import { authorizeUrl, authorizeParameters, getCode, getTokens, VERIFIER } from './support/flow.ts';
import { postRegistration, registerClient, type Registered } from './support/registration.ts';
import { startTestServer, type TestServer } from './support/test-server.ts';

const documented = document as unknown as Document;
const wire = createWireCheck(documented);

let server: TestServer;
/** A server that takes one request a minute of everybody, and one whose database is away. */
let limited: TestServer;
let broken: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  limited = await startTestServer({ RATE_LIMITS: 'token=1,introspect=1,revoke=1,register=1,authorize=1,revocations=1' });
  broken = await startTestServer();
});
afterAll(async () => {
  await server.close();
  await limited.close();
  await broken.close().catch(() => {});
});

/** Sends a request and holds the answer against the document. */
async function send(to: TestServer, request: SentRequest) {
  const { method, url, headers, body } = request;
  const response = await to.app.inject({
    method: method as HTTPMethods,
    url,
    headers: headers ?? {},
    ...(body !== undefined && { payload: body }),
  });
  const answer = { status: response.statusCode, headers: response.headers, body: response.body };
  expect(wire.problemsOf(request, answer), `${method} ${url} ${answer.status} ${answer.body}`).toEqual([]);
  return response;
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const JSON_BODY = { 'content-type': 'application/json' };
const get = (url: string, headers: Record<string, string> = {}): SentRequest => ({ method: 'GET', url, headers });
const form = (url: string, members: Record<string, string> | URLSearchParams, headers: Record<string, string> = {}): SentRequest => ({
  method: 'POST',
  url,
  headers: { ...FORM, ...headers },
  body: new URLSearchParams(members).toString(),
});
const json = (method: string, url: string, body: unknown, token?: string): SentRequest => ({
  method,
  url,
  headers: { ...JSON_BODY, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
  body: JSON.stringify(body),
});

const SAMPLE = { client_id: 'sample-client', client_secret: 'sample-client-secret' };
const SERVICE = { client_id: 'sample-service', client_secret: 'sample-service-secret' };
const API = { client_id: 'resource-server', client_secret: 'resource-server-secret' };
const basic = ({ client_id, client_secret }: typeof SAMPLE, secret = client_secret) => ({
  authorization: `Basic ${Buffer.from(`${client_id}:${secret}`).toString('base64')}`,
});
const SERVICE_TOKEN = { grant_type: 'client_credentials', scope: 'notes:read', resource: 'http://localhost:4001' };
const REDIRECT_URI = 'http://localhost:4002/callback';

/** A request that the document allows, which the server has to grant. */
async function granted(status: number, request: SentRequest) {
  expect(wire.problemsOfRequest(request), `${request.method} ${request.url}`).toEqual([]);
  const response = await send(server, request);
  expect(response.statusCode, response.body).toBe(status);
  return response;
}

/** A request that the document does not allow, which the server has to refuse. */
async function refused(status: number, request: SentRequest) {
  expect(wire.problemsOfRequest(request), `${request.method} ${request.url} ${request.body ?? ''}`).not.toEqual([]);
  expect((await send(server, request)).statusCode).toBe(status);
}

/** A request that is well-formed, and refused for what it says. */
async function denied(status: number, request: SentRequest, to = server) {
  expect(wire.problemsOfRequest(request), `${request.method} ${request.url}`).toEqual([]);
  expect((await send(to, request)).statusCode).toBe(status);
}

describe('the document is what is served:', () => {
  it('what is published', async () => {
    await granted(200, get('/.well-known/oauth-authorization-server'));
    await granted(200, get('/jwks'));
    // On a machine that is busy it may be unknown for a moment what was revoked.
    await expect.poll(async () => (await send(server, get('/revocations'))).statusCode, { timeout: 10_000 }).toBe(200);
    await granted(200, get('/revocations'));
    await granted(200, get('/revocations?since=1'));
    await refused(400, get('/revocations?since=yesterday'));
    await granted(200, get('/health/live'));
    await granted(200, get('/health/ready'));
  });

  it('authorization requests', async () => {
    await granted(303, get(authorizeUrl()));
    await granted(303, form('/authorize', authorizeParameters()));
    await denied(400, get(authorizeUrl({ redirect_uri: 'https://attacker.example/' })));
    await denied(400, form('/authorize', { ...Object.fromEntries(authorizeParameters()), login_hint: 'x'.repeat(9_000) }));
  });

  it.each([
    ['response_type', { response_type: 'token' }, 'unsupported_response_type'],
    ['response_mode', { response_mode: 'fragment' }, 'invalid_request'],
    ['code_challenge', { code_challenge: 'short' }, 'invalid_request'],
    ['code_challenge_method', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['prompt', { prompt: 'none login' }, 'invalid_request'],
    ['scope', { scope: 'a  b' }, 'invalid_scope'],
    ['resource', { resource: '/relative' }, 'invalid_target'],
    ['state', { state: 'x'.repeat(4_097) }, 'invalid_request'],
  ])('an authorization request whose %s the document does not allow is refused', async (_name, changes, error) => {
    const request = get(authorizeUrl(changes));
    expect(wire.problemsOfRequest(request)).not.toEqual([]);
    const response = await send(server, request);
    expect(new URL(String(response.headers.location)).searchParams.get('error')).toBe(error);
  });

  it('token requests', async () => {
    const code = { grant_type: 'authorization_code', code: await getCode(server), redirect_uri: REDIRECT_URI, code_verifier: VERIFIER };
    const response = await granted(200, form('/token', code, basic(SAMPLE)));
    const { refresh_token } = response.json() as { refresh_token: string };
    await granted(200, form('/token', { grant_type: 'refresh_token', refresh_token, ...SAMPLE }));
    await granted(200, form('/token', { ...SERVICE_TOKEN, ...SERVICE }));
    const key = await makeKey();
    await server.register({ id: 'with-key', tokenEndpointAuthMethod: 'private_key_jwt', jwks: { keys: [key.publicJwk as never] } });
    const assertion = { client_assertion_type: ASSERTION_TYPE, client_assertion: await sign(server, 'with-key', key) };
    await granted(200, form('/token', { ...SERVICE_TOKEN, ...assertion }));
    await refused(400, form('/token', { grant_type: 'password', username: 'alice', password: 'wonderland', ...SAMPLE }));
    await refused(400, form('/token', { grant_type: 'authorization_code', ...SAMPLE }));
    await refused(400, form('/token', { ...SERVICE_TOKEN, scope: 'a  b', ...SERVICE }));
    await refused(400, form('/token', { ...SERVICE_TOKEN, resource: '/relative', ...SERVICE }));
    await refused(400, form('/token', { ...SERVICE_TOKEN, ...SERVICE, ...assertion }));
    await refused(401, form('/token', { ...SERVICE_TOKEN, client_assertion: assertion.client_assertion }));
    await denied(400, form('/token', { grant_type: 'refresh_token', refresh_token: 'made-up', ...SAMPLE }));
    await denied(401, form('/token', { ...SERVICE_TOKEN, ...SERVICE, client_secret: 'wrong' }));
    await denied(401, form('/token', SERVICE_TOKEN, basic(SERVICE, 'wrong')));
  });

  it('failures of client authentication that are too many', async () => {
    const guess = form('/token', { ...SERVICE_TOKEN, client_id: 'nobody', client_secret: 'wrong' });
    for (let count = 0; count < 10; count++) await send(server, guess);
    await denied(429, guess);
  });

  it('introspection', async () => {
    const { access_token: token } = await getTokens(server);
    const asJwt = { accept: 'application/token-introspection+jwt' };
    await granted(200, form('/introspect', { token, ...API }));
    await granted(200, form('/introspect', { token: 'made-up', token_type_hint: 'access_token', ...API }));
    expect((await granted(200, form('/introspect', { token, ...API }, asJwt))).headers['content-type']).toBe(asJwt.accept);
    await refused(400, form('/introspect', API));
    await denied(401, form('/introspect', { token, ...API, client_secret: 'wrong' }));
    await denied(400, form('/introspect', { token, ...API, client_secret: 'wrong' }, asJwt));
  });

  it('revocation', async () => {
    const { access_token: token } = await getTokens(server);
    await denied(400, form('/revoke', { token, ...SERVICE }));
    await granted(200, form('/revoke', { token, ...SAMPLE }));
    await refused(400, form('/revoke', SAMPLE));
    await denied(401, form('/revoke', { token, ...SAMPLE, client_secret: 'wrong' }));
  });

  it('registration', async () => {
    const metadata = { redirect_uris: ['https://client.example/callback'], client_name: 'A client' };
    await granted(201, json('POST', '/register', metadata));
    await refused(400, json('POST', '/register', { ...metadata, client_name: '\u0000' }));
    await denied(400, json('POST', '/register', { redirect_uris: [] }));
    const closed = await startTestServer({ REGISTRATION: 'initial_access_token' });
    await denied(401, json('POST', '/register', metadata), closed);
    await denied(401, json('POST', '/register', metadata, 'made-up'), closed);
    await closed.close();
  });

  it('the management of a registration', async () => {
    const { client_id, registration_access_token: token }: Registered = await registerClient(server);
    const url = `/register/${client_id}`;
    const update = { client_id, redirect_uris: ['https://client.example/other'] };
    const bearer = { authorization: `Bearer ${token}` };
    const bare = (method: string, headers: Record<string, string>, query = '') => ({ method, url: url + query, headers });
    await granted(200, get(url, bearer));
    await granted(200, json('PUT', url, update, token));
    await refused(400, json('PUT', url, { redirect_uris: update.redirect_uris }, token));
    await refused(400, json('PUT', url, { ...update, registration_access_token: 'chosen' }, token));
    for (const method of ['GET', 'DELETE']) {
      await denied(400, bare(method, bearer, '?access_token=another'));
      await denied(401, bare(method, {}));
    }
    await denied(401, json('PUT', url, update, 'made-up'));
    const found = await server.stores.clients.find(client_id, 'fresh');
    if (found === undefined) throw new Error('it is not registered');
    await server.stores.clients.save({ ...found, disabled: true });
    for (const method of ['GET', 'DELETE']) await denied(403, bare(method, bearer));
    await denied(403, json('PUT', url, update, token));
    await server.stores.clients.save({ ...found, disabled: false });
    await granted(204, bare('DELETE', bearer));
  });

  it('too many requests', async () => {
    const { access_token: token } = { access_token: 'made-up' };
    const bearer = { authorization: 'Bearer made-up' };
    const requests = [
      get(authorizeUrl()),
      form('/authorize', authorizeParameters()),
      form('/token', { ...SERVICE_TOKEN, client_id: 'nobody' }),
      form('/introspect', { token, client_id: 'nobody' }),
      form('/revoke', { token, client_id: 'nobody' }),
      get('/revocations'),
      get('/register/nobody', bearer),
      json('POST', '/register', { redirect_uris: ['https://client.example/callback'] }),
      json('PUT', '/register/nobody', { client_id: 'nobody' }, 'made-up'),
      { method: 'DELETE', url: '/register/nobody', headers: bearer },
    ];
    for (const request of requests) await send(limited, request);
    for (const request of requests) await denied(429, request, limited);
  });

  it('a database that is away', async () => {
    const { registration_access_token: token, client_id } = await registerClient(broken);
    await broken.stores.close();
    const url = `/register/${client_id}`;
    await denied(503, form('/token', { ...SERVICE_TOKEN, ...SERVICE }), broken);
    await denied(503, form('/introspect', { token: 'made-up', ...API }), broken);
    await denied(503, form('/revoke', { token: 'made-up', ...SAMPLE }), broken);
    expect((await postRegistration(broken)).statusCode).toBe(503);
    await denied(503, json('POST', '/register', { redirect_uris: ['https://client.example/callback'] }), broken);
    await denied(503, get(url, { authorization: `Bearer ${token}` }), broken);
    await denied(503, json('PUT', url, { client_id }, token), broken);
    await denied(503, { method: 'DELETE', url, headers: { authorization: `Bearer ${token}` } }, broken);
    await denied(503, get('/health/ready'), broken);
    // Known is what was read a moment ago.
    await expect.poll(async () => (await send(broken, get('/revocations'))).statusCode).toBe(503);
  });

  it('and everything that it promises has been seen', () => {
    expect(wire.notSeen()).toEqual([]);
  });
});

describe('the document and the routes', () => {
  /** What people see, and the administration, which has a document of its own. */
  const NOT_OF_THE_PROTOCOL =
    /^\/$|^\/(?:login|logout|consent|account|sign-up|assets|admin)(?:\/|$)|^\/authorize\/\{id\}$|^\/\.well-known\/oauth-protected-resource\/admin$|^\*$/;

  it('are the same: no route is not in it, and none in it is not there', () => {
    const served = pathsOf(server.app.printRoutes({ commonPrefix: false })).filter((path) => !NOT_OF_THE_PROTOCOL.test(path));
    expect(served).toEqual(Object.keys(documented.paths).sort());
  });

  it('have the same methods, and all others are refused as it says', async () => {
    for (const [path, operations] of Object.entries(documented.paths))
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const) {
        const url = path.replaceAll(/\{\w+\}/g, 'x');
        const response = await server.app.inject({ method, url });
        const isOffered = method.toLowerCase() in operations;
        expect(response.statusCode === 405, `${method} ${path}`).toBe(!isOffered);
        if (isOffered || path.startsWith('/health')) continue;
        const [offered = ''] = Object.keys(operations);
        const answer = { status: 405, headers: response.headers, body: response.body };
        const problems = path === '/authorize' ? [] : wire.problemsOf({ method: offered, url }, answer);
        expect(problems, `${method} ${path}`).toEqual([]);
      }
  });
});
