import type { Database } from '@rolecall/storage/open-database';
import type { Grant as GrantRow, PrismaClient } from '../../generated/prisma/client.ts';
import type { GrantEntry, GrantStore } from '../types.ts';

/** A client that lives in a browser, and what it was granted is not meant to outlive the session (RFC 10017). */
const bound = (scopes: string) =>
  `clients.token_endpoint_auth_method = 'none' AND clients.application_type = 'web' AND NOT 'offline_access' = ANY(${scopes})`;

const ITS_CONSENTS = 'consents.user_id = $2 AND consents.client_id = $3 AND consents.resource_identifier = ANY($5::text[])';

/**
 * Whether user and client may still be granted anything is asked in the moment in which it is recorded: a code may be under way while the user takes
 * back the consent or logs out. What says yes is locked until this is recorded, so that who takes it back finds the grant. The first refresh token comes with it, or, without a hash, none.
 */
const CREATE = `
WITH created AS (
  INSERT INTO grants (id, user_id, client_id, scopes, resources, auth_time, session_id, user_agent, address, created_at, expires_at)
  SELECT $1, users.id, clients.id, $4::text[], $5::text[], $6::timestamptz, $7, $8, $9, $10::timestamptz, $11::timestamptz
  FROM users, clients
  WHERE users.id = $2 AND users.disabled_at IS NULL AND clients.id = $3 AND clients.disabled_at IS NULL
    AND ($7::text IS NULL OR EXISTS (SELECT 1 FROM consents WHERE ${ITS_CONSENTS} FOR KEY SHARE))
    AND ($7::text IS NULL OR $4::text[] <@ ARRAY(SELECT unnest(consents.scopes) FROM consents WHERE ${ITS_CONSENTS}))
    AND ($7::text IS NULL OR NOT (${bound('$4::text[]')}) OR EXISTS (SELECT 1 FROM user_sessions WHERE user_sessions.id = $7 FOR KEY SHARE))
  ON CONFLICT (id) DO NOTHING
  RETURNING id
), token AS (
  INSERT INTO refresh_tokens (hash, grant_id, created_at, expires_at)
  SELECT $12, id, $10::timestamptz, $13::timestamptz FROM created WHERE $12::text IS NOT NULL
)
SELECT id FROM created`;

/** $1 user, $2 in this session or null, $3 in all but this session or null, $4 when */
const REVOKE_BOUND = `
UPDATE grants SET revoked_at = $4::timestamptz FROM clients
WHERE clients.id = grants.client_id AND grants.user_id = $1 AND grants.revoked_at IS NULL AND ${bound('grants.scopes')}
  AND ($2::text IS NULL OR grants.session_id = $2) AND ($3::text IS NULL OR grants.session_id IS DISTINCT FROM $3)
RETURNING grants.id`;

/** $1 user or null, $2 client or null, $3 when, $4 how many */
const REVOKE_SOME = `
UPDATE grants SET revoked_at = $3::timestamptz WHERE id IN (
  SELECT id FROM grants
  WHERE ($1::text IS NULL OR user_id = $1) AND ($2::text IS NULL OR client_id = $2) AND revoked_at IS NULL LIMIT $4
) RETURNING id`;
const REVOKE_BATCH = 1_000;

/** Nobody reads further: what there is more of ends with its client in any case. */
const MAXIMUM_IN_FORCE = 500;

/** $1 grants */
const LAST_USED = `SELECT grant_id AS id, max(created_at) AS at FROM refresh_tokens WHERE grant_id = ANY($1::text[]) GROUP BY grant_id`;

export function createGrantStore(prisma: PrismaClient, database: Database): GrantStore {
  return {
    create: async (grant, refreshToken) => {
      const rows = await database.query(CREATE, [
        grant.id,
        grant.userId,
        grant.clientId,
        grant.scopes,
        grant.resources,
        new Date(grant.authTime * 1000).toISOString(),
        grant.sessionId ?? null,
        grant.userAgent ?? null,
        grant.address ?? null,
        new Date(grant.createdAt).toISOString(),
        new Date(grant.expiresAt).toISOString(),
        refreshToken?.hash ?? null,
        refreshToken === undefined ? null : new Date(refreshToken.expiresAt).toISOString(),
      ]);
      return rows.length === 1;
    },
    revoke: async (id, at) => {
      const { count } = await prisma.grant.updateMany({ where: { id, revokedAt: null }, data: { revokedAt: new Date(at) } });
      return count === 1;
    },
    revokeOfBrowserApplications: async ({ userId, session, exceptSession }, at) => {
      const rows = await database.query<{ id: string }>(REVOKE_BOUND, [userId, session ?? null, exceptSession ?? null, new Date(at)]);
      return rows.map(({ id }) => id);
    },
    revokeAll: async ({ userId, clientId }: { userId?: string; clientId?: string }, at) => {
      const ids: string[] = [];
      // In batches: one statement for a client that many use would not end in time.
      for (;;) {
        const rows = await database.query<{ id: string }>(REVOKE_SOME, [userId ?? null, clientId ?? null, new Date(at), REVOKE_BATCH]);
        ids.push(...rows.map(({ id }) => id));
        if (rows.length < REVOKE_BATCH) return ids;
      }
    },
    find: async (id) => {
      const row = await prisma.grant.findUnique({ where: { id } });
      return row === null ? undefined : toEntry(row);
    },
    list: async ({ userId, clientId, before, limit }) => {
      const createdAt = before && new Date(before.createdAt);
      const rows = await prisma.grant.findMany({
        where: {
          ...(userId !== undefined && { userId }),
          ...(clientId !== undefined && { clientId }),
          ...(before && createdAt && { OR: [{ createdAt: { lt: createdAt } }, { createdAt, id: { lt: before.id } }] }),
        },
        orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
        take: limit,
      });
      return rows.map(toEntry);
    },
    listInForce: async (userId, now) => {
      const rows = await prisma.grant.findMany({
        where: { userId, revokedAt: null, expiresAt: { gt: new Date(now) }, client: { disabledAt: null } },
        orderBy: { createdAt: 'desc' },
        take: MAXIMUM_IN_FORCE,
      });
      const used = await database.query<{ id: string; at: Date }>(LAST_USED, [rows.map(({ id }) => id)]);
      const lastUsed = new Map(used.map(({ id, at }) => [id, at.getTime()]));
      return rows.map((row) => ({ ...toEntry(row), lastUsedAt: lastUsed.get(row.id) ?? row.createdAt.getTime() }));
    },
  };
}

function toEntry(row: GrantRow): GrantEntry {
  return {
    id: row.id,
    userId: row.userId,
    clientId: row.clientId,
    scopes: row.scopes,
    resources: row.resources,
    authTime: Math.floor(row.authTime.getTime() / 1000),
    createdAt: row.createdAt.getTime(),
    expiresAt: row.expiresAt.getTime(),
    ...(row.sessionId !== null && { sessionId: row.sessionId }),
    ...(row.userAgent !== null && { userAgent: row.userAgent }),
    ...(row.address !== null && { address: row.address }),
    ...(row.revokedAt !== null && { revokedAt: row.revokedAt.getTime() }),
  };
}
