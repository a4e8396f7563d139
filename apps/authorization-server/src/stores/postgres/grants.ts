import type { Database } from '@rolecall/storage/open-database';
import type { PrismaClient } from '../../generated/prisma/client.ts';
import type { GrantStore } from '../types.ts';

/**
 * Whether user and client may still be granted anything is asked in the moment in which it is recorded. The first refresh token comes with it,
 * or, without a hash, none.
 */
const CREATE = `
WITH created AS (
  INSERT INTO grants (id, user_id, client_id, scopes, resources, auth_time, session_id, user_agent, address, created_at, expires_at)
  SELECT $1, users.id, clients.id, $4::text[], $5::text[], $6::timestamptz, $7, $8, $9, $10::timestamptz, $11::timestamptz
  FROM users, clients
  WHERE users.id = $2 AND users.disabled_at IS NULL AND clients.id = $3 AND clients.disabled_at IS NULL
  ON CONFLICT (id) DO NOTHING
  RETURNING id
), token AS (
  INSERT INTO refresh_tokens (hash, grant_id, created_at, expires_at)
  SELECT $12, id, $10::timestamptz, $13::timestamptz FROM created WHERE $12::text IS NOT NULL
)
SELECT id FROM created`;

export function createGrantStore(prisma: PrismaClient, database: Database): GrantStore {
  return {
    create: async (grant, refreshToken) => {
      const rows = await database.query(CREATE, [
        grant.id,
        grant.userId,
        grant.clientId,
        grant.scopes,
        grant.resources,
        new Date(grant.authTime * 1000),
        grant.sessionId ?? null,
        grant.userAgent ?? null,
        grant.address ?? null,
        new Date(grant.createdAt),
        new Date(grant.expiresAt),
        refreshToken?.hash ?? null,
        refreshToken === undefined ? null : new Date(refreshToken.expiresAt),
      ]);
      return rows.length === 1;
    },
    revoke: async (id, at) => {
      const { count } = await prisma.grant.updateMany({ where: { id, revokedAt: null }, data: { revokedAt: new Date(at) } });
      return count === 1;
    },
    revokeAll: async (of, at) => {
      const rows = await prisma.grant.updateManyAndReturn({
        where: { ...of, revokedAt: null },
        data: { revokedAt: new Date(at) },
        select: { id: true },
      });
      return rows.map(({ id }) => id);
    },
    isRevoked: async (id) => {
      const row = await prisma.grant.findUnique({ where: { id }, select: { revokedAt: true } });
      return row !== null && row.revokedAt !== null;
    },
  };
}
