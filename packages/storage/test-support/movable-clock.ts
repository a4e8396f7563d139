import type { Clock } from '../src/clock.ts';

/** A clock that stands still until a test moves it. */
export interface MovableClock extends Clock {
  /** Moves time on by so many seconds (back, when negative). */
  advance(seconds: number): void;
}

/** A clock that begins at the machine's time. */
export function createMovableClock(): MovableClock {
  let time = Date.now();
  return {
    now: () => time,
    advance: (seconds) => {
      time += seconds * 1000;
    },
  };
}
