/** A counter after an increment. */
export interface Counter {
  count: number;
  /** Milliseconds since the epoch: when it begins anew. */
  expiresAt: number;
}

/**
 * A place for what lives minutes or hours and is read by key: authorization requests, codes, sessions, single-use marks, counters.
 * Every key has a lifetime. Two adapters, Redis and memory, pass one suite of tests.
 */
export interface ShortLivedStore {
  /** Keeps `value` (anything that JSON can carry) under `key`, replacing what was there, for `lifetimeSeconds`. */
  set(key: string, value: unknown, lifetimeSeconds: number): Promise<void>;

  /** The same, but only where something is: false, and nothing is kept, when it was removed meanwhile. One atomic step. */
  replace(key: string, value: unknown, lifetimeSeconds: number): Promise<boolean>;

  /** The value under `key`, or undefined when there is none or its lifetime is over. */
  get<T>(key: string): Promise<T | undefined>;

  /** The same for several keys, in their order, in one round trip. */
  getAll<T>(keys: readonly string[]): Promise<(T | undefined)[]>;

  /** Reads and removes in one atomic step: of any number of concurrent callers exactly one gets the value. */
  take<T>(key: string): Promise<T | undefined>;

  /** Sets a mark that is not yet there, in one atomic step. True for exactly one caller within `lifetimeSeconds`: the one that may go on. */
  claim(key: string, lifetimeSeconds: number): Promise<boolean>;

  /** Adds one to a counter, or as many as are said. The first increment starts the counter's lifetime; later ones do not prolong it. One atomic step. */
  increment(key: string, lifetimeSeconds: number, by?: number): Promise<Counter>;

  /** Removes what is under `key`, if anything is. */
  delete(key: string): Promise<void>;

  /** Resolves when the store answers, rejects when it does not. */
  ping(): Promise<void>;

  /** Releases connections and timers. */
  close(): Promise<void>;
}
