import type { Database } from '@rolecall/storage/open-database';
import { Prisma, type PrismaClient } from '../../generated/prisma/client.ts';
import type { Client, ClientStore, RefreshTokenRotation, TokenEndpointAuthMethod } from '../types.ts';

type Row = Prisma.ClientGetPayload<{ include: { secrets: true } }>;

/** A later time that another instance has written stays. */
const TOUCH = `
UPDATE clients SET last_used_at = $2::timestamptz
WHERE id = ANY($1::text[]) AND (last_used_at IS NULL OR last_used_at < $2::timestamptz)`;

/** Of several instances that do this at once each takes others. */
const REMOVE_UNUSED = `
DELETE FROM clients WHERE id IN (
  SELECT id FROM clients
  WHERE registration_access_token_hash IS NOT NULL AND COALESCE(last_used_at, created_at) < $1::timestamptz
  LIMIT $2 FOR UPDATE SKIP LOCKED
) RETURNING id`;

export function createClientStore(prisma: PrismaClient, database: Database): ClientStore {
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
        prisma.clientSecret.createMany({ data: secretRows(id, secrets), skipDuplicates: true }),
      ]);
    },
    setDisabled: async (id, at) =>
      void (await prisma.client.updateMany({ where: { id }, data: { disabledAt: at === undefined ? null : new Date(at) } })),
    remove: async (id) => (await prisma.client.deleteMany({ where: { id } })).count === 1,
    replaceRegistered: async (client) => {
      const { id, registrationAccessTokenHash, secrets } = client;
      const { disabledAt: _, registrationAccessTokenHash: hash, ...data } = toData(client);
      if (registrationAccessTokenHash === undefined) return false;
      const { count } = await prisma.client.updateMany({ where: { id, registrationAccessTokenHash: hash, disabledAt: null }, data });
      if (count === 1) await prisma.clientSecret.createMany({ data: secretRows(id, secrets), skipDuplicates: true });
      return count === 1;
    },
    touch: async (ids, at) => void (await database.query(TOUCH, [ids, new Date(at)])),
    removeUnused: async (before, limit) => {
      const rows = await database.query<{ id: string }>(REMOVE_UNUSED, [new Date(before), limit]);
      return rows.map(({ id }) => id);
    },
  };
}

function secretRows(clientId: string, secrets: Client['secrets']) {
  return secrets.map(({ hash, expiresAt }) => ({ clientId, hash, expiresAt: expiresAt === undefined ? null : new Date(expiresAt) }));
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
