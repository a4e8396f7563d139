import type { Clock } from './clock.ts';
import { createMemoryStore } from './memory-store.ts';
import { connectRedisStore } from './redis-store.ts';
import type { ShortLivedStore } from './short-lived-store.ts';

/**
 * Redis where there is an address, else memory.
 *
 * @throws Error naming the variable, when Redis cannot be reached.
 */
export async function openShortLivedStore(options: {
  redisUrl: string | undefined;
  keyPrefix: string;
  clock?: Clock | undefined;
  onError?: (error: Error) => void;
}): Promise<ShortLivedStore> {
  const { redisUrl, clock, ...rest } = options;
  if (redisUrl === undefined) return createMemoryStore(clock);
  try {
    return await connectRedisStore({ url: redisUrl, ...rest, ...(clock && { clock }) });
  } catch (cause) {
    throw new Error(`Redis at REDIS_URL cannot be reached: ${(cause as Error).message}`, { cause });
  }
}
