import { availableParallelism } from 'node:os';
import pLimit from 'p-limit';
import { PageError } from '../page-error.ts';

/** Runs one hash when it is its turn. */
export type Hashing = <T>(hash: () => Promise<T>) => Promise<T>;

/**
 * The one way to passwords for everybody who comes from outside: login, sign-up, change of password.
 * `work` is let in, or refused before it has begun; what it hashes waits for its turn.
 *
 * @throws PageError 503 with `Retry-After` when too many are waiting.
 */
export type HashingQueue = <T>(work: (hashing: Hashing) => Promise<T>) => Promise<T>;

/** How many may be let in for each hash that runs: at ten milliseconds a hash the last one waits well under a second. */
const WAITING_FOR_EACH = 64;
const RETRY_AFTER_SECONDS = '2';

/**
 * Password hashing is made to be expensive, and whoever asks need not be anybody: without a bound a few hundred logins would take the whole machine.
 * One core stays free for everything else where there are several.
 */
export function createHashingQueue(concurrency = Math.max(1, availableParallelism() - 1)): HashingQueue {
  const hashing = pLimit(concurrency);
  let inside = 0;
  return async (work) => {
    if (inside >= concurrency * (WAITING_FOR_EACH + 1)) throw busy();
    inside += 1;
    try {
      return await work((hash) => hashing(hash));
    } finally {
      inside -= 1;
    }
  };
}

function busy(): PageError {
  return new PageError('Please try again in a moment', 'Too many people are logging in just now. Your password has not been looked at.', {
    status: 503,
    headers: { 'retry-after': RETRY_AFTER_SECONDS },
  });
}
