import { Redis, type Result } from 'ioredis';
import { type Clock, systemClock } from './clock.ts';
import type { ShortLivedStore } from './short-lived-store.ts';

/**
 * Values carry their expiry beside them: Redis's own TTL follows the server's clock and frees the memory,
 * while what counts as expired follows the application's clock, the same in every adapter.
 */
interface Envelope {
  expiresAt: number;
  value: unknown;
}

/** KEYS[1]; ARGV: now, lifetime in milliseconds. Answers 1 when the mark was set, 0 when a live one was there. */
const CLAIM_SCRIPT = `
local expires = tonumber(redis.call('GET', KEYS[1]) or 0)
if expires > tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], string.format('%d', ARGV[1] + ARGV[2]), 'PX', ARGV[2])
return 1`;

/** KEYS[1]; ARGV: now, lifetime in milliseconds, by how many. The expiry is set with the first increment, in the same step: a counter cannot stay behind for ever. */
const INCREMENT_SCRIPT = `
local expires = redis.call('HGET', KEYS[1], 'expires')
if tonumber(expires or 0) > tonumber(ARGV[1]) then return { redis.call('HINCRBY', KEYS[1], 'count', ARGV[3]), expires } end
expires = string.format('%d', ARGV[1] + ARGV[2])
redis.call('HSET', KEYS[1], 'count', ARGV[3], 'expires', expires)
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return { tonumber(ARGV[3]), expires }`;

const COMMAND_TIMEOUT_MILLISECONDS = 2_000;

declare module 'ioredis' {
  interface RedisCommander<Context> {
    claimMark(key: string, now: number, lifetimeMilliseconds: number): Result<number, Context>;
    incrementCounter(key: string, now: number, lifetimeMilliseconds: number, by: number): Result<[number, string], Context>;
  }
}

export interface RedisStoreOptions {
  /** `redis://` or `rediss://` address. */
  url: string;
  /** Put before every key, so that roles can share one Redis. */
  keyPrefix: string;
  clock?: Clock;
  /** Told of connection errors; the client reconnects by itself. */
  onError?: (error: Error) => void;
}

/**
 * The {@link ShortLivedStore} on Redis. Every method is one command or one script: one round trip.
 *
 * @throws when the first connection cannot be made.
 */
export async function connectRedisStore(options: RedisStoreOptions): Promise<ShortLivedStore> {
  const clock = options.clock ?? systemClock;
  const redis = new Redis(options.url, {
    keyPrefix: options.keyPrefix,
    lazyConnect: true,
    connectTimeout: COMMAND_TIMEOUT_MILLISECONDS,
    commandTimeout: COMMAND_TIMEOUT_MILLISECONDS,
    // A command whose answer was lost may have been carried out: repeating a claim or a take would turn one success into none or two.
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    // Nor is a command kept for later while there is no connection: whoever asked has had an answer by then.
    enableOfflineQueue: false,
    retryStrategy: (attempt) => Math.min(attempt * 50, 1_000),
    scripts: {
      claimMark: { numberOfKeys: 1, lua: CLAIM_SCRIPT },
      incrementCounter: { numberOfKeys: 1, lua: INCREMENT_SCRIPT },
    },
  });
  let lastError: Error | undefined;
  redis.on('error', (error: Error) => {
    lastError = error;
    options.onError?.(error);
  });
  try {
    await redis.connect();
  } catch (error) {
    redis.disconnect();
    // ioredis answers "Connection is closed"; the reason came as an event before it.
    throw lastError ?? error;
  }

  const seal = (value: unknown, lifetimeSeconds: number): string =>
    JSON.stringify({ expiresAt: clock.now() + lifetimeSeconds * 1000, value } satisfies Envelope);
  const open = <T>(json: string | null): T | undefined => {
    if (json === null) return undefined;
    const envelope = JSON.parse(json) as Envelope;
    return envelope.expiresAt > clock.now() ? (envelope.value as T) : undefined;
  };

  let isGathering = false;
  /**
   * What is sent in one turn of the event loop goes out together, in one write. The client's own way to do so (`enableAutoPipelining`) makes a pipeline each time,
   * which outlives its answer long enough to be copied by the garbage collector twice.
   */
  const connection = (): Redis => {
    const { stream } = redis;
    if (!isGathering && stream !== undefined) {
      isGathering = true;
      stream.cork();
      setImmediate(() => {
        isGathering = false;
        stream.uncork();
      });
    }
    return redis;
  };

  return {
    set: async (key, value, lifetimeSeconds) => {
      await connection().set(key, seal(value, lifetimeSeconds), 'PX', lifetimeSeconds * 1000);
    },
    replace: async (key, value, lifetimeSeconds) =>
      (await connection().set(key, seal(value, lifetimeSeconds), 'PX', lifetimeSeconds * 1000, 'XX')) === 'OK',
    get: async (key) => open(await connection().get(key)),
    getAll: async (keys) => (keys.length === 0 ? [] : (await connection().mget(...keys)).map((json) => open(json) as never)),
    take: async (key) => open(await connection().getdel(key)),
    claim: async (key, lifetimeSeconds) => (await connection().claimMark(key, clock.now(), lifetimeSeconds * 1000)) === 1,
    increment: async (key, lifetimeSeconds, by = 1) => {
      const [count, expiresAt] = await connection().incrementCounter(key, clock.now(), lifetimeSeconds * 1000, by);
      return { count, expiresAt: Number(expiresAt) };
    },
    delete: async (key) => {
      await connection().del(key);
    },
    ping: async () => {
      await connection().ping();
    },
    close: async () => {
      redis.disconnect();
    },
  };
}
