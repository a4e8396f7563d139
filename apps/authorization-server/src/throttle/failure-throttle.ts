import type { Clock } from '@rolecall/storage/clock';
import type { ShortLivedStore } from '@rolecall/storage/short-lived-store';
import { LRUCache } from 'lru-cache';
import { tokenHash } from '../random.ts';
import { networkOf } from './network-of.ts';

/** Counts failures by who failed and from where, and says when it is enough. Every method answers the seconds to wait, or 0. */
export interface FailureThrottle {
  /** May this caller try? Asks this process's memory alone, so that success costs no round trip. */
  retryAfter(subject: string, address: string): number;
  /** Records a failure, or, before a check that takes its time, an attempt that counts as one until it is {@link forgiven}. */
  failed(subject: string, address: string): Promise<number>;
  /** Takes back all that was recorded: the caller has shown who it is. */
  forgiven(subject: string, address: string): Promise<void>;
}

const REMEMBERED_BLOCKS = 10_000;

/**
 * At the `limit`th failure of one subject (an account, a client) from one address within `windowSeconds`, that pair is refused until the window ends.
 * The pair, not the subject alone: nobody can lock another one out, who goes on from elsewhere (RFC 6749 §2.3.1, §10.7).
 *
 * The counter is shared by all instances. `retryAfter` knows of a block only where this process has seen a failure of the pair since;
 * a guard that a burst must not get through records the attempt first.
 */
export function createFailureThrottle(options: {
  store: ShortLivedStore;
  clock: Clock;
  /** Separates the counters of different things that are guarded. */
  name: string;
  limit: number;
  windowSeconds: number;
}): FailureThrottle {
  const { store, clock, limit, windowSeconds } = options;
  const blockedUntil = new LRUCache<string, number>({ max: REMEMBERED_BLOCKS });
  // Hashed: the subject may be anything that somebody typed into a form, a password in the wrong field included.
  const keyOf = (subject: string, address: string) => `failures:${options.name}:${tokenHash(`${networkOf(address)} ${subject}`)}`;
  const secondsUntil = (time: number) => Math.max(0, Math.ceil((time - clock.now()) / 1000));

  return {
    retryAfter: (subject, address) => (blockedUntil.size === 0 ? 0 : secondsUntil(blockedUntil.get(keyOf(subject, address)) ?? 0)),
    failed: async (subject, address) => {
      const key = keyOf(subject, address);
      const { count, expiresAt } = await store.increment(key, windowSeconds);
      if (count < limit) return 0;
      blockedUntil.set(key, expiresAt);
      return secondsUntil(expiresAt);
    },
    forgiven: async (subject, address) => {
      const key = keyOf(subject, address);
      blockedUntil.delete(key);
      await store.delete(key);
    },
  };
}
