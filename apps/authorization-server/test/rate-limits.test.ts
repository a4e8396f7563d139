import { openTestShortLivedStore } from '@rolecall/storage/test-support/stores';
import { createMovableClock } from '@rolecall/storage/test-support/movable-clock';
import type { LightMyRequestResponse } from 'fastify';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readConfig } from '../src/config.ts';
import { createRequestCounters } from '../src/rate-limit/counters.ts';
import { authorizeUrl, expectError } from './support/flow.ts';
import { startTestServer, type TestServer } from './support/test-server.ts';

/** A server with these limits. It ends with the test. */
async function start(limits: string, environment: Record<string, string> = {}): Promise<TestServer> {
  const server = await startTestServer({ RATE_LIMITS: limits, ...environment });
  onTestFinished(() => server.close());
  return server;
}

const SERVICE = { grant_type: 'client_credentials', client_id: 'sample-service', client_secret: 'sample-service-secret' };

interface Sender {
  address?: string;
  forwardedFor?: string;
}

function ask(server: TestServer, form: Record<string, string> = SERVICE, from: Sender = {}): Promise<LightMyRequestResponse> {
  return server.app.inject({
    method: 'POST',
    url: '/token',
    remoteAddress: from.address ?? '192.0.2.1',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      ...(from.forwardedFor !== undefined && { 'x-forwarded-for': from.forwardedFor }),
    },
    payload: new URLSearchParams(form).toString(),
  });
}

/** The statuses of so many requests, one after the other. */
async function statuses(count: number, request: (index: number) => Promise<LightMyRequestResponse>): Promise<number[]> {
  const all: number[] = [];
  for (let index = 0; index < count; index++) all.push((await request(index)).statusCode);
  return all;
}

