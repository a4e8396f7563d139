import { describe, expect, it } from 'vitest';
import { startClient } from './support/client.ts';

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

  it('a page without its session store is a 500 that tells nothing', async () => {
    const { browser, store } = await startClient();
    await browser.get('/');
    store.get = async () => {
      throw new Error('redis://:password@redis.example is down');
    };
    const page = await browser.get('/');
    expect(page.statusCode).toBe(500);
    expect(page.body).toContain('Something went wrong here');
    expect(page.body).not.toMatch(/redis|password/);
  });
});
