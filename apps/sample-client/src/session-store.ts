import type { ShortLivedStore } from '@rolecall/storage/short-lived-store';

/** The sessions cannot be reached: worth another try later, unlike any other failure. The cause is for the log. */
export class StoreUnavailableError extends Error {
  readonly statusCode = 503;
}

/** The same store, but what it fails with is a {@link StoreUnavailableError}, whichever adapter it is. */
export function withKnownFailures(store: ShortLivedStore): ShortLivedStore {
  const known = <Value>(answer: Promise<Value>): Promise<Value> =>
    answer.catch((cause: unknown) => {
      throw new StoreUnavailableError('the session store cannot be used', { cause });
    });
  return {
    set: (key, value, lifetimeSeconds) => known(store.set(key, value, lifetimeSeconds)),
    replace: (key, value, lifetimeSeconds) => known(store.replace(key, value, lifetimeSeconds)),
    get: <T>(key: string) => known(store.get<T>(key)),
    take: <T>(key: string) => known(store.take<T>(key)),
    claim: (key, lifetimeSeconds) => known(store.claim(key, lifetimeSeconds)),
    increment: (key, lifetimeSeconds) => known(store.increment(key, lifetimeSeconds)),
    delete: (key) => known(store.delete(key)),
    ping: () => known(store.ping()),
    close: () => store.close(),
  };
}
