import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startResourceServer, type TestResourceServer } from './support/resource-server.ts';

let server: TestResourceServer;
beforeAll(async () => {
  server = await startResourceServer();
});
afterAll(() => server.close());

describe('health', () => {
  it('is told to everybody, and not to be stored', async () => {
    for (const path of ['/health/live', '/health/ready']) {
      const response = await server.request(path, { token: null });
      expect(response.status).toBe(200);
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(await response.json()).toMatchObject({ status: 'ok' });
    }
  });

  it('does not depend on the authorization server', async () => {
    expect(server.authorizationServer.requests).toEqual([]);
  });

  it('is not ready without its database, while the process lives; says what is down and not why', async () => {
    const broken = await startResourceServer();
    await broken.stores.close();
    const ready = await broken.request('/health/ready', { token: null });
    expect(ready.status).toBe(503);
    expect(await ready.json()).toEqual({ status: 'down', checks: { database: 'down' } });
    expect((await broken.request('/health/live', { token: null })).status).toBe(200);
    broken.stores.close = async () => {};
    await broken.close();
  });
});

describe('every answer', () => {
  it('carries the security headers, and HSTS only where the resource is reached by https', async () => {
    const response = await server.request('/health/live', { token: null });
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(response.headers.get('referrer-policy')).toBe('no-referrer');
    expect(response.headers.get('strict-transport-security')).toBeNull();
    expect(response.headers.get('x-powered-by')).toBeNull();
    const secure = await startResourceServer({ resource: 'https://api.example' });
    expect((await secure.request('/nowhere', { token: null })).headers.get('strict-transport-security')).toMatch(/max-age=\d+/);
    await secure.close();
  });

  it('SEC-46: a caller cannot choose the address it is logged with, unless a trusted proxy says so', async () => {
    const forwarded = { 'x-forwarded-for': '203.0.113.7' };
    await server.request('/notes', { headers: forwarded });
    expect(server.logs()).not.toContain('203.0.113.7');
    const behind = await startResourceServer({ environment: { TRUSTED_PROXIES: '127.0.0.1' } });
    await behind.request('/notes', { headers: forwarded });
    expect(behind.logs()).toContain('203.0.113.7');
    await behind.close();
  });
});
