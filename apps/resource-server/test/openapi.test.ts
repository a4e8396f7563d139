import document from '@rolecall/contracts/documents/resource-server.openapi.json' with { type: 'json' };
import { pathsOf } from '@rolecall/contracts/test-support/route-of';
import { createWireCheck, type Document, type SentRequest } from '@rolecall/contracts/test-support/wire-check';
import { StoreUnavailableError } from '@rolecall/storage/store-unavailable-error';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RequestOptions, startResourceServer, type TestResourceServer } from './support/resource-server.ts';

const documented = document as unknown as Document;
const wire = createWireCheck(documented);

let server: TestResourceServer;
beforeAll(async () => {
  server = await startResourceServer();
});
afterAll(() => server.close());

/** Sends a request and holds the answer against the document. */
async function send(url: string, options: RequestOptions & { method: string }, to = server) {
  const { method, json, headers = {} } = options;
  const request: SentRequest = {
    method,
    url,
    headers: { ...headers, ...(json !== undefined && { 'content-type': 'application/json' }) },
    body: json === undefined ? undefined : JSON.stringify(json),
  };
  const response = await to.request(url, options);
  const answer = { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
  expect(wire.problemsOf(request, answer), `${method} ${url} ${answer.status} ${answer.body}`).toEqual([]);
  return { ...answer, problems: wire.problemsOfRequest(request) };
}

/** A request that the document allows. */
async function answered(status: number, method: string, url: string, options: RequestOptions = {}, to = server) {
  const answer = await send(url, { method, ...options }, to);
  expect(answer.problems).toEqual([]);
  expect(answer.status, answer.body).toBe(status);
  return answer;
}

/** A request that the document does not allow, which the server has to refuse. */
async function refused(method: string, url: string, options: RequestOptions = {}) {
  const answer = await send(url, { method, ...options });
  expect(answer.problems, url).not.toEqual([]);
  expect(answer.status).toBe(400);
}

const content = { title: 'A title', body: 'Some text' };
const NOBODYS = '/notes/0b0c1f6e-0d3b-4b43-9a55-0c8a7b9d2e11';

const addNote = async () => {
  const { headers } = await answered(201, 'POST', '/notes', { json: content });
  return new URL(headers['location'] ?? '').pathname;
};

describe('the document is what is served:', () => {
  it('metadata and health', async () => {
    await answered(200, 'GET', '/.well-known/oauth-protected-resource', { token: null });
    await answered(200, 'GET', '/health/live', { token: null });
    await answered(200, 'GET', '/health/ready', { token: null });
  });

  it('notes', async () => {
    const note = await addNote();
    await addNote();
    const { body } = await answered(200, 'GET', '/notes?limit=1');
    await answered(200, 'GET', `/notes?cursor=${(JSON.parse(body) as { next_cursor: string }).next_cursor}`);
    await answered(200, 'GET', note);
    await answered(200, 'PUT', note, { json: { title: 'Another title' } });
    await answered(204, 'DELETE', note);
    for (const [method, json] of [['GET'], ['PUT', content], ['DELETE']] as const)
      await answered(404, method, NOBODYS, json === undefined ? {} : { json });
  });

  it('requests that are malformed', async () => {
    await refused('GET', '/notes?limit=0');
    await refused('GET', '/notes?limit=101');
    await refused('GET', `/notes?cursor=${'x'.repeat(201)}`);
    await refused('POST', '/notes', { json: {} });
    await refused('POST', '/notes', { json: { title: ' ' } });
    await refused('POST', '/notes', { json: { ...content, colour: 'red' } });
    await refused('PUT', NOBODYS, { json: { title: 'x'.repeat(201) } });
    await answered(400, 'GET', `${NOBODYS}?limit=1`);
    await answered(400, 'DELETE', `${NOBODYS}?limit=1`);
  });

  it.each([
    ['GET', '/notes', undefined],
    ['POST', '/notes', content],
    ['GET', NOBODYS, undefined],
    ['PUT', NOBODYS, content],
    ['DELETE', NOBODYS, undefined],
  ])('%s %s without a token, with one that is not valid or not enough, with two', async (method, url, json) => {
    const body = json === undefined ? {} : { json };
    const { authorizationServer } = server;
    await answered(401, method, url, { ...body, token: null });
    await answered(401, method, url, { ...body, token: 'made-up' });
    await answered(401, method, url, { ...body, token: null, headers: { authorization: 'DPoP made-up' } });
    await answered(403, method, url, { ...body, token: await authorizationServer.token({ claims: { scope: 'other' } }) });
    await answered(403, method, url, {
      ...body,
      token: await authorizationServer.token({ claims: { sub: 'service', client_id: 'service' } }),
    });
    await answered(400, method, `${url}?access_token=another`, body);
  });

  it('nonces, where they are demanded', async () => {
    const demanding = await startResourceServer({ environment: { DPOP: 'required', DPOP_NONCES: 'true' } });
    const { headers } = await answered(401, 'GET', '/notes', { token: null, headers: { authorization: 'DPoP made-up' } }, demanding);
    expect(headers).toHaveProperty('dpop-nonce');
    await demanding.close();
  });

  it('a database that is away', async () => {
    const broken = await startResourceServer();
    const away = () => Promise.reject(new StoreUnavailableError('away'));
    Object.assign(broken.stores.notes, { list: away, create: away, find: away, replace: away, remove: away });
    broken.stores.ping = away;
    await answered(503, 'GET', '/notes', {}, broken);
    await answered(503, 'POST', '/notes', { json: content }, broken);
    await answered(503, 'GET', NOBODYS, {}, broken);
    await answered(503, 'PUT', NOBODYS, { json: content }, broken);
    await answered(503, 'DELETE', NOBODYS, {}, broken);
    await broken.close();
    const unready = await startResourceServer();
    await unready.stores.close();
    await answered(503, 'GET', '/health/ready', { token: null }, unready);
    unready.stores.close = async () => {};
    await unready.close();
  });

  it('and everything that it promises has been seen', () => {
    expect(wire.notSeen()).toEqual([]);
  });
});

describe('the document and the routes', () => {
  it('are the same: no route is not in it, and none in it is not there', () => {
    const served = pathsOf(server.app.printRoutes({ commonPrefix: false })).filter((path) => path !== '*');
    expect(served).toEqual(Object.keys(documented.paths).sort());
  });

  it('have the same methods, and all others are refused', async () => {
    for (const [path, operations] of Object.entries(documented.paths))
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
        const { status } = await server.request(path.replaceAll(/\{\w+\}/g, 'x'), { method });
        expect(status === 405, `${method} ${path}`).toBe(!(method.toLowerCase() in operations));
      }
  });
});
