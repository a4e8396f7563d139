import type { Clock } from '@rolecall/storage/clock';
import type { AuditLog } from '../audit/audit-log.ts';
import type { Revocations } from '../revocation/revocations.ts';
import type { ClientStore } from '../stores/types.ts';

const DAY = 86_400_000;

/** Removes some clients that registered themselves and that nobody uses any more, at most `limit`, and answers how many. */
export type RemoveUnusedClients = (limit: number) => Promise<number>;

/** @param options.lifetime days without use after which a client goes; 0: never. */
export function createUnusedClientRemoval(options: {
  clients: ClientStore;
  revocations: Revocations;
  audit: AuditLog;
  clock: Clock;
  lifetime: number;
}): RemoveUnusedClients {
  const { clients, revocations, audit, clock, lifetime } = options;
  return async (limit) => {
    if (lifetime === 0) return 0;
    const now = clock.now();
    const removed = await clients.removeUnused(now - lifetime * DAY, limit);
    for (const clientId of removed) {
      await revocations.announce('client', clientId, now);
      audit.record(undefined, { type: 'client_removed', clientId });
    }
    return removed.length;
  };
}
