import type { Clock } from '@rolecall/storage/clock';
import type { ShortLivedStore } from '@rolecall/storage/short-lived-store';
import { createFailureThrottle } from '../throttle/failure-throttle.ts';

/** Somebody who wants to show that an account is theirs. */
export interface Attempt {
  /** The name that was typed, normalised: there need not be such an account. */
  username: string;
  address: string;
  /** How this browser is known to the account, if it is. */
  knownBrowser: string | undefined;
}

/** An attempt that has been counted as a failure. */
export interface CountedAttempt {
  /** Seconds to wait; 0: the password may be looked at. */
  wait: number;
  /** It was a failure indeed. */
  failed(): Promise<void>;
  /** It was none: what was counted is taken back. */
  succeeded(): Promise<void>;
}

/** Slows down who guesses passwords, without a way to lock somebody else out. */
export interface LoginThrottle {
  /** Counts an attempt before the password is looked at: of many that are made at once no more are looked at than one after the other. */
  begin(attempt: Attempt): Promise<CountedAttempt>;
}

const QUARTER_OF_AN_HOUR = 15 * 60;
const LIMITS = {
  login: { limit: 10, windowSeconds: QUARTER_OF_AN_HOUR },
  // There may be a whole office behind one address.
  'login-address': { limit: 100, windowSeconds: QUARTER_OF_AN_HOUR },
  'login-everywhere': { limit: 100, windowSeconds: 3_600 },
  'login-known-browser': { limit: 10, windowSeconds: QUARTER_OF_AN_HOUR },
};

/**
 * Four counters. Failures of an account from one address, and of any accounts from one address, stop who guesses from one place. Failures of an account from
 * anywhere stop who guesses from many, and would stop alice with them: a browser that she has logged in with before has a counter of its own instead of all the
 * others. Whoever has stolen that browser's cookie gets no more guesses than any other browser does; after these it counts as a strange one.
 */
export function createLoginThrottle(options: { store: ShortLivedStore; clock: Clock }): LoginThrottle {
  const throttleOf = (name: keyof typeof LIMITS) => createFailureThrottle({ ...options, name, ...LIMITS[name] });
  const [account, address] = [throttleOf('login'), throttleOf('login-address')];
  const [everywhere, known] = [throttleOf('login-everywhere'), throttleOf('login-known-browser')];

  const beginUnknown = async ({ username, address: from }: Attempt): Promise<number> => {
    const blocked = Math.max(account.retryAfter(username, from), address.retryAfter('', from), everywhere.retryAfter(username, ''));
    // What is refused for its address alone does not count everywhere: one address could make all others wait.
    return blocked || (await account.failed(username, from)) || (await everywhere.failed(username, ''));
  };

  return {
    begin: async (attempt) => {
      const { username, address: from, knownBrowser } = attempt;
      const failed = async () => void (await address.failed('', from));
      if (knownBrowser !== undefined && (await known.failed(username, knownBrowser)) === 0)
        return { wait: 0, failed, succeeded: () => known.forgiven(username, knownBrowser) };
      const wait = await beginUnknown(attempt);
      const succeeded = async () => void (await Promise.all([account.forgiven(username, from), everywhere.forgiven(username, '')]));
      return { wait, failed, succeeded };
    },
  };
}
