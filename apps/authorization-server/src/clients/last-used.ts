import type { Clock } from '@rolecall/storage/clock';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { ClientStore } from '../stores/types.ts';

/** Keeps, roughly, when each client was last used: what nobody uses can go one day. */
export interface LastUsed {
  /** The client has just authenticated. Costs no round trip. */
  note(clientId: string): void;
  /** Writes what is left. */
  close(): Promise<void>;
}

const PRECISION_MILLISECONDS = 3_600_000;
const WRITE_MILLISECONDS = 5_000;
const REMEMBERED_CLIENTS = 50_000;

/** Writes each client once an hour at the most, several in one statement, outside of every request. */
export function createLastUsed(options: { clients: ClientStore; clock: Clock; logger: Pick<Logger, 'error'> }): LastUsed {
  const { clients, clock, logger } = options;
  const noted = new LRUCache<string, number>({ max: REMEMBERED_CLIENTS });
  let waiting = new Set<string>();
  let timer: NodeJS.Timeout | undefined;

  const write = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    const ids = [...waiting];
    waiting = new Set();
    try {
      if (ids.length > 0) await clients.touch(ids, clock.now());
    } catch (error) {
      // Their next use is noted again.
      ids.forEach((id) => noted.delete(id));
      logger.error({ err: error }, 'when clients were last used cannot be written');
    }
  };

  return {
    note: (clientId) => {
      const now = clock.now();
      if ((noted.get(clientId) ?? Number.NEGATIVE_INFINITY) > now - PRECISION_MILLISECONDS) return;
      noted.set(clientId, now);
      waiting.add(clientId);
      timer ??= setTimeout(() => void write(), WRITE_MILLISECONDS).unref();
    },
    close: write,
  };
}