describe('a limited endpoint', () => {
  it('counts an address as one, whichever port a proxy writes behind it', async () => {
    const server = await start('token=10', { TRUSTED_PROXIES: '192.0.2.0/24' });
    const nobody = { grant_type: 'client_credentials' };
    const from = (forwardedFor: string) => ask(server, nobody, { forwardedFor });
    expect(await statuses(3, (index) => from(`203.0.113.7:${4711 + index}`))).toEqual([401, 429, 429]);
    expect((await from('203.0.113.7')).statusCode).toBe(429);
    // Proxies too are known by their addresses alone.
    expect((await from('203.0.113.7:4711, 192.0.2.9:80')).statusCode).toBe(429);
    expect(await statuses(2, (index) => from(`[2001:db8::1]:${4711 + index}`))).toEqual([401, 429]);
    expect((await from('2001:db8::1')).statusCode).toBe(429);
    expect((await from('203.0.113.8')).statusCode).toBe(401);
    const addresses = [...server.logged().matchAll(/"address":"([^"]*)"/g)].map(([, address]) => address);
    expect(new Set(addresses)).toEqual(new Set(['203.0.113.7', '2001:db8::1', '203.0.113.8']));
  });

  it('answers where nobody can tell any more who asked: the connection was reset before', async () => {
    const server = await start('token=10', { TRUSTED_PROXIES: '192.0.2.0/24' });
    server.app.server.on('connection', (socket) => Object.defineProperty(socket, 'remoteAddress', { value: undefined }));
    const origin = await server.app.listen({ host: '127.0.0.1', port: 0 });
    const statusOf = async (form: Record<string, string>) =>
      (await fetch(`${origin}/token`, { method: 'POST', body: new URLSearchParams(form) })).status;
    expect(await statusOf(SERVICE)).toBe(200);
    expect(await statusOf({ ...SERVICE, client_secret: 'wrong' })).toBe(401);
    expect(server.logged()).not.toMatch(/"address":"[^"]/);
  });

  it('says how much is left, refuses what is too much, and begins anew with the next minute', async () => {
    const server = await start('token=2');
    const first = await ask(server);
    expect(first.statusCode).toBe(200);
    expect(first.headers).toMatchObject({ 'ratelimit-limit': '2', 'ratelimit-remaining': '1', 'ratelimit-reset': '60' });
    expect((await ask(server)).headers['ratelimit-remaining']).toBe('0');

    server.clock.advance(20);
    const refused = await ask(server);
    expectError(refused, 429, 'temporarily_unavailable');
    expect(refused.headers).toMatchObject({ 'retry-after': '40', 'ratelimit-remaining': '0', 'ratelimit-reset': '40' });

    server.clock.advance(40);
    expect((await ask(server)).statusCode).toBe(200);
  });

  it('counts each client for itself, and each endpoint', async () => {
    const server = await start('token=1,introspect=1');
    await server.register({ id: 'another' });
    expect(await statuses(2, () => ask(server))).toEqual([200, 429]);
    expect((await ask(server, { ...SERVICE, client_id: 'another', client_secret: 'a-secret-for-tests' })).statusCode).toBe(200);
    const introspection = await server.app.inject({
      method: 'POST',
      url: '/introspect',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({ ...SERVICE, token: 'x' }).toString(),
    });
    expect(introspection.statusCode).toBe(200);
  });

  it('counts a client that has proved who it is wherever it asks from', async () => {
    const server = await start('token=2');
    expect(await statuses(3, (index) => ask(server, SERVICE, { address: `192.0.2.${index}` }))).toEqual([200, 200, 429]);
  });

  it('takes nothing from a client whose id somebody else claims (AS-GEN-13)', async () => {
    const server = await start('token=20');
    const claim = () => ask(server, { ...SERVICE, client_secret: 'wrong' }, { address: '198.51.100.1' });
    // Two is a tenth of 20.
    expect(await statuses(3, claim)).toEqual([401, 401, 429]);
    const { statusCode, headers } = await ask(server);
    expect([statusCode, headers['ratelimit-remaining']]).toEqual([200, '19']);
  });

  it('takes many claims from one address for one caller, and refuses them unseen', async () => {
    const server = await start('token=20');
    const claim = (index: number) => ask(server, { ...SERVICE, client_id: `nobody-${index}` }, { address: '198.51.100.1' });
    expect(await statuses(8, claim)).toEqual([401, 401, 429, 429, 429, 429, 429, 429]);
    // Another instance learns of it with its first refusal.
    expect(server.logged().match(/client_authentication_failed/g)?.length).toBeLessThanOrEqual(3);
  });

  it('counts a public client, which can prove nothing, by its address', async () => {
    const server = await start('token=10');
    const publicClient = { grant_type: 'authorization_code', client_id: 'sample-spa', code: 'x' };
    expect(await statuses(2, () => ask(server, publicClient, { address: '198.51.100.1' }))).toEqual([400, 429]);
    expect((await ask(server, publicClient, { address: '198.51.100.2' })).statusCode).toBe(400);
  });

  it('SEC-46: takes no address from who only says so, and an IPv6 network for one address', async () => {
    const server = await start('token=10');
    const nobody = { ...SERVICE, client_id: 'nobody' };
    expect(await statuses(2, (index) => ask(server, nobody, { forwardedFor: `203.0.113.${index}` }))).toEqual([401, 429]);
    expect(await statuses(2, (index) => ask(server, nobody, { address: `2001:db8::${index + 1}` }))).toEqual([401, 429]);
  });

  it('SEC-46: takes it from a proxy that is trusted', async () => {
    const server = await start('token=10', { TRUSTED_PROXIES: '192.0.2.1' });
    const nobody = { ...SERVICE, client_id: 'nobody' };
    expect(await statuses(2, (index) => ask(server, nobody, { forwardedFor: `203.0.113.${index}` }))).toEqual([401, 401]);
  });

  it('counts what everybody may ask for, and what only administrators may, before it looks at their tokens', async () => {
    const server = await start('revocations=1,admin=2');
    expect(await statuses(2, () => server.app.inject('/revocations'))).toEqual([200, 429]);
    const headers = { authorization: 'Bearer nonsense' };
    expect(await statuses(3, () => server.app.inject({ url: '/admin/clients', headers }))).toEqual([401, 401, 429]);
  });

  it('shows people a page', async () => {
    const server = await start('authorize=1');
    await server.app.inject(authorizeUrl());
    const refused = await server.app.inject(authorizeUrl());
    expect(refused.statusCode).toBe(429);
    expect(refused.headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'retry-after': '60' });
    expect(refused.headers.location).toBeUndefined();
  });

  it('goes on without a limit while the counters cannot be reached', async () => {
    const server = await start('token=1');
    server.failShortLived('increment');
    expect(await statuses(3, () => ask(server))).toEqual([200, 200, 200]);
  });

  it('is not limited where that is switched off', async () => {
    for (const limits of ['off', 'token=off']) {
      const server = await start(limits);
      const answer = await ask(server);
      expect(answer.statusCode).toBe(200);
      expect(answer.headers).not.toHaveProperty('ratelimit-limit');
    }
  });
});

describe('counters', () => {
  it('of several instances never let more through together than the limit', async () => {
    const clock = createMovableClock();
    const store = await openTestShortLivedStore(clock);
    onTestFinished(() => store.close());
    const instances = [createRequestCounters(store, clock), createRequestCounters(store, clock)];
    const limit = 1_000;
    const counts = await Promise.all(
      Array.from({ length: 3 * limit }, async (_, index) => (await instances[index % 2]?.count('a', limit))?.count),
    );
    const passed = counts.filter((count) => count !== undefined && count <= limit);
    expect(new Set(passed).size).toBe(passed.length);
    expect(passed.length).toBeLessThanOrEqual(limit);
    // What an instance has taken and not used is lost: five numbers at the most.
    expect(passed.length).toBeGreaterThanOrEqual(limit - 5);
    expect(instances.every((counters) => counters.isExceeded('a', limit))).toBe(true);
  });
});

describe('RATE_LIMITS', () => {
  it('keeps the defaults of what it does not name', () => {
    const { RATE_LIMITS: limits } = readConfig({ NODE_ENV: 'test', RATE_LIMITS: 'token=5,login=off' });
    expect(limits).toMatchObject({ token: 5, login: Number.POSITIVE_INFINITY, introspect: 60_000 });
  });

  it.each(['token', 'token=0', 'token=-1', 'token=1.5', 'nothing=5', 'constructor=5', 'token=5,', 'on', 'token=9999999999'])(
    'refuses %s',
    (value) => {
      expect(() => readConfig({ NODE_ENV: 'test', RATE_LIMITS: value })).toThrow('RATE_LIMITS must be off, or a list');
    },
  );
});
