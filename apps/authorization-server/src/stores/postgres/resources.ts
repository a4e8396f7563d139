import type { PrismaClient } from '../../generated/prisma/client.ts';
import type { ResourceStore } from '../types.ts';

export function createResourceStore(prisma: PrismaClient): ResourceStore {
  return {
    list: async () => {
      const rows = await prisma.resource.findMany({
        include: { scopes: { orderBy: { name: 'asc' } } },
        orderBy: [{ createdAt: 'asc' }, { identifier: 'asc' }],
      });
      return rows.map(({ identifier, name, scopes }) => ({
        identifier,
        name,
        scopes: scopes.map((scope) => ({ name: scope.name, description: scope.description })),
      }));
    },
    save: async ({ identifier, name, scopes }) => {
      await prisma.$transaction([
        prisma.resource.upsert({ where: { identifier }, create: { identifier, name }, update: { name } }),
        prisma.resourceScope.deleteMany({ where: { resourceIdentifier: identifier } }),
        prisma.resourceScope.createMany({ data: scopes.map((scope) => ({ resourceIdentifier: identifier, ...scope })) }),
      ]);
    },
  };
}
