import type { Clock } from '@rolecall/storage/clock';
import { createLocalJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import { LRUCache } from 'lru-cache';
import type { GuardedFetch } from '../fetch/guarded-fetch.ts';
import type { Client } from '../stores/types.ts';
import { verificationKeys } from './key-set.ts';

/** Finds the key with which a client says that it signed. Rejects when it has none such, or its keys cannot be fetched. */
export type ClientKeys = (client: Client) => JWTVerifyGetKey;

/** How long fetched keys are used. A client that takes a key back can rely on it that long after. */
const MAXIMUM_AGE_MILLISECONDS = 5 * 60_000;
/** An address is asked no more often than this, whatever is sent in the client's name. */
const PAUSE_MILLISECONDS = 10_000;
const REMEMBERED_ADDRESSES = 1_000;

interface Fetched {
  /** When it was asked, in milliseconds since the epoch; and when the keys came, which may have been earlier. */
  at: number;
  keys: Promise<{ set: JWTVerifyGetKey; at: number }>;
}

/** The keys of clients: registered with them (`jwks`), or at an address of theirs (`jwks_uri`, RFC 7591 §2), which is asked again for a `kid` that is not known yet. */
export function createClientKeys(options: { fetch: GuardedFetch; clock: Clock }): ClientKeys {
  const { clock } = options;
  const fetched = new LRUCache<string, Fetched>({ max: REMEMBERED_ADDRESSES });
  // By the object: a client that is changed is another object.
  const registered = new WeakMap<object, JWTVerifyGetKey>();

  const fetchKeys = (uri: string, before?: Fetched): Fetched => {
    const at = clock.now();
    const keys = options.fetch(uri).then(
      (jwks) => ({ set: keySetOf(jwks), at }),
      async (error: unknown) => {
        // Anybody can make this server ask; that the address fails just then must not take good keys away.
        const earlier = await before?.keys.catch(() => undefined);
        if (earlier !== undefined && at - earlier.at < MAXIMUM_AGE_MILLISECONDS) return earlier;
        throw error;
      },
    );
    keys.catch(() => {});
    const entry = { at, keys };
    fetched.set(uri, entry);
    return entry;
  };

  /** What is known of the address; asks it when that is nothing, or older than `maximumAge`, or was a failure, but not all the time. */
  const keysAt = async (uri: string, maximumAge: number): Promise<JWTVerifyGetKey> => {
    const known = fetched.get(uri);
    if (known === undefined) return (await fetchKeys(uri).keys).set;
    if (clock.now() - known.at < PAUSE_MILLISECONDS) return (await known.keys).set;
    const keys = await known.keys.catch(() => undefined);
    // Another request may have asked meanwhile.
    if (fetched.get(uri) !== known) return keysAt(uri, maximumAge);
    if (keys !== undefined && clock.now() - keys.at < maximumAge) return keys.set;
    return (await fetchKeys(uri, known).keys).set;
  };

  return ({ jwks, jwksUri }) =>
    async (header, token) => {
      if (jwks !== undefined) {
        const keys = registered.get(jwks) ?? keySetOf(jwks);
        registered.set(jwks, keys);
        return keys(header, token);
      }
      if (jwksUri === undefined) throw new errors.JWKSNoMatchingKey();
      const known = await keysAt(jwksUri, MAXIMUM_AGE_MILLISECONDS);
      try {
        return await known(header, token);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
        return (await keysAt(jwksUri, 0))(header, token);
      }
    };
}

function keySetOf(jwks: unknown): JWTVerifyGetKey {
  return createLocalJWKSet({ keys: verificationKeys(jwks) });
}
