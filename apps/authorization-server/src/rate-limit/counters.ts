import type { Clock } from '@rolecall/storage/clock';
import type { Counter, ShortLivedStore } from '@rolecall/storage/short-lived-store';
import { LRUCache } from 'lru-cache';

/** Counts requests, over all instances. */
export interface RequestCounters {
  /** One more under this key; answers how many there are in this minute. At once, where this instance has numbers left: nothing is waited for without need. */
  count(key: string, limit: number): Counter | Promise<Counter>;
  /** Is the limit known to be exceeded? Asks this process's memory alone. */
  isExceeded(key: string, limit: number): boolean;
}

export const WINDOW_SECONDS = 60;
const REMEMBERED = 50_000;

/** An instance takes this part of a limit at once: a round trip for each request would cost more than what is limited. */
const BLOCK_FRACTION = 1 / 200;

/** Numbers that this instance has taken from the shared counter and may hand out. */
interface Block {
  next: number;
  last: number;
  expiresAt: number;
}

/**
 * Counters in the short-lived store, from which each instance takes numbers in blocks, of one number where a limit is small. A limit is never exceeded by this,
 * and is reached early by at most what the instances have taken and not used. Once it is exceeded the store is not asked any more: a flood costs nothing there.
 */
export function createRequestCounters(store: ShortLivedStore, clock: Clock): RequestCounters {
  const blocks = new LRUCache<string, Block>({ max: REMEMBERED });
  const taking = new Map<string, Promise<Block>>();

  const take = async (key: string, size: number): Promise<Block> => {
    const { count, expiresAt } = await store.increment(`requests:${key}`, WINDOW_SECONDS, size);
    const block = { next: count - size + 1, last: count, expiresAt };
    blocks.set(key, block);
    return block;
  };
  const current = (key: string): Block | undefined => {
    const block = blocks.get(key);
    return block !== undefined && block.expiresAt > clock.now() ? block : undefined;
  };

  const isUsedUp = ({ next, last }: Block, limit: number): boolean => next > last && next <= limit;
  const countIn = (block: Block, limit: number): Counter => ({
    count: block.next <= limit ? block.next++ : block.next,
    expiresAt: block.expiresAt,
  });
  const countInNext = async (key: string, limit: number): Promise<Counter> => {
    const size = Math.max(1, Math.floor(limit * BLOCK_FRACTION));
    let block = current(key);
    while (block === undefined || isUsedUp(block, limit)) {
      // Of several requests at once one takes a block for all of them.
      let pending = taking.get(key);
      if (pending === undefined) {
        pending = take(key, size).finally(() => taking.delete(key));
        taking.set(key, pending);
      }
      block = await pending;
    }
    return countIn(block, limit);
  };

  return {
    isExceeded: (key, limit) => (current(key)?.next ?? 0) > limit,
    count: (key, limit) => {
      const block = current(key);
      return block === undefined || isUsedUp(block, limit) ? countInNext(key, limit) : countIn(block, limit);
    },
  };
}
