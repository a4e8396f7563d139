import type { Logger } from 'pino';
import type { Change, ChangeStore } from '../stores/types.ts';

/** How often the database is asked what has changed. */
const POLL_MILLISECONDS = 400;

/** For how long what was read may be used without having been confirmed: nothing is served from a cache that may be staler than this. */
const MAXIMUM_STALENESS_MILLISECONDS = 1_000;

/** After so long without a look, what had changed may have been cleared away again. */
const MAXIMUM_GAP_MILLISECONDS = 3_600_000;

/** Follows what changes in the database, by whichever instance or hand, so that caches can keep up with it. */
export interface ChangeFeed {
  /** Is what was known at the last look still to be relied on? False while the database cannot be asked. */
  isCurrent(): boolean;
  /** Counts looks at the database that found something: what was read under an earlier count may have been overtaken. */
  generation(): number;
  /** Looks now. */
  poll(): Promise<void>;
  close(): void;
}

/**
 * Starts to follow. The first look, which sees all that is kept, is over when this resolves.
 *
 * @param onChanges is told of changes; of some more than once.
 * @param onGap is told when changes may have been missed: everything may have changed.
 */
export async function openChangeFeed(options: {
  store: ChangeStore;
  logger: Pick<Logger, 'error'>;
  onChanges: (changes: readonly Change[]) => void;
  onGap: () => void;
}): Promise<ChangeFeed> {
  const { store, logger, onChanges, onGap } = options;
  let horizon: string | undefined;
  let confirmedAt = Number.NEGATIVE_INFINITY;
  let generation = 0;
  let failing = false;

  const look = async (): Promise<void> => {
    const startedAt = performance.now();
    let found = await store.since(horizon);
    // Another database, or an older state of this one: what is told is read from the beginning.
    const isOlder = horizon !== undefined && BigInt(found.horizon) < BigInt(horizon);
    if (isOlder) found = await store.since(undefined);
    horizon = found.horizon;
    if (isOlder || startedAt - confirmedAt > MAXIMUM_GAP_MILLISECONDS) {
      generation += 1;
      onGap();
    }
    if (found.changes.length > 0) {
      generation += 1;
      onChanges(found.changes);
    }
    confirmedAt = startedAt;
  };
  let looking: Promise<void> | undefined;
  const poll = (): Promise<void> => (looking ??= look().finally(() => (looking = undefined)));

  await poll();
  const timer = setInterval(() => {
    poll().then(
      () => {
        failing = false;
      },
      (error: unknown) => {
        if (!failing) logger.error({ err: error }, 'changes cannot be followed: nothing is served from caches');
        failing = true;
      },
    );
  }, POLL_MILLISECONDS);
  timer.unref();

  return {
    isCurrent: () => performance.now() - confirmedAt <= MAXIMUM_STALENESS_MILLISECONDS,
    generation: () => generation,
    // A look that is under way may have begun before what the caller knows of.
    poll: async () => {
      await looking?.catch(() => {});
      await poll();
    },
    close: () => clearInterval(timer),
  };
}
