import type { PrismaClient } from '../../generated/prisma/client.ts';
import type { Grant, GrantStore } from '../types.ts';

export function createGrantStore(prisma: PrismaClient): GrantStore {
  return {
    create: async (grant) => (await prisma.grant.createMany({ data: [toRow(grant)], skipDuplicates: true })).count === 1,
    revoke: async (grant, at) => {
      const revokedAt = new Date(at);
      await prisma.grant.upsert({ where: { id: grant.id }, create: { ...toRow(grant), revokedAt }, update: { revokedAt } });
    },
    isRevoked: async (id) => {
      const row = await prisma.grant.findUnique({ where: { id }, select: { revokedAt: true } });
      return row !== null && row.revokedAt !== null;
    },
  };
}

function toRow(grant: Grant) {
  return { ...grant, scopes: [...grant.scopes], resources: [...grant.resources], createdAt: new Date(grant.createdAt) };
}
