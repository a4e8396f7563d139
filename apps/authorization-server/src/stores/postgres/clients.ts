import type { Database } from '@rolecall/storage/open-database';
import { Prisma, type PrismaClient } from '../../generated/prisma/client.ts';
import type { Client, ClientSecretEntry, ClientStore, RefreshTokenRotation, TokenEndpointAuthMethod } from '../types.ts';
import { endGrants, endGrantsOfClient, removeGrantsOfClient } from './end-grants.ts';

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
    list: async ({ after, limit }) => {
      const rows = await prisma.client.findMany({
        ...(after !== undefined && { where: { id: { gt: after } } }),
        include: { secrets: true },
        orderBy: { id: 'asc' },
        take: limit,
      });
      return rows.map(toClient);
    },
    save: async (client) => {
      const { id, secrets } = client;
      const data = { ...toData(client), disabledAt: client.disabled ? new Date() : null };
      await prisma.$transaction([
        prisma.client.upsert({ where: { id }, create: { id, ...data }, update: data }),
        prisma.clientSecret.createMany({ data: secretRows(id, secrets), skipDuplicates: true }),
      ]);
    },
    addIfAbsent: (client) =>
      prisma.$transaction(async (transaction) => {
        const data = { id: client.id, ...toData(client), disabledAt: client.disabled ? new Date() : null };
        const { count } = await transaction.client.createMany({ data: [data], skipDuplicates: true });
        if (count === 1) await transaction.clientSecret.createMany({ data: secretRows(client.id, client.secrets) });
        return count === 1;
      }),
    change: async (id, at, alter) => {
      const found = await prisma.client.findUnique({ where: { id }, include: { secrets: true } });
      // Most of it now, while it is still disabled: the transaction finds little left.
      if (found !== null && found.disabledAt !== null && !alter(toClient(found)).disabled) await endGrantsOfClient(database, id, at);
      return prisma.$transaction(async (transaction) => {
        // Whoever else changes it waits here.
        await transaction.$queryRaw(Prisma.sql`SELECT 1 FROM clients WHERE id = ${id} FOR UPDATE`);
        const row = await transaction.client.findUnique({ where: { id }, include: { secrets: true } });
        if (row === null) return undefined;
        const before = toClient(row);
        const after = { ...alter(before), id, secrets: before.secrets };
        const turned = before.disabled !== after.disabled && { disabledAt: after.disabled ? new Date(at) : null, removalBeganAt: null };
        await transaction.client.update({ where: { id }, data: { ...toData(after), ...turned } });
        if (!after.disabled && before.disabled) for (const ending of endGrants(transaction, { clientId: id }, at)) await ending;
        return { before, after };
      });
    },
    setDisabled: async (id, at) => {
      if (at === undefined) await endGrantsOfClient(database, id, Date.now());
      await prisma.client.updateMany({ where: { id }, data: { disabledAt: at === undefined ? null : new Date(at), removalBeganAt: null } });
    },
    beginRemoval: async (id, at) => {
      const now = new Date(at);
      await prisma.client.updateMany({ where: { id, disabledAt: null }, data: { disabledAt: now, removalBeganAt: now } });
    },
    remove: async (id) => {
      // From here on it is as good as gone, however long the rest takes.
      await prisma.client.updateMany({ where: { id, disabledAt: null }, data: { disabledAt: new Date() } });
      await removeGrantsOfClient(database, id);
      return (await prisma.client.deleteMany({ where: { id } })).count === 1;
    },
    replaceRegistered: async (client) => {
      const { id, registrationAccessTokenHash, secrets } = client;
      const { registrationAccessTokenHash: hash, ...data } = toData(client);
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
    listSecrets: async (id) => {
      const rows = await prisma.clientSecret.findMany({ where: { clientId: id }, orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] });
      return rows.map(toSecretEntry);
    },
    addSecret: async (id, { hash, createdAt, expiresAt }) => {
      const data = { clientId: id, hash, createdAt: new Date(createdAt), expiresAt: toDate(expiresAt) };
      try {
        return toSecretEntry(await prisma.clientSecret.create({ data }));
      } catch (error) {
        if (!(error instanceof Prisma.PrismaClientKnownRequestError)) throw error;
        if (error.code === 'P2002') return 'taken';
        // No client to belong to.
        if (error.code === 'P2003') return undefined;
        throw error;
      }
    },
    removeSecret: async (id, secretId) => (await prisma.clientSecret.deleteMany({ where: { clientId: id, id: secretId } })).count === 1,
  };
}

const toDate = (time: number | undefined): Date | null => (time === undefined ? null : new Date(time));

export function secretRows(clientId: string, secrets: Client['secrets']) {
  return secrets.map(({ hash, expiresAt }) => ({ clientId, hash, expiresAt: toDate(expiresAt) }));
}

function toSecretEntry({ id, createdAt, expiresAt }: Row['secrets'][number]): ClientSecretEntry {
  return { id, createdAt: createdAt.getTime(), ...(expiresAt !== null && { expiresAt: expiresAt.getTime() }) };
}

export function toData(client: Client) {
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
  };
}

export function toClient(row: Row): Client {
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
    ...(row.removalBeganAt !== null && { beingRemoved: true as const }),
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
