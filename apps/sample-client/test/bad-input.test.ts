import { request } from 'node:http';
import { createConnection, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { startClient } from './support/client.ts';

async function connected() {
  const client = await startClient();
  await client.browser.connect();
  const page = await client.browser.follow();
  const csrf = /name="_csrf" value="([^"]*)"/.exec(page.body)?.[1] ?? '';
  const cookie = [...client.browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  return { ...client, csrf, cookie };
}

describe('bad input', () => {
  it.each(['%', '%zz', '%ff', '%c3%28', '%00'])('a query with %s is answered with 400 on every page that reads one', async (value) => {
    const { browser } = await connected();
    for (const path of ['/callback?code=a&state=', '/notes?cursor=']) {
      const page = await browser.get(path + value);
      expect(page.statusCode).toBe(400);
      expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
      expect(page.body).toContain('This request cannot be understood');
    }
  });

  it.each(['title=%', 'title=%ff', 'title=%00', 'title=a&title=b', 'title=a&body=b&body=c', `${'x=1&'.repeat(200)}title=a`])(
    'the form %.30s is answered with 400 and changes nothing',
    async (form) => {
      const { browser, csrf, resourceServer } = await connected();
      expect((await browser.post('/notes', `${new URLSearchParams({ _csrf: csrf })}&${form}`)).statusCode).toBe(400);
      expect(resourceServer.notes).toEqual([]);
    },
  );

  it('a repeated cursor is answered with 400, and so is one that the API does not know', async () => {
    const { browser, resourceServer } = await connected();
    expect((await browser.get('/notes?cursor=a&cursor=b')).statusCode).toBe(400);
    resourceServer.interfere = () => ({ status: 400, body: { error: 'invalid_request', error_description: '<b>bad cursor' } });
    const page = await browser.get('/notes?cursor=made-up');
    expect(page.statusCode).toBe(400);
    expect(page.body).not.toContain('<b>');
  });

  it.each(['/notes', '/logout', '/notes/1/delete'])('four megabytes for %s are answered with 413', async (url) => {
    const { app, cookie } = await connected();
    const headers = { cookie, 'content-type': 'application/x-www-form-urlencoded' };
    const page = await app.inject({ method: 'POST', url, headers, payload: `title=${'x'.repeat(4 * 1024 * 1024)}` });
    expect(page.statusCode).toBe(413);
    expect(page.body).toContain('That is too large');
  });

  it.each(['application/json', 'text/plain', 'multipart/form-data; boundary=x', 'application/x-www-form-urlencoded-not', ' ,', 'a\tb'])(
    'SEC-42: the content type %j is answered with 415 or 403, never taken',
    async (type) => {
      const { app, cookie, csrf, resourceServer } = await connected();
      const payload = new URLSearchParams({ title: 'x', _csrf: csrf }).toString();
      const page = await app.inject({ method: 'POST', url: '/notes', headers: { cookie, 'content-type': type }, payload });
      expect([403, 415]).toContain(page.statusCode);
      expect(resourceServer.notes).toEqual([]);
    },
  );

  it('a form without a body is answered with 403', async () => {
    const { app, cookie } = await connected();
    for (const url of ['/notes', '/logout', '/notes/1/delete'])
      expect((await app.inject({ method: 'POST', url, headers: { cookie } })).statusCode).toBe(403);
  });

  it.each([
    ['/', 'GET, HEAD'],
    ['/callback', 'GET'],
    ['/sign-in/denied', 'GET, HEAD'],
    ['/notes', 'GET, HEAD, POST'],
    ['/notes/1/delete', 'POST'],
    ['/logout', 'POST'],
    ['/logged-out', 'GET, HEAD'],
    ['/health/ready', 'GET, HEAD'],
  ])('another method for %s is answered with 405 and Allow', async (url, allow) => {
    const { app } = await startClient();
    for (const method of ['PUT', 'PATCH', 'DELETE', 'OPTIONS', ...(allow.includes('POST') ? [] : ['POST'])] as const) {
      const answer = await app.inject({ method: method as 'PUT', url });
      expect([method, answer.statusCode, answer.headers.allow]).toEqual([method, 405, allow]);
    }
  });

  it.each(['/%', '/%zz', '/notes/%ff/delete'])('the address %s is answered with 400', async (url) => {
    const { app } = await startClient();
    const answer = await app.inject({ method: 'POST', url });
    expect(answer.statusCode).toBe(400);
    expect(answer.body).not.toContain('%');
  });

  it.each([
    ['POST', `/notes/${'x'.repeat(300)}/delete`],
    ['GET', `/sign-in/${'x'.repeat(300)}`],
    ['GET', `/sign-in/${'%41'.repeat(300)}`],
  ] as const)('%s %.20s…, a part of which is too long, is answered with 414', async (method, url) => {
    const { app } = await startClient();
    const answer = await app.inject({ method, url });
    expect(answer.statusCode).toBe(414);
    expect(answer.body).toBe('It is malformed, or not of a kind that this page takes.');
    expect((await app.inject('/health/live')).statusCode).toBe(200);
  });

  it('C-API-01: what an address that is refused carries is not logged', async () => {
    const { browser, logs } = await startClient();
    for (const path of ['/callback%', '/%zz', `/sign-in/${'x'.repeat(300)}`, '/nothing'])
      await browser.get(`${path}?code=secret-code&state=secret-state`);
    expect(logs.join()).toContain('FST_ERR_BAD_URL');
    expect(logs.join()).not.toMatch(/secret-/);
  });

  it.each(['..', '%2e%2e', 'a%2fb', '%00', 'x'.repeat(100), 'a b', '%F0%9F%92%A9'])(
    'C-BFF-04: there is no note with the id %s to delete, and the API is not asked',
    async (id) => {
      const { browser, csrf, resourceServer } = await connected();
      const before = resourceServer.calls().length;
      expect((await browser.post(`/notes/${id}/delete`, { _csrf: csrf })).statusCode).toBe(404);
      expect(resourceServer.calls()).toHaveLength(before);
    },
  );

  it.each(['/nothing', '//evil.example', '/sign-in/constructor', '/sign-in/<script>', '/assets/../src/main.ts', '/callback/'])(
    'the address %s is answered with 404, escaped',
    async (path) => {
      const { browser } = await startClient();
      const page = await browser.get(path);
      expect(page.statusCode).toBe(404);
      expect(page.body).toContain('There is no such page');
      expect(page.body).not.toMatch(/<script>|evil\.example/);
    },
  );

  it.each(['=', ';;;', 'rolecall-sample-client=', 'rolecall-sample-client=%', `rolecall-sample-client=${'x'.repeat(6_000)}`, '\u0001=1'])(
    'SEC-44: the cookie %.40j is a visitor like any other',
    async (cookie) => {
      const { app } = await startClient();
      expect((await app.inject({ url: '/notes', headers: { cookie } })).headers.location).toBe('/');
    },
  );

  it('SEC-40: line breaks in parameters split neither a header nor a line of the log', async () => {
    const { browser, logs } = await connected();
    const answer = await browser.callback({ state: 'x\r\nset-cookie: a=b', error: '\r\n{"level":60}' });
    expect(answer.headers['set-cookie']).toBeUndefined();
    await browser.get('/notes?cursor=%0d%0aLocation:%20https://evil.example');
    for (const line of logs) expect(line.trimEnd()).not.toContain('\n');
  });

  it('bytes that are no HTTP are answered with 400, without a trace', async () => {
    const { app } = await startClient();
    await app.listen({ host: '127.0.0.1', port: 0 });
    const socket = createConnection((app.server.address() as AddressInfo).port, '127.0.0.1');
    socket.end('GET / HTTP/1.1\r\nHost: x\r\nBad Header: y\r\n\r\n');
    const answer = await text(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).not.toMatch(/\bat .*\.(js|ts)/);
  });

  it('a header that is too long is answered with 431', async () => {
    const { app } = await startClient();
    await app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = app.server.address() as AddressInfo;
    const status = await new Promise((resolve, reject) => {
      const outgoing = request({ host: '127.0.0.1', port, headers: { cookie: 'x'.repeat(20_000) } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      outgoing.on('error', reject).end();
    });
    expect(status).toBe(431);
  });
});
