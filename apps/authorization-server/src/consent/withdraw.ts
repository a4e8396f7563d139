import type { Clock } from '@rolecall/storage/clock';
import type { FastifyRequest } from 'fastify';
import type { AuditLog } from '../audit/audit-log.ts';
import type { Revocations } from '../revocation/revocations.ts';
import type { ConsentStore, GrantStore } from '../stores/types.ts';

/**
 * Takes back all that a user has allowed a client, or what was allowed at one resource. When it has resolved, every token that came of it is dead, at every
 * instance: grants that reach the resource end as a whole, as no token says of which of them it must be rid. What is still allowed elsewhere is not asked again.
 */
export type WithdrawConsent = (request: FastifyRequest, userId: string, clientId: string, resource?: string) => Promise<void>;

export function createConsentWithdrawal(options: {
  consents: ConsentStore;
  grants: GrantStore;
  revocations: Revocations;
  audit: AuditLog;
  clock: Clock;
}): WithdrawConsent {
  const { consents, grants, revocations, audit, clock } = options;

  return async (request, userId, clientId, resource) => {
    const at = resource !== undefined && { resource };
    // The consent first: from here on no new grant comes into being, not even from a code that is under way.
    await consents.withdraw(userId, clientId, resource);
    audit.record(request, { type: 'consent_withdrawn', userId, clientId, ...at });
    const now = clock.now();
    for (const grant of await grants.revokeAll({ userId, clientId, ...at }, now)) {
      await revocations.announce('grant', grant, now);
      audit.record(request, { type: 'grant_revoked', userId, clientId, grant });
    }
  };
}
