import { Prisma, type PrismaClient } from '../../generated/prisma/client.ts';
import type { ConsentStore } from '../types.ts';

export function createConsentStore(prisma: PrismaClient): ConsentStore {
  return {
    find: async (userId, clientId) => {
      const rows = await prisma.consent.findMany({ where: { userId, clientId } });
      return new Map(rows.map((row) => [row.resourceIdentifier, new Set(row.scopes)]));
    },
    // One statement that adds to what is there: two consents given at once, in two windows, both count.
    add: async (userId, clientId, resource, scopes) => {
      await prisma.$executeRaw(Prisma.sql`
        INSERT INTO consents (user_id, client_id, resource_identifier, scopes, updated_at)
        VALUES (${userId}, ${clientId}, ${resource}, ${[...scopes]}::text[], now())
        ON CONFLICT (user_id, client_id, resource_identifier) DO UPDATE
        SET scopes = ARRAY(SELECT DISTINCT unnest(consents.scopes || excluded.scopes) ORDER BY 1), updated_at = now()`);
    },
  };
}
