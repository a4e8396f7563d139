import type { SigningAlgorithm } from '@rolecall/contracts/jwks';
import type { Prisma, PrismaClient } from '../../generated/prisma/client.ts';
import type { Resource, ResourceStore } from '../types.ts';

export const WITH_SCOPES = { include: { scopes: { orderBy: { name: 'asc' } } } } as const;

export function createResourceStore(prisma: PrismaClient): ResourceStore {
  return {
    list: async () => {
      const rows = await prisma.resource.findMany({ ...WITH_SCOPES, orderBy: [{ createdAt: 'asc' }, { identifier: 'asc' }] });
      return rows.map(toResource);
    },
    save: async (resource) => void (await prisma.$transaction(resourceWrites(prisma, resource))),
    remove: async (identifier) => {
      const [{ count }] = await prisma.$transaction([
        prisma.resource.deleteMany({ where: { identifier } }),
        prisma.consent.deleteMany({ where: { resourceIdentifier: identifier } }),
      ]);
      return count === 1;
    },
  };
}

/** Writes a resource, as part of a transaction. */
export function resourceWrites(prisma: Pick<PrismaClient, 'resource' | 'resourceScope'>, { identifier, scopes, ...resource }: Resource) {
  const data = { ...resource, accessTokenLifetime: resource.accessTokenLifetime ?? null, resourceServers: [...resource.resourceServers] };
  return [
    ...(resource.isDefault
      ? [prisma.resource.updateMany({ where: { isDefault: true, identifier: { not: identifier } }, data: { isDefault: false } })]
      : []),
    prisma.resource.upsert({ where: { identifier }, create: { identifier, ...data }, update: data }),
    prisma.resourceScope.deleteMany({ where: { resourceIdentifier: identifier } }),
    prisma.resourceScope.createMany({ data: scopes.map((scope) => ({ resourceIdentifier: identifier, ...scope })) }),
  ];
}

export function toResource(row: Prisma.ResourceGetPayload<typeof WITH_SCOPES>): Resource {
  const { identifier, name, scopes, isDefault, resourceServers } = row;
  return {
    identifier,
    name,
    scopes: scopes.map((scope) => ({ name: scope.name, description: scope.description })),
    accessTokenFormat: row.accessTokenFormat === 'opaque' ? 'opaque' : 'jwt',
    signingAlgorithm: row.signingAlgorithm as SigningAlgorithm,
    isDefault,
    resourceServers,
    ...(row.accessTokenLifetime !== null && { accessTokenLifetime: row.accessTokenLifetime }),
  };
}
