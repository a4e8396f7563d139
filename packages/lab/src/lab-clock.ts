import { type Clock, systemClock } from '@rolecall/storage/clock';

/** The machine's clock, put ahead (or back) by some seconds. */
export interface LabClock extends Clock {
  /** Seconds. */
  offset: number;
}

export function createLabClock(): LabClock {
  const clock = { offset: 0, now: () => systemClock.now() + clock.offset * 1000 };
  return clock;
}
