import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { connectRedisStore } from '../src/redis-store.ts';
import type { ShortLivedStore } from '../src/short-lived-store.ts';
import { createMovableClock, type MovableClock } from '../test-support/movable-clock.ts';
import { openTestShortLivedStore } from '../test-support/stores.ts';

/** Enough callers at once that a read followed by a write would let a second one through. */
const CALLERS = 40;

let clock: MovableClock;
let store: ShortLivedStore;

beforeEach(async () => {
  clock = createMovableClock();
  store = await openTestShortLivedStore(clock);
});
afterEach(() => store.close());

const atOnce = <T>(call: () => Promise<T>): Promise<T[]> => Promise.all(Array.from({ length: CALLERS }, call));

describe('a value', () => {
  it('comes back as it was put in, whatever JSON can carry', async () => {
    for (const value of [{ a: [1, 'ü', null, true], b: { c: '' } }, 'text', 0, false, null, []]) {
      await store.set('key', value, 60);
      expect(await store.get('key')).toEqual(value);
    }
  });

  it('is absent before it is set and after it is deleted', async () => {
    expect(await store.get('key')).toBeUndefined();
    await store.set('key', 'value', 60);
    await store.delete('key');
    expect(await store.get('key')).toBeUndefined();
    await store.delete('key');
  });

  it('replaces the one before it, lifetime included', async () => {
    await store.set('key', 'first', 10);
    await store.set('key', 'second', 100);
    clock.advance(50);
    expect(await store.get('key')).toBe('second');
  });

  it('can be replaced only while it is there', async () => {
    expect(await store.replace('key', 'value', 60)).toBe(false);
    expect(await store.get('key')).toBeUndefined();
    await store.set('key', 'first', 10);
    expect(await store.replace('key', 'second', 100)).toBe(true);
    clock.advance(50);
    expect(await store.get('key')).toBe('second');
    await store.delete('key');
    expect(await store.replace('key', 'third', 60)).toBe(false);
  });

  it('is not shared with the caller: neither side can change what the other has', async () => {
    const scopes = ['notes:read'];
    await store.set('key', { scopes }, 60);
    scopes.push('notes:write');
    const first = await store.get<{ scopes: string[] }>('key');
    first?.scopes.push('admin');
    expect(await store.get('key')).toEqual({ scopes: ['notes:read'] });
  });

  it('lives exactly as long as it was given', async () => {
    await store.set('key', 'value', 60);
    clock.advance(59.999);
    expect(await store.get('key')).toBe('value');
    clock.advance(0.001);
    expect(await store.get('key')).toBeUndefined();
  });

  it('is kept apart from those under other keys', async () => {
    const keys = ['a', 'a:b', 'a:b:c', '', '__proto__', 'é', 'with space', 'x'.repeat(500)];
    for (const key of keys) await store.set(key, key, 60);
    for (const key of keys) expect(await store.get(key)).toBe(key);
  });
});

describe('take', () => {
  it('gives the value once and removes it', async () => {
    await store.set('code', { grant: 1 }, 60);
    expect(await store.take('code')).toEqual({ grant: 1 });
    expect(await store.take('code')).toBeUndefined();
    expect(await store.get('code')).toBeUndefined();
  });

  it('gives the value to exactly one of many who ask at once', async () => {
    await store.set('code', 'value', 60);
    const answers = await atOnce(() => store.take('code'));
    expect(answers.filter((answer) => answer === 'value')).toHaveLength(1);
    expect(answers.filter((answer) => answer === undefined)).toHaveLength(CALLERS - 1);
  });

  it('gives nothing once the lifetime is over', async () => {
    await store.set('code', 'value', 60);
    clock.advance(60);
    expect(await store.take('code')).toBeUndefined();
  });
});

