import { gzipSync } from 'node:zlib';
import { errorResponse } from '@rolecall/contracts/error-response';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rawRequest } from './support/raw-request.ts';
import { startResourceServer, type TestResourceServer } from './support/resource-server.ts';

const NOTE = '/notes/6f1c1f6e-0d3b-4b43-9a55-0c8a7b9d2e11';
const JSON_TYPE = { 'content-type': 'application/json' };

let server: TestResourceServer;
beforeAll(async () => {
  server = await startResourceServer();
});
afterAll(() => server.close());

async function expectError(response: Response, status: number): Promise<Record<string, unknown>> {
  const text = await response.text();
  expect(response.status, text).toBe(status);
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(response.headers.get('content-type')).toMatch(/^application\/json\b/);
  expect(text).not.toMatch(/\bat .*\.[jt]s:\d+|node_modules|Prisma|FST_/);
  const body = JSON.parse(text) as Record<string, unknown>;
  errorResponse.parse(body);
  return body;
}

const post = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = JSON_TYPE) =>
  server.request('/notes', { method: 'POST', body, headers });

describe('a body', () => {
  it.each([
    ['text', 'text/plain'],
    ['a form', 'application/x-www-form-urlencoded'],
    ['a multipart form', 'multipart/form-data; boundary=x'],
    ['XML', 'application/xml'],
    ['JSON under another name', 'application/jsonp'],
    ['a JSON variant', 'application/merge-patch+json'],
    ['text behind the type', 'application/json x'],
    ['text in front of it', 'x application/json'],
    ['bytes', 'application/octet-stream'],
  ])('SEC-42: %s is answered with 415', async (_what, type) => {
    const headers = { 'content-type': type };
    for (const [method, path] of [
      ['POST', '/notes'],
      ['PUT', NOTE],
    ] as const)
      await expectError(await server.request(path, { method, body: '{"title":"x"}', headers }), 415);
  });

  it.each(['application/json\t', ' application/json', 'application/json\t;charset=utf-8', 'application/json;', 'APPLICATION/JSON'])(
    'SEC-42: the type written as %j never gets an invalid note past validation',
    async (type) => {
      const lines = [`Authorization: Bearer ${await server.authorizationServer.token()}`, `Content-Type:${type}`];
      const body = '{"title":"","more":1}';
      const { status } = await rawRequest(server.url, ['POST /notes HTTP/1.1', ...lines, `Content-Length: ${body.length}`], body);
      expect([400, 415]).toContain(status);
    },
  );

  it.each([
    ['nothing', ''],
    ['half an object', '{"title":'],
    ['a NUL byte', '{"title":"x"}\0'],
    ['two objects', '{"title":"x"}{"title":"y"}'],
    ['a single quote', "{'title':'x'}"],
    ['__proto__', '{"title":"x","__proto__":{"title":"y"}}'],
    ['constructor.prototype', '{"title":"x","constructor":{"prototype":{}}}'],
    ['a deep nesting', `${'['.repeat(50_000)}${']'.repeat(50_000)}`],
  ])('%s is answered with 400', async (_what, body) => {
    await expectError(await post(body), 400);
  });

  it('that is not UTF-8 is answered with 400, and nothing is put in its place', async () => {
    for (const bytes of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf0, 0x9f]])
      await expectError(await post(Uint8Array.from([...Buffer.from('{"title":"'), ...bytes, ...Buffer.from('"}')])), 400);
    await expectError(await post(new Uint8Array(Buffer.from('{"title":"x"}', 'utf16le'))), 400);
  });

  it('SEC-43: that is compressed is answered with 415', async () => {
    const bomb = new Uint8Array(gzipSync(Buffer.alloc(5_000_000, 0x20)));
    await expectError(await post(bomb, { ...JSON_TYPE, 'content-encoding': 'gzip' }), 415);
  });

  it('SEC-43: of 4 MB is answered with 413, announced or not', async () => {
    const line = `Authorization: Bearer ${await server.authorizationServer.token()}`;
    const start = ['POST /notes HTTP/1.1', line, 'Content-Type: application/json'];
    const announced = await rawRequest(server.url, [...start, 'Content-Length: 4000000']);
    expect(announced.status).toBe(413);
    // Chunks do not say how many will follow: it shows when the limit is passed.
    const size = 128 * 1024 + 1;
    const chunk = `${size.toString(16)}\r\n${' '.repeat(size)}\r\n`;
    const chunked = await rawRequest(server.url, [...start, 'Transfer-Encoding: chunked'], chunk);
    expect(chunked.status).toBe(413);
    for (const { text } of [announced, chunked])
      expect(text).toContain('{"error":"invalid_request","error_description":"the body is too large"}');
  });

  it.each([
    ['no title', {}, 'title'],
    ['a title that is no text', { title: 7 }, 'title'],
    ['a title that is null', { title: null }, 'title'],
    ['an empty title', { title: '' }, 'title'],
    ['a blank title', { title: ' \t\n' }, 'title'],
    ['a title of 201 characters', { title: 'x'.repeat(201) }, 'title'],
    ['a title with a NUL character', { title: 'a\0b' }, 'title'],
    ['a title with half a character', { title: 'a\ud800' }, 'title'],
    ['a body of 20,001 characters', { title: 'x', body: 'x'.repeat(20_001) }, 'body'],
    ['a body with a NUL character', { title: 'x', body: '\0' }, 'body'],
    ['a body that is a list', { title: 'x', body: ['x'] }, 'body'],
    ['a member nobody knows', { title: 'x', colour: 'red' }, 'colour'],
    ['an id', { title: 'x', id: '6f1c1f6e-0d3b-4b43-9a55-0c8a7b9d2e11' }, 'id'],
    ['another owner', { title: 'x', subject: 'bob' }, 'subject'],
    ['a list', [], 'body'],
    ['text', 'title', 'body'],
    ['null', null, 'body'],
  ])('with %s is answered with 400 that names the field', async (_what, json, field) => {
    for (const [method, path] of [
      ['POST', '/notes'],
      ['PUT', NOTE],
    ] as const) {
      const body = await expectError(await server.request(path, { method, json }), 400);
      expect(body['details']).toContainEqual({ field, problem: expect.any(String) });
    }
  });

  it('with thousands of unknown fields is answered in a few lines', async () => {
    const json = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [index.toString(36), 0]));
    const body = await expectError(await server.request('/notes', { method: 'POST', json }), 400);
    expect(body['details']).toHaveLength(20);
  });

  it('is not repeated in the answer', async () => {
    const text = await (await server.request('/notes', { method: 'POST', json: { title: '<script>'.repeat(100) } })).text();
    expect(text).not.toContain('<script');
  });

  it('is not read before the token is found good', async () => {
    const response = await server.request('/notes', { method: 'POST', token: null, body: 'not json', headers: { 'content-type': 'x/y' } });
    expect(response.status).toBe(401);
  });
});

