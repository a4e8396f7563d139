import { type Clock, systemClock } from './clock.ts';
import type { ShortLivedStore } from './short-lived-store.ts';

interface Entry {
  /** JSON text, so that callers cannot share a live object with the store: the same isolation that Redis gives. */
  json: string;
  expiresAt: number;
}

const SWEEP_INTERVAL_MILLISECONDS = 30_000;

/** The embedded {@link ShortLivedStore}: one process's memory. Gone at exit, so for development and tests only. */
export function createMemoryStore(clock: Clock = systemClock): ShortLivedStore {
  const entries = new Map<string, Entry>();

  const alive = (key: string): Entry | undefined => {
    const entry = entries.get(key);
    if (entry === undefined) return undefined;
    if (entry.expiresAt > clock.now()) return entry;
    entries.delete(key);
    return undefined;
  };
  const put = (key: string, value: unknown, lifetimeSeconds: number): void => {
    entries.set(key, { json: JSON.stringify(value), expiresAt: clock.now() + lifetimeSeconds * 1000 });
  };
  const read = <T>(key: string): T | undefined => {
    const entry = alive(key);
    return entry === undefined ? undefined : (JSON.parse(entry.json) as T);
  };

  // Expired entries that nobody asks for again would otherwise stay for ever.
  const sweeper = setInterval(() => {
    for (const key of entries.keys()) alive(key);
  }, SWEEP_INTERVAL_MILLISECONDS);
  sweeper.unref();

  return {
    set: async (key, value, lifetimeSeconds) => put(key, value, lifetimeSeconds),
    replace: async (key, value, lifetimeSeconds) => {
      if (alive(key) === undefined) return false;
      put(key, value, lifetimeSeconds);
      return true;
    },
    get: async (key) => read(key),
    getAll: async (keys) => keys.map((key) => read(key)) as never,
    take: async (key) => {
      const value = read(key);
      entries.delete(key);
      return value as never;
    },
    claim: async (key, lifetimeSeconds) => {
      if (alive(key) !== undefined) return false;
      put(key, 1, lifetimeSeconds);
      return true;
    },
    increment: async (key, lifetimeSeconds, by = 1) => {
      if (alive(key) === undefined) put(key, 0, lifetimeSeconds);
      const entry = entries.get(key) as Entry;
      const count = Number(entry.json) + by;
      entry.json = String(count);
      return { count, expiresAt: entry.expiresAt };
    },
    delete: async (key) => void entries.delete(key),
    ping: async () => {},
    close: async () => {
      clearInterval(sweeper);
      entries.clear();
    },
  };
}
