import type { Prisma, PrismaClient } from '../../generated/prisma/client.ts';
import type { Client, ClientStore, TokenEndpointAuthMethod } from '../types.ts';

type Row = Prisma.ClientGetPayload<{ include: { secrets: true } }>;

export function createClientStore(prisma: PrismaClient): ClientStore {
  return {
    find: async (id) => {
      const row = await prisma.client.findUnique({ where: { id }, include: { secrets: true } });
      return row === null ? undefined : toClient(row);
    },
    save: async (client) => {
      const { id, secrets, disabled, grantTypes, redirectUris, scopes, ...same } = client;
      const data = {
        ...same,
        grantTypes: [...grantTypes],
        redirectUris: [...redirectUris],
        scopes: [...scopes],
        disabledAt: disabled ? new Date() : null,
      };
      await prisma.$transaction([
        prisma.client.upsert({ where: { id }, create: { id, ...data }, update: data }),
        prisma.clientSecret.createMany({
          data: secrets.map(({ hash, expiresAt }) => ({
            clientId: id,
            hash,
            expiresAt: expiresAt === undefined ? null : new Date(expiresAt),
          })),
          skipDuplicates: true,
        }),
      ]);
    },
  };
}

function toClient(row: Row): Client {
  const { id, name, grantTypes, redirectUris, scopes, requirePkce, verified } = row;
  return {
    id,
    name,
    tokenEndpointAuthMethod: row.tokenEndpointAuthMethod as TokenEndpointAuthMethod,
    applicationType: row.applicationType === 'native' ? 'native' : 'web',
    grantTypes,
    redirectUris,
    scopes,
    requirePkce,
    verified,
    disabled: row.disabledAt !== null,
    secrets: row.secrets.map(({ hash, expiresAt }) => (expiresAt === null ? { hash } : { hash, expiresAt: expiresAt.getTime() })),
  };
}