describe('a path', () => {
  it.each(['/%', '/%zz', '/notes/%', '/notes/%c0%80', '/notes/%ff', '/%2', '/notes%'])('%s is answered with 400', async (path) => {
    await expectError(await server.request(path), 400);
  });

  it.each(['/', '/note', '/notes/', '/notes/x/y', '/NOTES', '//notes', '/notes;a=b', '/.env', '/notes%2Fx', '/..%2fnotes', '/<script>'])(
    '%s is answered with 404',
    async (path) => {
      const response = await server.request(path);
      const text = await response.clone().text();
      await expectError(response, 404);
      expect(text).not.toContain('<script');
    },
  );

  it('that is too long is answered with 414', async () => {
    await expectError(await server.request(`/notes/${'z'.repeat(300)}`), 414);
  });

  it('with CR and LF splits neither a header nor a log line', async () => {
    const response = await server.request('/notes/%0d%0aset-cookie:%20a=b');
    await expectError(response, 404);
    expect(response.headers.get('set-cookie')).toBeNull();
    for (const line of server.logs().trimEnd().split('\n')) expect(() => JSON.parse(line) as unknown).not.toThrow();
  });
});

describe('a query where none is understood', () => {
  it.each(['?a=1', '?limit=5', '?%zz', '?a=%00'])('%s is answered with 400', async (query) => {
    await expectError(await server.request(`${NOTE}${query}`), 400);
    await expectError(await server.request(`${NOTE}${query}`, { method: 'DELETE' }), 400);
    await expectError(await server.request(`${NOTE}${query}`, { method: 'PUT', json: { title: 'x' } }), 400);
    await expectError(await server.request(`/notes${query}`, { method: 'POST', json: { title: 'x' } }), 400);
  });
});

describe('a method', () => {
  it.each([
    ['PATCH', '/notes', 'GET, HEAD, POST'],
    ['PUT', '/notes', 'GET, HEAD, POST'],
    ['DELETE', '/notes', 'GET, HEAD, POST'],
    ['POST', NOTE, 'DELETE, GET, HEAD, PUT'],
    ['PATCH', NOTE, 'DELETE, GET, HEAD, PUT'],
    ['POST', '/.well-known/oauth-protected-resource', 'GET, HEAD'],
    ['DELETE', '/health/live', 'GET, HEAD'],
    ['POST', '/health/ready', 'GET, HEAD'],
  ])('%s on %s is answered with 405 and what is allowed', async (method, path, allow) => {
    const response = await server.request(path, { method });
    expect(response.headers.get('allow')).toBe(allow);
    await expectError(response, 405);
  });

  it.each(['BREW', 'PROPFIND', 'TRACE', 'get', ''])('%j, which this service does not have, gives a 4xx', async (method) => {
    const { status } = await rawRequest(server.url, [`${method} /notes HTTP/1.1`]);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
  });
});

describe('a message that is hardly HTTP', () => {
  it.each([
    ['a header without a name', ['GET /notes HTTP/1.1', ': x']],
    ['a NUL byte in a header', ['GET /notes HTTP/1.1', 'Authorization: Bearer a\0b']],
    ['a bare LF in a header', ['GET /notes HTTP/1.1', 'Authorization: Bearer a\rX: y']],
    ['two lengths', ['POST /notes HTTP/1.1', 'Content-Length: 1', 'Content-Length: 2']],
    ['a negative length', ['POST /notes HTTP/1.1', 'Content-Length: -1']],
    ['a length and chunks', ['POST /notes HTTP/1.1', 'Content-Length: 5', 'Transfer-Encoding: chunked']],
    ['another protocol', ['GET /notes FTP/1.1']],
  ])('%s is answered with 400', async (_what, lines) => {
    expect((await rawRequest(server.url, lines)).status).toBe(400);
  });
});

describe('failures of the store', () => {
  it('SEC-55: a database that cannot be used is answered with 503, and its reason stays here', async () => {
    const broken = await startResourceServer();
    await broken.stores.close();
    for (const [method, path, json] of [
      ['GET', '/notes', undefined],
      ['POST', '/notes', { title: 'x' }],
      ['GET', NOTE, undefined],
      ['PUT', NOTE, { title: 'x' }],
      ['DELETE', NOTE, undefined],
    ] as const) {
      const response = await broken.request(path, { method, json });
      expect(response.headers.get('retry-after')).toMatch(/^\d+$/);
      expect(await expectError(response, 503)).toMatchObject({ error: 'temporarily_unavailable' });
    }
    broken.stores.close = async () => {};
    await broken.close();
  });
});
