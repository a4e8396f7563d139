import { Prisma, type PrismaClient } from '../../generated/prisma/client.ts';
import type { GrantStore } from '../types.ts';

export function createGrantStore(prisma: PrismaClient): GrantStore {
  return {
    // One statement: whether user and client may still be granted anything is asked in the moment in which it is recorded.
    create: async ({ id, userId, clientId, scopes, resources, createdAt }) => {
      const inserted = await prisma.$executeRaw(Prisma.sql`
        INSERT INTO grants (id, user_id, client_id, scopes, resources, created_at)
        SELECT ${id}, users.id, clients.id, ${[...scopes]}::text[], ${[...resources]}::text[], ${new Date(createdAt)}::timestamptz
        FROM users, clients
        WHERE users.id = ${userId} AND users.disabled_at IS NULL AND clients.id = ${clientId} AND clients.disabled_at IS NULL
        ON CONFLICT (id) DO NOTHING`);
      return inserted === 1;
    },
    revoke: async (id, at) => void (await prisma.grant.updateMany({ where: { id, revokedAt: null }, data: { revokedAt: new Date(at) } })),
    isRevoked: async (id) => {
      const row = await prisma.grant.findUnique({ where: { id }, select: { revokedAt: true } });
      return row !== null && row.revokedAt !== null;
    },
  };
}
