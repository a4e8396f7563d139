import type { SigningKeyRecord } from '../stores/types.ts';

// What each key does follows from the order of an algorithm's keys and the time alone, so that all instances agree without talking to each other.

/** How long others may keep a copy of the published keys. */
export const JWKS_MAX_AGE_SECONDS = 300;

/** How long an instance works with the keys that it has read before it looks again. */
export const RELOAD_SECONDS = 60;

/** A key is published this long before it signs: every instance has read it, and every copy of the published keys has been renewed, with time to spare. */
const ANNOUNCEMENT_SECONDS = 2 * (JWKS_MAX_AGE_SECONDS + RELOAD_SECONDS);

/** What two machines' clocks may differ by. */
const CLOCK_SKEW_SECONDS = 60;

const ROTATION_SECONDS = 90 * 86_400;

/** The keys of one algorithm, in the order of their sequence. */
type Keys = readonly SigningKeyRecord[];

/** Is it time for the next key? Also where there is none yet. `now` is in milliseconds since the epoch, here and below. */
export function isRotationDue(keys: Keys, now: number): boolean {
  const newest = keys.at(-1);
  return newest === undefined || now - newest.signsFrom > ROTATION_SECONDS * 1000;
}

/** When a key that is made now signs: the first one at once, each other one when everybody knows it. */
export function signsFrom(keys: Keys, now: number): number {
  return keys.length === 0 ? now : now + ANNOUNCEMENT_SECONDS * 1000;
}

/** The key that is in use. */
export function currentKey(keys: Keys, now: number): SigningKeyRecord | undefined {
  return keys.findLast((key) => key.signsFrom <= now) ?? keys[0];
}

/**
 * The keys that are published. One is done with when its successor has been signing for longer than anything lives.
 *
 * @param tokenLifetimeSeconds the longest that anything signed may live.
 */
export function publishedKeys(keys: Keys, now: number, tokenLifetimeSeconds: number): Keys {
  const needed = (tokenLifetimeSeconds + CLOCK_SKEW_SECONDS) * 1000;
  return keys.slice(
    Math.max(
      0,
      keys.findLastIndex((key) => key.signsFrom + needed <= now),
    ),
  );
}
