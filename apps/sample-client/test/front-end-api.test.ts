import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { startClient } from './support/client.ts';
import { ACCESS_TOKEN } from './support/fake-authorization-server.ts';
import { challenge } from './support/fake-resource-server.ts';

/** Sends a path as it is written, where other clients would tidy it up first. */
const statusOf = ({ port }: AddressInfo, method: string, path: string, headers: Record<string, string>) =>
  new Promise<number | undefined>((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    outgoing.on('error', reject).end();
  });

const ORIGIN = 'http://localhost:4002';

async function startConnected() {
  const client = await startClient();
  await client.browser.connect();
  const cookie = [...client.browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const usual = { cookie, 'x-front-end': '1', origin: ORIGIN, 'sec-fetch-site': 'same-origin' };
  const call = (
    method: 'GET' | 'POST' | 'DELETE',
    url: string,
    options: { headers?: Record<string, string | undefined>; body?: unknown } = {},
  ) => {
    const all = { ...usual, ...(options.body !== undefined && { 'content-type': 'application/json' }), ...options.headers };
    const headers = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Record<string, string>;
    const payload = options.body === undefined || typeof options.body === 'string' ? options.body : JSON.stringify(options.body);
    return client.app.inject({ method, url, headers, ...(payload !== undefined && { payload: payload as string }) });
  };
  return { ...client, cookie, call };
}

describe('the API for a front end', () => {
  it('C-BFF-01 C-BFF-04: does what the API does, with a token that the browser never sees', async () => {
    const { call, resourceServer } = await startConnected();
    expect((await call('POST', '/api/notes', { body: { title: 'One', body: 'Two' } })).statusCode).toBe(201);
    const list = await call('GET', '/api/notes');
    expect([list.statusCode, list.headers['content-type'], list.headers['cache-control']]).toEqual([
      200,
      'application/json; charset=utf-8',
      'no-store',
    ]);
    expect(list.json()).toMatchObject({ notes: [{ title: 'One', body: 'Two' }] });
    expect((await call('DELETE', `/api/notes/${resourceServer.notes[0]?.id}`)).statusCode).toBe(204);
    expect(resourceServer.notes).toEqual([]);
    expect(list.body + JSON.stringify(list.headers)).not.toContain(ACCESS_TOKEN);
    expect(resourceServer.calls().every(({ headers }) => headers.authorization === `Bearer ${ACCESS_TOKEN}`)).toBe(true);
  });

  it('C-BFF-04: passes neither cookies nor headers nor the browser’s own token on', async () => {
    const { call, resourceServer } = await startConnected();
    await call('GET', '/api/notes', { headers: { authorization: 'Bearer mine', 'x-forwarded-host': 'evil.example', 'x-custom': '1' } });
    const headers = resourceServer.calls().at(-1)?.headers ?? {};
    expect(headers.authorization).toBe(`Bearer ${ACCESS_TOKEN}`);
    for (const name of ['cookie', 'x-custom', 'x-forwarded-host', 'x-front-end', 'origin']) expect(headers).not.toHaveProperty(name);
  });

  it.each([
    '/api//evil.example/notes',
    '/api/https://evil.example/notes',
    '/api/https:%2f%2fevil.example',
    '/api/../notes',
    '/api/%2e%2e/notes',
    '/api/notes/..',
    '/api/notes/%2e%2e',
    '/api/notes/%2e%2e%2fadmin',
    '/api/notes/..%5cadmin',
    '/api/notes/a%2fb',
    '/api/notes/a%00b',
    '/api/notes/a/b',
    '/api/notes/',
    '/api/notes;x=1',
    '/api/admin',
    '/api/.well-known/oauth-protected-resource',
    '/api/notes@evil.example',
    '/api',
    '/api/',
    '//evil.example/api/notes',
  ])('C-BFF-04: %s leads nowhere', async (url) => {
    const { app, cookie, resourceServer } = await startConnected();
    const before = resourceServer.server.requests.length;
    await app.listen({ host: '127.0.0.1', port: 0 });
    for (const method of ['GET', 'POST', 'DELETE']) {
      const status = await statusOf(app.server.address() as AddressInfo, method, url, { cookie, 'x-front-end': '1', origin: ORIGIN });
      expect([400, 404, 405]).toContain(status);
    }
    expect(resourceServer.server.requests).toHaveLength(before);
  });

  it.each(['?url=https://evil.example', '?cursor=a&cursor=b', '?cursor=', '?cursor=%zz', '?limit=1'])(
    'C-BFF-04: the query %s is not taken',
    async (query) => {
      const { call, resourceServer } = await startConnected();
      const before = resourceServer.server.requests.length;
      expect((await call('GET', `/api/notes${query}`)).statusCode).toBe(400);
      expect(resourceServer.server.requests).toHaveLength(before);
    },
  );

  it('C-BFF-04: a cursor stays a parameter, whatever is in it', async () => {
    const { call, resourceServer } = await startConnected();
    expect((await call('GET', `/api/notes?cursor=${encodeURIComponent('../admin?x=1#&y=2')}`)).statusCode).toBe(200);
    const asked = new URL(resourceServer.calls().at(-1)?.url ?? '', 'http://api.example');
    expect([asked.pathname, [...asked.searchParams]]).toEqual(['/notes', [['cursor', '../admin?x=1#&y=2']]]);
  });

  it.each(['PUT', 'PATCH', 'OPTIONS', 'TRACE', 'CONNECT'])('C-BFF-04: %s is not offered', async (method) => {
    const { app, cookie } = await startConnected();
    const headers = { cookie, 'x-front-end': '1', origin: ORIGIN };
    const answer = await app.inject({ method: method as 'PUT', url: '/api/notes', headers }).catch(() => ({ statusCode: 404 }));
    expect([404, 405]).toContain(answer.statusCode);
  });

  const forged: [string, Record<string, string | undefined>][] = [
    ['without the header', { 'x-front-end': undefined }],
    ['with another value in it', { 'x-front-end': 'true' }],
    ['from another origin', { origin: 'https://evil.example' }],
    ['from the same host with another port', { origin: 'http://localhost:4003' }],
    ['from the same host with https', { origin: 'https://localhost:4002' }],
    ['from a page without origin', { origin: 'null' }],
    ['from another site', { 'sec-fetch-site': 'cross-site', origin: undefined }],
    ['from another origin of the same site', { 'sec-fetch-site': 'same-site', origin: undefined }],
    ['from nowhere', { 'sec-fetch-site': 'none', origin: undefined }],
  ];

  it.each(forged)('C-BFF-03: a call %s is answered with 403, and nothing happens', async (_case, headers) => {
    const { call, resourceServer } = await startConnected();
    const before = resourceServer.server.requests.length;
    const answers = await Promise.all([
      call('GET', '/api/notes', { headers }),
      call('POST', '/api/notes', { headers, body: { title: 'x' } }),
      call('DELETE', '/api/notes/n1', { headers }),
    ]);
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([403, 403, 403]);
    expect(answers.every(({ headers: sent }) => sent['access-control-allow-origin'] === undefined)).toBe(true);
    expect(resourceServer.server.requests).toHaveLength(before);
  });

  it.each([
    ['a form', 'application/x-www-form-urlencoded', 'title=x'],
    ['text', 'text/plain', '{"title":"x"}'],
    ['no JSON', 'application/json', '{"title":'],
    ['a list', 'application/json', '[]'],
    ['members that are not known', 'application/json', '{"title":"x","owner":"bob"}'],
    ['a prototype', 'application/json', '{"title":"x","__proto__":{"a":1}}'],
  ])('C-BFF-04: a body that is %s is not passed on', async (_case, type, body) => {
    const { call, resourceServer } = await startConnected();
    const answer = await call('POST', '/api/notes', { headers: { 'content-type': type }, body });
    expect([400, 415]).toContain(answer.statusCode);
    expect(resourceServer.notes).toEqual([]);
  });

  it('C-BFF-04: says 401 without a session, and when access has ended, and never redirects', async () => {
    const { call, resourceServer, authorizationServer } = await startConnected();
    const stranger = await call('GET', '/api/notes', { headers: { cookie: undefined } });
    expect([stranger.statusCode, stranger.json()]).toMatchObject([401, { error: 'not_connected' }]);
    resourceServer.interfere = () => challenge(401, 'error="invalid_token"');
    expect((await call('GET', '/api/notes')).statusCode).toBe(401);
    resourceServer.interfere = () => challenge(403, 'error="insufficient_scope", scope="notes:share"');
    const narrow = await call('GET', '/api/notes');
    expect([narrow.statusCode, narrow.json()]).toEqual([403, { error: 'insufficient_scope', scope: 'notes:share' }]);
    expect(authorizationServer.tokenForms()).toHaveLength(1);
  });

  it.each([
    ['a redirect', { status: 302, headers: { location: 'https://evil.example' } }],
    ['an error', { status: 500, body: 'secret detail' }],
    ['silence', 'silence' as const],
  ])('C-BFF-04: answers 503 when the API answers with %s', async (_case, answer) => {
    const { call, resourceServer } = await startConnected();
    resourceServer.interfere = () => answer;
    const said = await call('GET', '/api/notes');
    expect([said.statusCode, said.json()]).toEqual([503, { error: 'temporarily_unavailable' }]);
  });
});

describe('the session’s cookie', () => {
  it('C-BFF-02: is __Host-, Secure, HttpOnly, SameSite and for the whole client where that is reached by https', async () => {
    const { app } = await startClient({ BASE_URL: 'https://client.example', TRUSTED_PROXIES: '127.0.0.1' });
    const answer = await app.inject({ url: '/', headers: { 'x-forwarded-proto': 'https' } });
    const [cookie, ...more] = [answer.headers['set-cookie']].flat();
    expect(more).toEqual([]);
    expect(cookie).toMatch(/^__Host-rolecall-sample-client=[\w-]{43};/);
    const attributes = String(cookie)
      .split('; ')
      .slice(1)
      .map((text) => text.toLowerCase());
    expect(attributes.filter((text) => !text.startsWith('expires='))).toEqual(
      expect.arrayContaining(['path=/', 'httponly', 'secure', 'samesite=lax']),
    );
    expect(attributes.join()).not.toContain('domain=');
  });

  it('C-BFF-02: is HttpOnly and SameSite on a developer’s machine too', async () => {
    const { app } = await startClient();
    expect(String((await app.inject('/')).headers['set-cookie'])).toMatch(/HttpOnly; SameSite=Lax/);
  });

  it('C-BFF-02: is another one after the sign-in, and again after the next', async () => {
    const { browser } = await startClient();
    const ids: string[] = [];
    for (let round = 0; round < 2; round += 1) {
      await browser.get('/sign-in/denied');
      await browser.connect();
      ids.push([...browser.cookies.values()].join());
      await browser.follow();
      await browser.submit('/logout');
    }
    expect(new Set(ids).size).toBe(2);
  });
});
