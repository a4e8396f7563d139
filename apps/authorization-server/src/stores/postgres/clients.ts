import { Prisma, type PrismaClient } from '../../generated/prisma/client.ts';
import type { Client, ClientStore, RefreshTokenRotation, TokenEndpointAuthMethod } from '../types.ts';

type Row = Prisma.ClientGetPayload<{ include: { secrets: true } }>;

export function createClientStore(prisma: PrismaClient): ClientStore {
  return {
    find: async (id) => {
      const row = await prisma.client.findUnique({ where: { id }, include: { secrets: true } });
      return row === null ? undefined : toClient(row);
    },
    save: async (client) => {
      const { id, secrets } = client;
      const data = toData(client);
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
    setDisabled: async (id, at) =>
      void (await prisma.client.updateMany({ where: { id }, data: { disabledAt: at === undefined ? null : new Date(at) } })),
    remove: async (id) => (await prisma.client.deleteMany({ where: { id } })).count === 1,
  };
}

function toData(client: Client) {
  const { name, tokenEndpointAuthMethod, applicationType, requirePkce, refreshTokenRotation, verified } = client;
  return {
    name,
    tokenEndpointAuthMethod,
    applicationType,
    requirePkce,
    refreshTokenRotation,
    verified,
    grantTypes: [...client.grantTypes],
    redirectUris: [...client.redirectUris],
    scopes: [...client.scopes],
    jwks: (client.jwks as Prisma.InputJsonObject | undefined) ?? Prisma.DbNull,
    jwksUri: client.jwksUri ?? null,
    tokenEndpointAuthSigningAlg: client.tokenEndpointAuthSigningAlg ?? null,
    introspectionSignedResponseAlg: client.introspectionSignedResponseAlg ?? null,
    refreshTokenIdleLifetime: client.refreshTokenIdleLifetime ?? null,
    refreshTokenAbsoluteLifetime: client.refreshTokenAbsoluteLifetime ?? null,
    information: client.information as Prisma.InputJsonObject,
    registrationAccessTokenHash: client.registrationAccessTokenHash ?? null,
    disabledAt: client.disabled ? new Date() : null,
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
    refreshTokenRotation: row.refreshTokenRotation as RefreshTokenRotation,
    information: row.information as Record<string, unknown>,
    disabled: row.disabledAt !== null,
    secrets: row.secrets.map(({ hash, expiresAt }) => (expiresAt === null ? { hash } : { hash, expiresAt: expiresAt.getTime() })),
    ...(row.jwks !== null && { jwks: row.jwks as unknown as NonNullable<Client['jwks']> }),
    ...(row.jwksUri !== null && { jwksUri: row.jwksUri }),
    ...(row.tokenEndpointAuthSigningAlg !== null && { tokenEndpointAuthSigningAlg: row.tokenEndpointAuthSigningAlg }),
    ...(row.introspectionSignedResponseAlg !== null && {
      introspectionSignedResponseAlg: row.introspectionSignedResponseAlg as NonNullable<Client['introspectionSignedResponseAlg']>,
    }),
    ...(row.refreshTokenIdleLifetime !== null && { refreshTokenIdleLifetime: row.refreshTokenIdleLifetime }),
    ...(row.refreshTokenAbsoluteLifetime !== null && { refreshTokenAbsoluteLifetime: row.refreshTokenAbsoluteLifetime }),
    ...(row.registrationAccessTokenHash !== null && { registrationAccessTokenHash: row.registrationAccessTokenHash }),
  };
}
