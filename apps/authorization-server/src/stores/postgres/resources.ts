import type { SigningAlgorithm } from '@rolecall/contracts/jwks';
import type { PrismaClient } from '../../generated/prisma/client.ts';
import type { ResourceStore } from '../types.ts';

export function createResourceStore(prisma: PrismaClient): ResourceStore {
  return {
    list: async () => {
      const rows = await prisma.resource.findMany({
        include: { scopes: { orderBy: { name: 'asc' } } },
        orderBy: [{ createdAt: 'asc' }, { identifier: 'asc' }],
      });
      return rows.map(
        ({ identifier, name, scopes, accessTokenFormat, accessTokenLifetime, signingAlgorithm, isDefault, resourceServers }) => ({
          identifier,
          name,
          scopes: scopes.map((scope) => ({ name: scope.name, description: scope.description })),
          accessTokenFormat: accessTokenFormat === 'opaque' ? 'opaque' : 'jwt',
          signingAlgorithm: signingAlgorithm as SigningAlgorithm,
          isDefault,
          resourceServers,
          ...(accessTokenLifetime !== null && { accessTokenLifetime }),
        }),
      );
    },
    save: async ({ identifier, scopes, ...resource }) => {
      const data = {
        ...resource,
        accessTokenLifetime: resource.accessTokenLifetime ?? null,
        resourceServers: [...resource.resourceServers],
      };
      await prisma.$transaction([
        ...(resource.isDefault
          ? [prisma.resource.updateMany({ where: { isDefault: true, identifier: { not: identifier } }, data: { isDefault: false } })]
          : []),
        prisma.resource.upsert({ where: { identifier }, create: { identifier, ...data }, update: data }),
        prisma.resourceScope.deleteMany({ where: { resourceIdentifier: identifier } }),
        prisma.resourceScope.createMany({ data: scopes.map((scope) => ({ resourceIdentifier: identifier, ...scope })) }),
      ]);
    },
    remove: async (identifier) => {
      const [{ count }] = await prisma.$transaction([
        prisma.resource.deleteMany({ where: { identifier } }),
        prisma.consent.deleteMany({ where: { resourceIdentifier: identifier } }),
      ]);
      return count === 1;
    },
  };
}
