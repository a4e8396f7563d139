import { connect } from 'node:net';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { refuseOtherMethods } from '../src/refuse-other-methods.ts';
import { createTestApp } from './support/app.ts';

describe('a method that a route does not have', () => {
  async function appWithRoutes() {
    const { app } = await createTestApp();
    const finish = refuseOtherMethods(app);
    app.get('/page', async () => 'page');
    app.post('/token', async () => 'token');
    app.get('/both', async () => 'get');
    app.post('/both', async () => 'post');
    finish();
    return app;
  }

  it('is answered with 405 and those that it has (RFC 9110 §15.5.6)', async () => {
    const app = await appWithRoutes();
    for (const [method, url, allow] of [
      ['POST', '/page', 'GET, HEAD'],
      ['GET', '/token', 'POST'],
      ['PUT', '/both', 'GET, HEAD, POST'],
      ['DELETE', '/both', 'GET, HEAD, POST'],
      ['OPTIONS', '/token', 'POST'],
    ] as const) {
      const answer = await app.inject({ method, url });
      expect([answer.statusCode, answer.headers.allow], `${method} ${url}`).toEqual([405, allow]);
      expect(answer.headers['cache-control']).toBe('no-store');
    }
    await app.close();
  });

  it('is answered before its body is looked at', async () => {
    const app = await appWithRoutes();
    const answer = await app.inject({
      method: 'PUT',
      url: '/token',
      headers: { 'content-type': 'nonsense' },
      payload: 'x'.repeat(100_000),
    });
    expect(answer.statusCode).toBe(405);
    await app.close();
  });

  it('is not confused with a path that does not exist, and takes nothing from those that do', async () => {
    const app = await appWithRoutes();
    expect((await app.inject({ method: 'POST', url: '/nowhere' })).statusCode).toBe(404);
    expect((await app.inject('/page')).body).toBe('page');
    expect((await app.inject({ method: 'HEAD', url: '/page' })).statusCode).toBe(200);
    await app.close();
  });
});

describe('every answer', () => {
  it('tells browsers what they may do with it: nothing', async () => {
    const { app } = await createTestApp();
    app.get('/', async () => 'fine');
    const { headers } = await app.inject('/');
    expect(headers).toMatchObject({
      'content-security-policy': "default-src 'none';frame-ancestors 'none';base-uri 'none'",
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
    expect(headers).not.toHaveProperty('strict-transport-security');
    await app.close();
  });

  it('tells browsers to stay with https where that is how the service is reached (RFC 6797)', async () => {
    const { app } = await createTestApp({ https: true });
    app.get('/', async () => 'fine');
    expect((await app.inject('/')).headers['strict-transport-security']).toContain('max-age=31536000');
    await app.close();
  });

  it('to a URL that cannot be decoded comes from the app’s own error handler', async () => {
    const { app } = await createTestApp();
    app.get('/notes/:id', async () => 'fine');
    const answer = await app.inject('/notes/%zz');
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toHaveProperty('error');
    await app.close();
  });
});

describe('the sender’s address', () => {
  const addressSeen = async (trustedProxies?: string): Promise<string> => {
    const { app } = await createTestApp({ trustedProxies });
    app.get('/', async (request) => request.ip);
    const answer = await app.inject({ url: '/', headers: { 'x-forwarded-for': '203.0.113.7' } });
    await app.close();
    return answer.body;
  };

  it('is not what the sender says', async () => {
    expect(await addressSeen()).toBe('127.0.0.1');
    expect(await addressSeen('10.0.0.0/8')).toBe('127.0.0.1');
  });

  it('is what a trusted proxy says', async () => {
    expect(await addressSeen('127.0.0.1,10.0.0.0/8')).toBe('203.0.113.7');
  });
});

it('closes while a connection is kept alive and idle', async () => {
  const { app } = await createTestApp();
  app.get('/', async () => 'fine');
  const url = new URL(await app.listen({ port: 0, host: '127.0.0.1' }));
  const socket = connect(Number(url.port), url.hostname);
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  await once(socket, 'readable');
  const rest = text(socket);
  await app.close();
  expect(await rest).toContain('200 OK');
});
