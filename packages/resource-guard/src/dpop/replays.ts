import type { Clock } from '@rolecall/storage/clock';

/** Where it is remembered which proofs were used: in one place for all instances, or each would accept a proof once. */
export interface ReplayStore {
  /**
   * Sets a mark that is not yet there, in one atomic step. True for exactly one caller within `lifetimeSeconds`.
   * Rejects when the store cannot be used: the request is then answered with 503.
   */
  claim(key: string, lifetimeSeconds: number): Promise<boolean>;
}

/** About 60 MB. Six minutes of 1,400 requests a second. */
const MAXIMUM_MARKS = 500_000;

/** Remembers in this process's memory. There is no timer, and no mark is given up before its time: when it is full, it cannot be used. */
export function createMemoryReplays(clock: Clock, maximum = MAXIMUM_MARKS): ReplayStore {
  const marks = new Map<string, number>();

  /** They expire roughly in the order in which they were set: what is left behind one that lives longer goes with it. */
  const forget = (now: number): void => {
    for (const [key, expiresAt] of marks) {
      if (expiresAt > now) return;
      marks.delete(key);
    }
  };

  return {
    claim: async (key, lifetimeSeconds) => {
      const now = clock.now();
      forget(now);
      const expiresAt = marks.get(key);
      if (expiresAt !== undefined && expiresAt > now) return false;
      if (marks.size >= maximum) throw new Error('too many proofs are remembered');
      marks.delete(key);
      marks.set(key, now + lifetimeSeconds * 1000);
      return true;
    },
  };
}
