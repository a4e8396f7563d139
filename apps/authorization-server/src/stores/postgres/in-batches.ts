import { StoreUnavailableError } from '@rolecall/storage/store-unavailable-error';

/** How many batches are under way at once: while they are, what comes is gathered for the next one. */
const UNDER_WAY = 4;
const MAXIMUM_BATCH = 64;

/** Who has waited for so long is refused: it may have given up, and what is done for it later could look like a second use. */
const PATIENCE_MILLISECONDS = 4_000;
const MAXIMUM_WAITING = 5_000;

interface Waiting<Item, Result> {
  key: string;
  since: number;
  item: Item;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

/**
 * Turns a statement for many into a function for one: what is asked in the same turn of the event loop, or while earlier batches are under way, goes
 * as one statement, with one write to the disk. Whoever asks alone waits for nobody.
 *
 * Items with the same key never share a batch: they follow each other, as they would as statements of their own.
 * Items are in the order of their keys, so that batches of several instances do not wait for each other in a circle.
 *
 * @param run answers in the order of the items. Where the database has refused a batch, which leaves nothing behind, each item is asked for by itself:
 * one that cannot be carried out does no harm to the others.
 */
export function inBatches<Item, Result>(
  keyOf: (item: Item) => string,
  run: (items: readonly Item[]) => Promise<readonly Result[]>,
): (item: Item) => Promise<Result> {
  let waiting: Waiting<Item, Result>[] = [];
  let underWay = 0;
  let scheduled = false;

  const schedule = (): void => {
    if (scheduled || underWay >= UNDER_WAY || waiting.length === 0) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      void start();
    });
  };

  const start = async (): Promise<void> => {
    const batch = takeBatch();
    if (batch.length === 0) return;
    underWay += 1;
    schedule();
    try {
      const results = await run(batch.map(({ item }) => item));
      batch.forEach(({ resolve }, index) => resolve(results[index] as Result));
    } catch (error) {
      if (batch.length > 1 && isRefusal(error)) await Promise.all(batch.map(alone));
      else batch.forEach(({ reject }) => reject(error));
    } finally {
      underWay -= 1;
      schedule();
    }
  };

  const takeBatch = (): Waiting<Item, Result>[] => {
    waiting = waiting.filter((each) => !gaveUp(each));
    const batch = new Map<string, Waiting<Item, Result>>();
    const later: Waiting<Item, Result>[] = [];
    for (const each of waiting)
      if (batch.size < MAXIMUM_BATCH && !batch.has(each.key)) batch.set(each.key, each);
      else later.push(each);
    waiting = later;
    return [...batch.values()].sort((one, other) => (one.key < other.key ? -1 : 1));
  };

  const alone = async (each: Waiting<Item, Result>): Promise<void> => {
    if (gaveUp(each)) return;
    const { item, resolve, reject } = each;
    try {
      const [result] = await run([item]);
      resolve(result as Result);
    } catch (error) {
      reject(error);
    }
  };

  return (item) =>
    new Promise((resolve, reject) => {
      if (waiting.length >= MAXIMUM_WAITING) throw new StoreUnavailableError('too much waits for the database');
      waiting.push({ key: keyOf(item), since: performance.now(), item, resolve, reject });
      schedule();
    });
}

function gaveUp({ since, reject }: Pick<Waiting<never, never>, 'since' | 'reject'>): boolean {
  if (performance.now() - since < PATIENCE_MILLISECONDS) return false;
  reject(new StoreUnavailableError('the database was too slow'));
  return true;
}

/**
 * An SQLSTATE with a severity is the database's own answer: it has undone the statement. A time that cannot be written was never sent.
 * Of anything else nobody knows what became of it.
 */
function isRefusal(error: unknown): boolean {
  if (error instanceof RangeError) return true;
  const { code, severity } = error as { code?: unknown; severity?: unknown };
  if (typeof code !== 'string' || severity === undefined) return false;
  return code === QUERY_CANCELED || !NOT_NOW.has(code.slice(0, 2));
}

/** A statement that took too long, as one that waits for a lock does. */
const QUERY_CANCELED = '57014';

/** Connections that broke, a server that shuts down, is short of something or takes no writes: not to be tried again at once. */
const NOT_NOW = new Set(['08', '25', '53', '57', '58', 'XX']);
