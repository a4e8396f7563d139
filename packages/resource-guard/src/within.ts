import type { Clock } from '@rolecall/storage/clock';

/** Does a moment (milliseconds since the epoch), if there was one, lie less than so long back? */
export type Within = (since: number | undefined, milliseconds: number) => boolean;

/** False for a moment that lies ahead, too: a clock that was set back prolongs nothing. */
export function createWithin(clock: Clock): Within {
  return (since, milliseconds) => {
    if (since === undefined) return false;
    const age = clock.now() - since;
    return age >= 0 && age < milliseconds;
  };
}
