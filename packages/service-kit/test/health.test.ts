import { expect, it, vi } from 'vitest';
import { registerHealth } from '../src/health.ts';
import { createTestApp } from './support/app.ts';

it('is alive as long as it answers, whatever it depends on', async () => {
  const { app } = await createTestApp();
  registerHealth(app, { database: () => Promise.reject(new Error('gone')) });
  const answer = await app.inject('/health/live');
  expect([answer.statusCode, answer.json()]).toEqual([200, { status: 'ok' }]);
  await app.close();
});

it('is ready when all that it depends on answers', async () => {
  const { app } = await createTestApp();
  registerHealth(app, { database: async () => {}, redis: async () => 'PONG' });
  const answer = await app.inject('/health/ready');
  expect([answer.statusCode, answer.json()]).toEqual([200, { status: 'ok', checks: { database: 'ok', redis: 'ok' } }]);
  expect(answer.headers['cache-control']).toBe('no-store');
  await app.close();
});

it('is not ready when something is down: names it, tells nobody why, and logs why', async () => {
  const { app, log } = await createTestApp();
  registerHealth(app, { database: () => Promise.reject(new Error('password wrong for admin@10.1.2.3')), redis: async () => {} });
  const answer = await app.inject('/health/ready');
  expect([answer.statusCode, answer.json()]).toEqual([503, { status: 'down', checks: { database: 'down', redis: 'ok' } }]);
  expect(answer.body).not.toContain('10.1.2.3');
  expect(JSON.stringify(log)).toContain('10.1.2.3');
  await app.close();
});

it('is not ready when something does not answer at all', async () => {
  const { app } = await createTestApp();
  registerHealth(app, { database: () => new Promise(() => {}) });
  await app.ready();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const answer = app.inject('/health/ready');
  await vi.waitFor(() => expect(vi.getTimerCount()).toBeGreaterThan(0), { timeout: 20_000 });
  await vi.runAllTimersAsync();
  vi.useRealTimers();
  expect((await answer).statusCode).toBe(503);
  await app.close();
});
