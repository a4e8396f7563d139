/** How many batches are under way at once: while they are, what comes is gathered for the next one. */
const UNDER_WAY = 4;
const MAXIMUM_BATCH = 64;

interface Waiting<Item, Result> {
  key: string;
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
    const batch = new Map<string, Waiting<Item, Result>>();
    const later: Waiting<Item, Result>[] = [];
    for (const each of waiting)
      if (batch.size < MAXIMUM_BATCH && !batch.has(each.key)) batch.set(each.key, each);
      else later.push(each);
    waiting = later;
    return [...batch.values()].sort((one, other) => (one.key < other.key ? -1 : 1));
  };

  const alone = async ({ item, resolve, reject }: Waiting<Item, Result>): Promise<void> => {
    try {
      const [result] = await run([item]);
      resolve(result as Result);
    } catch (error) {
      reject(error);
    }
  };

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ key: keyOf(item), item, resolve, reject });
      schedule();
    });
}

/** An SQLSTATE (five characters) is the database's own answer: it has undone the statement. Without one, nobody knows what became of it. */
function isRefusal(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !UNCERTAIN.has(code.slice(0, 2));
}

/** Connections that broke, an operator who intervened, a server that is short of something: not to be tried again at once, or not known to be undone. */
const UNCERTAIN = new Set(['08', '57', '53', '58', 'XX']);
