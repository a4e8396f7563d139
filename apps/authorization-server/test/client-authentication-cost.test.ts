import * as crypto from 'node:crypto';
import { createMemoryStore } from '@rolecall/storage/memory-store';
import { createMovableClock } from '@rolecall/storage/test-support/movable-clock';
import type { FastifyRequest } from 'fastify';
import { expect, it, vi } from 'vitest';
import { tokenHash } from '../src/random.ts';
import { cachedStores } from '../src/stores/cached.ts';
import type { Client, Stores } from '../src/stores/types.ts';
import { createFailureThrottle } from '../src/throttle/failure-throttle.ts';
import { createClientAuthentication } from '../src/token/client-authentication.ts';
import { OAuthError } from '../src/oauth-error.ts';

vi.mock('node:crypto', async (original) => {
  const actual = await original<typeof crypto>();
  return { ...actual, hash: vi.fn(actual.hash), timingSafeEqual: vi.fn(actual.timingSafeEqual) };
});

const known: Client = {
  id: 'known',
  name: 'Known',
  tokenEndpointAuthMethod: 'client_secret_basic',
  applicationType: 'web',
  grantTypes: [],
  redirectUris: [],
  scopes: [],
  requirePkce: true,
  refreshTokenRotation: 'always',
  information: {},
  verified: true,
  disabled: false,
  secrets: [{ hash: tokenHash('right') }],
};

/** A client authentication whose every step is counted: what an attacker could measure is the number and kind of these. */
function counted() {
  const clock = createMovableClock();
  const counts = { reads: 0, increments: 0, events: 0 };
  const stores = {
    clients: {
      find: async (id: string) => {
        counts.reads += 1;
        return id === known.id ? known : undefined;
      },
    },
  } as unknown as Stores;
  const memory = createMemoryStore(clock);
  const store = {
    ...memory,
    increment: async (key: string, lifetime: number) => {
      counts.increments += 1;
      return memory.increment(key, lifetime);
    },
  };
  const authenticate = createClientAuthentication({
    // As in production: with a cache that holds the clients that there are, and never one that there is not.
    clients: cachedStores(stores, { isCurrent: () => true, generation: () => 0 }).stores.clients,
    clock,
    checkAssertion: async () => 'none is checked here',
    throttle: createFailureThrottle({ store, clock, name: 'client', limit: 1_000, windowSeconds: 60 }),
    lastUsed: { note: () => {} },
    audit: { record: () => void (counts.events += 1), log: () => void (counts.events += 1) },
  });
  /** The work that one refused request makes, and the answer to it. */
  const workOf = async (clientId: string, secret: string, basic: boolean) => {
    const [hashes, comparisons] = [vi.mocked(crypto.hash), vi.mocked(crypto.timingSafeEqual)];
    Object.assign(counts, { reads: 0, increments: 0, events: 0 });
    hashes.mockClear();
    comparisons.mockClear();
    const encoded = Buffer.from(`${clientId}:${secret}`).toString('base64');
    const request = requestOf(
      basic ? { authorization: `Basic ${encoded}` } : {},
      basic ? {} : { client_id: [clientId], client_secret: [secret] },
    );
    const refusal: unknown = await authenticate(request).then(
      () => expect.fail('it was accepted'),
      (error: unknown) => error,
    );
    const { code, status, description, headers } = refusal as OAuthError;
    return { answer: { code, status, description, headers }, ...counts, comparisons: comparisons.mock.calls.length > 0 };
  };
  return { workOf, authenticate };
}

it.each([true, false])(
  'SEC-31: an unknown client makes the same work and gets the same answer as a wrong secret (Basic: %s)',
  async (basic) => {
    const { workOf } = counted();
    await workOf('known', 'wrong', basic);
    const unknown = await workOf('no-such', 'wrong', basic);
    const wrong = await workOf('known', 'wrong', basic);
    expect(unknown).toEqual(wrong);
    expect(wrong).toMatchObject({ reads: 1, increments: 1, events: 1, comparisons: true });
  },
);

it('SEC-31: a secret is compared as a hash, in constant time, whatever its length and wherever it differs', async () => {
  const { workOf } = counted();
  for (const guess of ['x', 'righ', 'rightx', 'wight', 'r'.repeat(10_000)]) {
    await workOf('known', guess, false);
    expect(vi.mocked(crypto.timingSafeEqual)).toHaveBeenCalled();
    for (const [left, right] of vi.mocked(crypto.timingSafeEqual).mock.calls) {
      expect(left.byteLength).toBe(43);
      expect(right.byteLength).toBe(43);
    }
  }
});

it('the right secret costs no read and no write', async () => {
  const { workOf, authenticate } = counted();
  await workOf('known', 'wrong', false);
  expect(await authenticate(requestOf({}, { client_id: ['known'], client_secret: ['right'] }))).toBe(known);
});

function requestOf(headers: Record<string, string>, body: Record<string, string[]>): FastifyRequest {
  return { address: '203.0.113.7', url: '/token', headers, body } as unknown as FastifyRequest;
}
