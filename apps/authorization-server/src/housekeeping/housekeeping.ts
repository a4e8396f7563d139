import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '@rolecall/storage/clock';
import type { Logger } from 'pino';
import type { HousekeepingStore } from '../stores/types.ts';
import type { RemoveUnusedClients } from './unused-clients.ts';
import type { WhatGoes } from './what-goes.ts';

/** So few that each statement takes some milliseconds, and what it locks is free again at once. */
const BATCH = 1_000;
/** Removing a client takes with it all that was issued to it. */
const CLIENT_BATCH = 20;
/** Between two batches, for whoever else wants the database. */
const PAUSE_MILLISECONDS = 5;

/** Clears away what is of no use any more. */
export interface Housekeeping {
  /** Clears away all that there is now. Answers how many of each kind, where there were any. */
  run(): Promise<Record<string, number>>;
  /** Stops; what is under way ends with its batch. */
  close(): Promise<void>;
}

/**
 * Starts to clear away from time to time, at times that differ from instance to instance. Several may do it at once: each passes over what another is deleting.
 *
 * @param options.interval seconds between two runs, on average.
 */
export function startHousekeeping(options: {
  store: HousekeepingStore;
  removeUnusedClients: RemoveUnusedClients;
  whatGoes: readonly WhatGoes[];
  interval: number;
  clock: Clock;
  logger: Pick<Logger, 'info' | 'error'>;
}): Housekeeping {
  const { store, clock, logger } = options;
  const closing = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<unknown> = Promise.resolve();

  /** Batch after batch, until there are no more. */
  const batches = async (limit: number, remove: () => Promise<number>): Promise<number> => {
    let total = 0;
    for (let count = limit; count === limit && !closing.signal.aborted; total += count) {
      if (total > 0) await pause(PAUSE_MILLISECONDS);
      count = await remove();
    }
    return total;
  };

  const clear = async (): Promise<Record<string, number>> => {
    const cleared: Record<string, number> = {};
    const note = (what: string, count: number) => count > 0 && (cleared[what] = count);
    for (const { what, age } of options.whatGoes) note(what, await batches(BATCH, () => store.clear(what, clock.now() - age, BATCH)));
    note('clients', await batches(CLIENT_BATCH, () => options.removeUnusedClients(CLIENT_BATCH)));
    if (Object.keys(cleared).length > 0) logger.info({ cleared }, 'cleared away');
    return cleared;
  };
  const run = (): Promise<Record<string, number>> => {
    const next = running.then(clear);
    running = next.catch(() => {});
    return next;
  };

  const schedule = (): void => {
    // From half the interval to one and a half.
    timer = setTimeout(
      () => {
        run()
          .catch((error: unknown) => logger.error({ err: error }, 'nothing can be cleared away just now'))
          .finally(() => closing.signal.aborted || schedule());
      },
      options.interval * 1000 * (0.5 + Math.random()),
    ).unref();
  };
  schedule();

  return {
    run,
    close: async () => {
      closing.abort();
      clearTimeout(timer);
      await running;
    },
  };
}
