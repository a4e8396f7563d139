import { describe, expect, it } from 'vitest';
import { startClient, type TestClient } from './support/client.ts';

describe('health', () => {
  it('is live and ready, whatever the other roles do', async () => {
    const { app, authorizationServer, resourceServer } = await startClient();
    await authorizationServer.server.stop();
    await resourceServer.server.stop();
    expect((await app.inject('/health/live')).json()).toEqual({ status: 'ok' });
    expect((await app.inject('/health/ready')).json()).toEqual({ status: 'ok', checks: { sessions: 'ok' } });
  });

  it('is not ready when the sessions cannot be reached, but alive, and says no more than that', async () => {
    const { app, store } = await startClient();
    store.ping = async () => {
      throw new Error('redis://:password@redis.example is down');
    };
    const ready = await app.inject('/health/ready');
    expect([ready.statusCode, ready.json()]).toEqual([503, { status: 'down', checks: { sessions: 'down' } }]);
    expect(ready.body).not.toContain('password');
    expect((await app.inject('/health/live')).statusCode).toBe(200);
  });

  it.each<['get' | 'set' | 'replace' | 'claim', (client: TestClient, state: string) => Promise<{ statusCode: number; body: string }>]>([
    ['get', ({ browser }) => browser.get('/')],
    ['set', ({ otherBrowser }) => otherBrowser().get('/')],
    ['replace', ({ browser }) => browser.get('/')],
    ['claim', ({ browser }, state) => browser.callback({ code: 'c', state })],
  ])('a page whose session store fails to %s is a 503 that tells nothing', async (method, visit) => {
    const client = await startClient();
    await client.browser.get('/');
    const state = client.browser.authorizationUrl().searchParams.get('state') ?? '';
    client.store[method] = async () => {
      throw new Error('redis://:password@redis.example is down');
    };
    const page = await visit(client, state);
    expect(page.statusCode).toBe(503);
    expect(page.body).toContain('This client is not available');
    expect(page.body).not.toContain('redis.example');
    expect(client.logs.join()).toContain('the session store cannot be used');
  });

  it('health, the stylesheet and what does not exist ask for no session', async () => {
    const { browser, store } = await startClient();
    const stylesheet = /href="(\/assets\/[^"]*)"/.exec((await browser.get('/')).body)?.[1] ?? '';
    store.get = async () => {
      throw new Error('down');
    };
    for (const [path, status] of [
      ['/health/live', 200],
      ['/health/ready', 200],
      [stylesheet, 200],
      ['/nowhere', 404],
    ] as const)
      expect([path, (await browser.get(path)).statusCode]).toEqual([path, status]);
  });
});
