import { Prisma, type PrismaClient } from '../../generated/prisma/client.ts';
import type { ConsentStore } from '../types.ts';

export function createConsentStore(prisma: PrismaClient): ConsentStore {
  return {
    find: async (userId, clientId) => {
      const rows = await prisma.consent.findMany({ where: { userId, clientId } });
      return new Map(rows.map((row) => [row.resourceIdentifier, { agreed: new Set(row.scopes), refused: new Set(row.refusedScopes) }]));
    },
    // One statement that adds to what is there: two decisions at once, in two windows, both count. Nothing is kept for a resource that is being removed.
    decide: async (userId, clientId, resource, { agreed, refused }) => {
      await prisma.$executeRaw(Prisma.sql`
        INSERT INTO consents (user_id, client_id, resource_identifier, scopes, refused_scopes, updated_at)
        SELECT ${userId}, ${clientId}, identifier, ${[...agreed]}::text[], ${[...refused]}::text[], now()
        FROM resources WHERE identifier = ${resource} FOR KEY SHARE
        ON CONFLICT (user_id, client_id, resource_identifier) DO UPDATE SET
          scopes = ARRAY(SELECT unnest(consents.scopes || excluded.scopes) EXCEPT SELECT unnest(excluded.refused_scopes) ORDER BY 1),
          refused_scopes = ARRAY(SELECT unnest(consents.refused_scopes || excluded.refused_scopes) EXCEPT SELECT unnest(excluded.scopes) ORDER BY 1),
          updated_at = now()`);
    },
    listOf: async (userId) => {
      const rows = await prisma.consent.findMany({ where: { userId }, orderBy: { createdAt: 'asc' } });
      return rows.map((row) => ({
        clientId: row.clientId,
        resource: row.resourceIdentifier,
        agreed: new Set(row.scopes),
        refused: new Set(row.refusedScopes),
        createdAt: row.createdAt.getTime(),
        updatedAt: row.updatedAt.getTime(),
      }));
    },
    withdraw: async (userId, clientId, resource) =>
      void (await prisma.consent.deleteMany({
        where: { userId, clientId, ...(resource !== undefined && { resourceIdentifier: resource }) },
      })),
    withdrawAll: async (of) => void (await prisma.consent.deleteMany({ where: of })),
  };
}
