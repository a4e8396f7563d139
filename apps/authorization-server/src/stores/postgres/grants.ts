import type { Database } from '@rolecall/storage/open-database';
import type { Grant as GrantRow, PrismaClient } from '../../generated/prisma/client.ts';
import type { FirstRefreshToken, Grant, GrantedScopes, GrantEntry, GrantStore } from '../types.ts';
import { fromPairs, HELD, resourceOf, scopeOf, toPairs } from './granted.ts';
import { inBatches } from './in-batches.ts';
import { timestamp } from './timestamp.ts';

/** A client that lives in a browser, and what it was granted is not meant to outlive the session (RFC 10017). */
const bound = (granted: string) =>
  `clients.token_endpoint_auth_method = 'none' AND clients.application_type = 'web'
    AND NOT EXISTS (SELECT 1 FROM unnest(${granted}) AS pair WHERE ${scopeOf('pair')} = 'offline_access')`;

/** What the user has agreed to for the client, as a grant holds it. All of it is locked, in one order, so that two who lock it do not wait for each other. */
const AGREED = `
  SELECT resource_identifier || ' ' || unnest(scopes) FROM (
    SELECT resource_identifier, scopes FROM consents WHERE consents.user_id = asked.user_id AND consents.client_id = asked.client_id
    ORDER BY resource_identifier FOR KEY SHARE
  ) AS consented`;

/**
 * Whether user and client may still be granted anything is asked in the moment in which it is recorded: a code may be under way while the user takes
 * back the consent or logs out. What says yes is locked until this is recorded, so that who takes it back finds the grant. The first refresh token comes
 * with it, or, without a hash, none.
 *
 * An element each: $1 id, $2 user, $3 client, $4 what is granted, a line each, $5 auth_time, $6 session, $7 user agent, $8 address, $9 now, $10 expiry,
 * $11 hash and $12 expiry of the refresh token
 */
const CREATE = `
WITH asked AS MATERIALIZED (
  SELECT id, user_id, client_id, string_to_array(pairs, chr(10)) AS granted, auth_time, session_id, user_agent, address, created_at, expires_at, token_hash,
    token_expires_at
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::text[], $7::text[], $8::text[], $9::timestamptz[], $10::timestamptz[],
    $11::text[], $12::timestamptz[])
    AS each (id, user_id, client_id, pairs, auth_time, session_id, user_agent, address, created_at, expires_at, token_hash, token_expires_at)
), created AS (
  INSERT INTO grants (id, user_id, client_id, granted, auth_time, session_id, user_agent, address, created_at, expires_at)
  SELECT asked.id, users.id, clients.id, granted, auth_time, session_id, user_agent, address, asked.created_at, expires_at
  FROM asked JOIN users ON users.id = asked.user_id JOIN clients ON clients.id = asked.client_id
  WHERE users.disabled_at IS NULL AND clients.disabled_at IS NULL
    AND (session_id IS NULL OR granted <@ ARRAY(${AGREED}))
    AND (session_id IS NULL OR NOT (${bound('granted')}) OR EXISTS (SELECT 1 FROM user_sessions WHERE user_sessions.id = session_id FOR KEY SHARE))
  ON CONFLICT (id) DO NOTHING
  RETURNING id
), token AS (
  INSERT INTO refresh_tokens (hash, grant_id, created_at, expires_at)
  SELECT token_hash, id, created_at, token_expires_at FROM created JOIN asked USING (id) WHERE token_hash IS NOT NULL
)
SELECT id FROM created`;

/** $1 user, $2 in this session or null, $3 in all but this session or null, $4 when */
const REVOKE_BOUND = `
UPDATE grants SET revoked_at = $4::timestamptz FROM clients
WHERE clients.id = grants.client_id AND grants.user_id = $1 AND grants.revoked_at IS NULL AND ${bound('grants.granted')}
  AND ($2::text IS NULL OR grants.session_id = $2) AND ($3::text IS NULL OR grants.session_id IS DISTINCT FROM $3)
RETURNING grants.id`;

/** $1 user or null, $2 client or null, $3 when, $4 how many, $5 resource or null */
const REVOKE_SOME = `
UPDATE grants SET revoked_at = $3::timestamptz WHERE id IN (
  SELECT id FROM grants
  WHERE ($1::text IS NULL OR user_id = $1) AND ($2::text IS NULL OR client_id = $2) AND revoked_at IS NULL
    AND ($5::text IS NULL OR EXISTS (SELECT 1 FROM unnest(granted) AS pair WHERE ${resourceOf('pair')} = $5))
  LIMIT $4
) RETURNING id`;
const REVOKE_BATCH = 1_000;

/** Nobody reads further: what there is more of ends with its client in any case. */
const MAXIMUM_IN_FORCE = 500;

