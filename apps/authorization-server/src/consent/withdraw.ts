import type { Clock } from '@rolecall/storage/clock';
import type { FastifyRequest } from 'fastify';
import type { AuditLog } from '../audit/audit-log.ts';
import type { Revocations } from '../revocation/revocations.ts';
import type { ConsentStore, GrantStore } from '../stores/types.ts';

/** Takes back all that a user has allowed a client. When it has resolved, every token that came of it is dead, at every instance. */
export type WithdrawConsent = (request: FastifyRequest, userId: string, clientId: string) => Promise<void>;

export function createConsentWithdrawal(options: {
  consents: ConsentStore;
  grants: GrantStore;
  revocations: Revocations;
  audit: AuditLog;
  clock: Clock;
}): WithdrawConsent {
  const { consents, grants, revocations, audit, clock } = options;

  return async (request, userId, clientId) => {
    // The consent first: from here on no new grant comes into being, not even from a code that is under way.
    await consents.withdraw(userId, clientId);
    audit.record(request, { type: 'consent_withdrawn', userId, clientId });
    const now = clock.now();
    for (const grant of await grants.revokeAll({ userId, clientId }, now)) {
      await revocations.announce('grant', grant, now);
      audit.record(request, { type: 'grant_revoked', userId, clientId, grant });
    }
  };
}
