import type { Clock } from '@rolecall/storage/clock';
import type { ShortLivedStore } from '@rolecall/storage/short-lived-store';
import { LRUCache } from 'lru-cache';
import { tokenHash } from '../random.ts';

/** Counts failures by who failed and from where, and says when it is enough. */
export interface FailureThrottle {
  /** Seconds to wait, or 0: may this caller try? Asks this process's memory alone, so that success costs no round trip. */
  retryAfter(subject: string, address: string): number;
  /** Records a failure. Answers the seconds to wait from now on, or 0. */
  failed(subject: string, address: string): Promise<number>;
}

const REMEMBERED_BLOCKS = 10_000;

/**
 * After `limit` failures of one subject (an account, a client) from one address within `windowSeconds`, that pair is refused until the window ends.
 * The pair, not the subject alone: nobody can lock another one out, who goes on from elsewhere (RFC 6749 §2.3.1, §10.7).
 *
 * The counter is shared by all instances; each learns that a pair is blocked from the next failure that it sees itself,
 * so an attacker gains at most one more try an instance.
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
  const keyOf = (subject: string, address: string) => `failures:${options.name}:${tokenHash(`${address} ${subject}`)}`;

  return {
    retryAfter: (subject, address) => {
      const until = blockedUntil.get(keyOf(subject, address)) ?? 0;
      return Math.max(0, Math.ceil((until - clock.now()) / 1000));
    },
    failed: async (subject, address) => {
      const key = keyOf(subject, address);
      const count = await store.increment(key, windowSeconds);
      if (count < limit) return 0;
      blockedUntil.set(key, clock.now() + windowSeconds * 1000);
      return windowSeconds;
    },
  };
}
