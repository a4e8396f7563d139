import type { PrismaClient } from '../../generated/prisma/client.ts';
import type { ByUserOrClient } from '../types.ts';

/** What goes with a user or a client that is disabled, as part of the transaction that disables it: a grant must not come back to life with it. */
export function endGrants(prisma: Pick<PrismaClient, 'grant' | 'consent'>, of: ByUserOrClient, at: number) {
  return [
    prisma.grant.updateMany({ where: { ...of, revokedAt: null }, data: { revokedAt: new Date(at) } }),
    prisma.consent.deleteMany({ where: of }),
  ];
}
