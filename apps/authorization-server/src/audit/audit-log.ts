import type { Clock } from '@rolecall/storage/clock';
import type { FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { AuditStore, RecordedAuditEvent } from '../stores/types.ts';
import type { AuditEvent } from './events.ts';

/** What the audit log keeps of the request that an event belongs to. */
export type AuditedRequest = Pick<FastifyRequest, 'id' | 'address' | 'log'>;

/** Where everything that matters to security is written down. */
export interface AuditLog {
  /**
   * Writes an event to the log at once, and to the database soon after, together with others: no request waits for it.
   *
   * @param request whose id and address go with it; undefined for what the server does by itself.
   */
  record(request: AuditedRequest | undefined, event: AuditEvent): void;
  /** Writes an event to the log alone: one that anybody may bring about as often as they like, and that is about nobody here. It must not fill the database. */
  log(request: AuditedRequest, event: AuditEvent): void;
  /** Resolves when all that was recorded so far is in the database. */
  flush(): Promise<void>;
}

const FLUSH_MILLISECONDS = 200;
/** So many are not kept waiting: what waits is what the garbage collector copies. */
const FLUSH_EVENTS = 100;
const BATCH = 500;
const MAXIMUM_ID_LENGTH = 256;
/** After so many failures in a row a batch is tried event by event. */
const FAILURES_BEFORE_SINGLES = 3;
/** How many may wait while the database is away. Beyond that the oldest are in the log alone. */
const MAXIMUM_WAITING = 20_000;

/** Opens the audit log. `close` writes what is left. */
export function createAuditLog(options: { store: AuditStore; clock: Clock; logger: Logger }): AuditLog & { close(): Promise<void> } {
  const { store, clock, logger } = options;
  let waiting: RecordedAuditEvent[] = [];
  let failures = 0;
  let writing: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  const write = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    while (waiting.length > 0) {
      const batch = waiting.splice(0, BATCH);
      try {
        await store.append(batch);
        failures = 0;
      } catch (error) {
        failures += 1;
        logger.error({ err: error, waiting: waiting.length + batch.length }, 'audit events cannot be written to the database');
        if (failures >= FAILURES_BEFORE_SINGLES && (await writeSingly(batch))) continue;
        waiting.unshift(...batch);
        timer ??= schedule();
        return;
      }
    }
  };
  /** One event that the database does not take must not hold up all others. False when it takes none at all. */
  const writeSingly = async (batch: RecordedAuditEvent[]): Promise<boolean> => {
    const results = await Promise.allSettled(batch.map((event) => store.append([event])));
    if (results.every(({ status }) => status === 'rejected')) return false;
    const lost = batch.filter((_, index) => results[index]?.status === 'rejected').length;
    if (lost > 0) logger.error({ lost }, 'audit events are in the log alone: the database does not take them');
    failures = 0;
    return true;
  };
  const logged = (request: AuditedRequest | undefined, { type, clientId, userId, ...details }: AuditEvent): RecordedAuditEvent => {
    const event = {
      type,
      details,
      ...(request !== undefined && { requestId: request.id, ...(request.address !== '' && { address: request.address }) }),
      ...(clientId !== undefined && { clientId: clientId.slice(0, MAXIMUM_ID_LENGTH) }),
      ...(userId !== undefined && { userId: userId.slice(0, MAXIMUM_ID_LENGTH) }),
    };
    logger.info({ audit: event }, 'audit');
    return { at: clock.now(), ...event };
  };
  const schedule = (): NodeJS.Timeout => setTimeout(() => void flush(), FLUSH_MILLISECONDS).unref();
  const flush = (): Promise<void> => (writing = writing.then(write));

  return {
    log: (request, event) => void logged(request, event),
    record: (request, about) => {
      const event = logged(request, about);
      if (waiting.length >= MAXIMUM_WAITING) waiting = waiting.slice(BATCH);
      waiting.push(event);
      if (waiting.length === FLUSH_EVENTS) void flush();
      else timer ??= schedule();
    },
    flush,
    close: flush,
  };
}
