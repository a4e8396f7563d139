import type { Clock } from '@rolecall/storage/clock';
import type { FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { AuditStore, RecordedAuditEvent } from '../stores/types.ts';
import type { AuditEvent } from './events.ts';

/** What the audit log keeps of the request that an event belongs to. */
export type AuditedRequest = Pick<FastifyRequest, 'id' | 'ip' | 'log'>;

/** Where everything that matters to security is written down. */
export interface AuditLog {
  /**
   * Writes an event to the log at once, and to the database soon after, together with others: no request waits for it.
   *
   * @param request whose id and address go with it; undefined for what the server does by itself.
   */
  record(request: AuditedRequest | undefined, event: AuditEvent): void;
  /** Resolves when all that was recorded so far is in the database. */
  flush(): Promise<void>;
}

const FLUSH_MILLISECONDS = 200;
const BATCH = 500;
/** How many may wait while the database is away. Beyond that the oldest are in the log alone. */
const MAXIMUM_WAITING = 20_000;

/** Opens the audit log. `close` writes what is left. */
export function createAuditLog(options: { store: AuditStore; clock: Clock; logger: Logger }): AuditLog & { close(): Promise<void> } {
  const { store, clock, logger } = options;
  let waiting: RecordedAuditEvent[] = [];
  let writing: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  const write = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    while (waiting.length > 0) {
      const batch = waiting.slice(0, BATCH);
      try {
        await store.append(batch);
      } catch (error) {
        logger.error({ err: error, waiting: waiting.length }, 'audit events cannot be written to the database');
        timer ??= schedule();
        return;
      }
      waiting = waiting.slice(batch.length);
    }
  };
  const schedule = (): NodeJS.Timeout => setTimeout(() => void flush(), FLUSH_MILLISECONDS).unref();
  const flush = (): Promise<void> => (writing = writing.then(write));

  return {
    record: (request, { type, clientId, userId, ...details }) => {
      const event: RecordedAuditEvent = {
        at: clock.now(),
        type,
        details,
        ...(request !== undefined && { requestId: request.id, address: request.ip }),
        ...(clientId !== undefined && { clientId }),
        ...(userId !== undefined && { userId }),
      };
      const { at: _, ...logged } = event;
      logger.info({ audit: logged }, 'audit');
      if (waiting.length >= MAXIMUM_WAITING) waiting = waiting.slice(BATCH);
      waiting.push(event);
      timer ??= schedule();
    },
    flush,
    close: flush,
  };
}