describe('claim', () => {
  it('succeeds once within the lifetime, and again after it', async () => {
    expect(await store.claim('jti', 60)).toBe(true);
    expect(await store.claim('jti', 60)).toBe(false);
    clock.advance(59);
    expect(await store.claim('jti', 60)).toBe(false);
    clock.advance(1);
    expect(await store.claim('jti', 60)).toBe(true);
  });

  it('succeeds for exactly one of many who ask at once', async () => {
    const answers = await atOnce(() => store.claim('jti', 60));
    expect(answers.filter(Boolean)).toHaveLength(1);
  });

  it('is not prolonged by those who come too late', async () => {
    await store.claim('jti', 60);
    clock.advance(30);
    await store.claim('jti', 60);
    clock.advance(30);
    expect(await store.claim('jti', 60)).toBe(true);
  });

  it('can be given back', async () => {
    await store.claim('jti', 60);
    await store.delete('jti');
    expect(await store.claim('jti', 60)).toBe(true);
  });
});

describe('increment', () => {
  it('counts by as many as are said', async () => {
    expect((await store.increment('tries', 60, 5)).count).toBe(5);
    expect((await store.increment('tries', 60)).count).toBe(6);
    expect((await store.increment('tries', 60, 4)).count).toBe(10);
  });

  it('counts from one', async () => {
    expect((await store.increment('tries', 60)).count).toBe(1);
    expect((await store.increment('tries', 60)).count).toBe(2);
    expect((await store.increment('others', 60)).count).toBe(1);
  });

  it('gives each of many who ask at once a number of their own', async () => {
    const numbers = await atOnce(async () => (await store.increment('tries', 60)).count);
    expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: CALLERS }, (_, index) => index + 1));
  });

  it('starts over when the lifetime that the first one set is over, however often it was used since', async () => {
    const { expiresAt } = await store.increment('tries', 60);
    expect(expiresAt).toBe(clock.now() + 60_000);
    clock.advance(59);
    expect((await store.increment('unrelated', 60)).expiresAt).toBe(clock.now() + 60_000);
    expect(await store.increment('tries', 60)).toEqual({ count: 2, expiresAt });
    clock.advance(1);
    expect((await store.increment('tries', 60)).count).toBe(1);
  });

  it('can be set back', async () => {
    await store.increment('tries', 60);
    await store.delete('tries');
    expect((await store.increment('tries', 60)).count).toBe(1);
  });
});

it('answers a ping', async () => {
  await expect(store.ping()).resolves.toBeUndefined();
});

it('keeps nothing for another store', async () => {
  const other = await openTestShortLivedStore(clock);
  await store.set('key', 'value', 60);
  expect(await other.get('key')).toBeUndefined();
  await other.close();
});

if (inject('stores') === 'services') {
  describe('on Redis', () => {
    let redis: Redis;
    let redisStore: ShortLivedStore;
    beforeEach(async () => {
      redis = new Redis(inject('redisUrl'), { keyPrefix: 'seen-by-redis:' });
      redisStore = await connectRedisStore({ url: inject('redisUrl'), keyPrefix: 'seen-by-redis:', clock });
    });
    afterEach(async () => {
      for (const key of ['value', 'mark', 'counter']) await redisStore.delete(key);
      await redisStore.close();
      redis.disconnect();
    });

    it('gives every key a lifetime of Redis’s own, so that nothing stays for ever', async () => {
      await redisStore.set('value', 1, 60);
      await redisStore.claim('mark', 60);
      await redisStore.increment('counter', 60);
      await redisStore.increment('counter', 60);
      for (const key of ['value', 'mark', 'counter']) expect(await redis.pttl(key), key).toBeGreaterThan(50_000);
    });

    it('makes a new connection when one is lost', async () => {
      const url = new URL(inject('redisUrl'));
      url.searchParams.set('connectionName', 'to-be-cut');
      const cut = await connectRedisStore({ url: url.toString(), keyPrefix: 'seen-by-redis:', clock });
      await cut.set('value', 'kept', 60);
      const clients = String(await redis.client('LIST'));
      const id = /^id=(\d+) .*name=to-be-cut /m.exec(clients)?.[1] ?? 'none';
      expect(await redis.call('CLIENT', 'KILL', 'ID', id)).toBe(1);
      await expect.poll(() => cut.get('value').catch(() => 'not yet')).toBe('kept');
      await cut.close();
    });
  });
}
