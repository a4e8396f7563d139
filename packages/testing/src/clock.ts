import type { LabClock } from '@rolecall/lab/lab-clock';
import type { Clock } from '@rolecall/storage/clock';

/** The one clock of all roles. It runs with the machine's, and can be put ahead of it. Give it to your own code, too, where that takes a clock. */
export interface EcosystemClock extends Clock {
  /** Milliseconds since the epoch, as the roles see it. */
  now(): number;
  /** Moves all roles on by so many seconds; back, when negative. */
  advance(seconds: number): void;
  /** Back to the machine's time. */
  reset(): void;
  /** Seconds by which the roles are ahead of the machine: what libraries call clock skew. */
  readonly offset: number;
}

/** @param clocks those of the roles. */
export function createEcosystemClock(clocks: readonly LabClock[]): EcosystemClock {
  let offset = 0;
  const set = (seconds: number): void => {
    offset = seconds;
    for (const clock of clocks) clock.offset = seconds;
  };
  return {
    now: () => Date.now() + offset * 1000,
    advance: (seconds) => set(offset + seconds),
    reset: () => set(0),
    get offset() {
      return offset;
    },
  };
}