/** $1 grants */
const STATE = `
SELECT g.id, held.granted, (SELECT max(COALESCE(last_used_at, created_at)) FROM refresh_tokens WHERE grant_id = g.id) AS last_used_at
FROM grants AS g ${HELD} WHERE g.id = ANY($1::text[])`;

export function createGrantStore(prisma: PrismaClient, database: Database): GrantStore {
  const create = inBatches<NewGrant, boolean>(
    ({ grant }) => grant.id,
    async (all) => {
      const grants = all.map(({ grant }) => grant);
      const rows = await database.query<{ id: string }>(CREATE, [
        grants.map(({ id }) => id),
        grants.map(({ userId }) => userId),
        grants.map(({ clientId }) => clientId),
        grants.map(({ granted }) => toPairs(granted).join('\n')),
        grants.map(({ authTime }) => timestamp(authTime * 1000)),
        grants.map(({ sessionId }) => sessionId ?? null),
        grants.map(({ userAgent }) => userAgent ?? null),
        grants.map(({ address }) => address ?? null),
        grants.map(({ createdAt }) => timestamp(createdAt)),
        grants.map(({ expiresAt }) => timestamp(expiresAt)),
        all.map(({ refreshToken }) => refreshToken?.hash ?? null),
        all.map(({ refreshToken }) => (refreshToken === undefined ? null : timestamp(refreshToken.expiresAt))),
      ]);
      const created = new Set(rows.map(({ id }) => id));
      return grants.map(({ id }) => created.has(id));
    },
  );

  /** The same grants with what they hold by now, and when a token was last issued from them. */
  const inTheirState = async (rows: readonly GrantRow[]): Promise<(GrantEntry & { lastUsedAt: number })[]> => {
    const states = await database.query<{ id: string; granted: string[] | null; last_used_at: Date | null }>(STATE, [
      rows.map(({ id }) => id),
    ]);
    const found = new Map(states.map((state) => [state.id, state]));
    return rows.map((row) => {
      const { granted, last_used_at } = found.get(row.id) ?? {};
      return { ...toEntry(row, fromPairs(granted ?? [])), lastUsedAt: (last_used_at ?? row.createdAt).getTime() };
    });
  };

  return {
    create: (grant, refreshToken) => create({ grant, refreshToken }),
    revoke: async (id, at) => {
      const { count } = await prisma.grant.updateMany({ where: { id, revokedAt: null }, data: { revokedAt: new Date(at) } });
      return count === 1;
    },
    revokeOfBrowserApplications: async ({ userId, session, exceptSession }, at) => {
      const rows = await database.query<{ id: string }>(REVOKE_BOUND, [userId, session ?? null, exceptSession ?? null, new Date(at)]);
      return rows.map(({ id }) => id);
    },
    revokeAll: async ({ userId, clientId, resource }: { userId?: string; clientId?: string; resource?: string }, at) => {
      const ids: string[] = [];
      // In batches: one statement for a client that many use would not end in time.
      for (;;) {
        const rows = await database.query<{ id: string }>(REVOKE_SOME, [
          userId ?? null,
          clientId ?? null,
          new Date(at),
          REVOKE_BATCH,
          resource ?? null,
        ]);
        ids.push(...rows.map(({ id }) => id));
        if (rows.length < REVOKE_BATCH) return ids;
      }
    },
    find: async (id) => {
      const row = await prisma.grant.findUnique({ where: { id } });
      return row === null ? undefined : (await inTheirState([row]))[0];
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
      return inTheirState(rows);
    },
    listInForce: async (userId, now) => {
      const rows = await prisma.grant.findMany({
        where: { userId, revokedAt: null, expiresAt: { gt: new Date(now) }, client: { disabledAt: null } },
        orderBy: { createdAt: 'desc' },
        take: MAXIMUM_IN_FORCE,
      });
      return (await inTheirState(rows)).filter(({ granted }) => granted.length > 0);
    },
  };
}

interface NewGrant {
  grant: Grant;
  refreshToken: FirstRefreshToken | undefined;
}

function toEntry(row: GrantRow, granted: GrantedScopes[]): GrantEntry {
  return {
    id: row.id,
    userId: row.userId,
    clientId: row.clientId,
    granted,
    authTime: Math.floor(row.authTime.getTime() / 1000),
    createdAt: row.createdAt.getTime(),
    expiresAt: row.expiresAt.getTime(),
    ...(row.sessionId !== null && { sessionId: row.sessionId }),
    ...(row.userAgent !== null && { userAgent: row.userAgent }),
    ...(row.address !== null && { address: row.address }),
    ...(row.revokedAt !== null && { revokedAt: row.revokedAt.getTime() }),
  };
}
