import type { Database } from '@rolecall/storage/open-database';
import type { RefreshTokenOutcome, RefreshTokenStore, UsedGrant } from '../types.ts';

const GRANT_COLUMNS = 'g.id, g.user_id, g.client_id, g.scopes, g.resources, extract(epoch FROM g.auth_time)::int AS auth_time';

/**
 * One statement does all of it. The row is locked by the update: of two uses at once the second waits and then sees what the first one wrote,
 * so that COALESCE keeps the first one's successor and both answer it. That the successor of a token has been used itself, or that the
 * token's first use lies further back than the grace, means that two parties hold the family: its grant ends in the same moment.
 *
 * $1 hash, $2 client, $3 scopes, $4 resource, $5 now, $6–$8 successor (hash, salt, expiry), $9 rotate when expiring before, $10 slides to, $11 used before this: too late
 */
const USE = `
WITH presented AS (
  UPDATE refresh_tokens AS t SET
    used_at = CASE WHEN t.used_at IS NOT NULL OR t.expires_at < $9::timestamptz THEN COALESCE(t.used_at, $5::timestamptz) END,
    successor_hash = CASE WHEN t.used_at IS NOT NULL OR t.expires_at < $9::timestamptz THEN COALESCE(t.successor_hash, $6) END,
    successor_salt = CASE WHEN t.used_at IS NOT NULL OR t.expires_at < $9::timestamptz THEN COALESCE(t.successor_salt, $7) END,
    expires_at = CASE WHEN t.used_at IS NULL AND t.expires_at >= $9::timestamptz AND $10::timestamptz IS NOT NULL
      THEN GREATEST(t.expires_at, LEAST($10::timestamptz, g.expires_at)) ELSE t.expires_at END
  FROM grants AS g JOIN users AS u ON u.id = g.user_id JOIN clients AS c ON c.id = g.client_id
  WHERE t.hash = $1 AND (t.expires_at > $5::timestamptz OR t.used_at IS NOT NULL)
    AND g.id = t.grant_id AND g.client_id = $2 AND g.revoked_at IS NULL AND g.expires_at > $5::timestamptz
    AND u.disabled_at IS NULL AND c.disabled_at IS NULL
    AND ($3::text[] IS NULL OR $3::text[] <@ g.scopes) AND ($4::text IS NULL OR $4 = ANY(g.resources))
  RETURNING ${GRANT_COLUMNS}, g.expires_at, t.used_at, t.successor_hash, t.successor_salt
), judged AS (
  SELECT presented.*, successor_hash <> $6 AND (
    used_at <= $11::timestamptz
    OR EXISTS (SELECT 1 FROM refresh_tokens AS next WHERE next.hash = presented.successor_hash AND next.used_at IS NOT NULL)
  ) AS stolen
  FROM presented
), successor AS (
  INSERT INTO refresh_tokens (hash, grant_id, created_at, expires_at)
  SELECT $6, id, $5::timestamptz, LEAST($8::timestamptz, expires_at) FROM judged WHERE successor_hash = $6
), ended AS (
  UPDATE grants SET revoked_at = $5::timestamptz FROM judged WHERE grants.id = judged.id AND judged.stolen
)
SELECT id, user_id, client_id, scopes, resources, auth_time,
  CASE WHEN successor_hash IS NULL THEN 'kept' WHEN successor_hash = $6 THEN 'rotated' WHEN stolen THEN 'stolen' ELSE 'repeated' END AS outcome,
  successor_salt
FROM judged`;

const FIND = `
SELECT ${GRANT_COLUMNS}, t.created_at AS token_created_at, t.expires_at AS token_expires_at,
  (t.used_at IS NULL AND t.expires_at > $2::timestamptz AND g.revoked_at IS NULL AND g.expires_at > $2::timestamptz
    AND u.disabled_at IS NULL AND c.disabled_at IS NULL) AS alive
FROM refresh_tokens AS t JOIN grants AS g ON g.id = t.grant_id JOIN users AS u ON u.id = g.user_id JOIN clients AS c ON c.id = g.client_id
WHERE t.hash = $1`;

interface GrantRow {
  id: string;
  user_id: string;
  client_id: string;
  scopes: string[];
  resources: string[];
  auth_time: number;
}

export function createRefreshTokenStore(database: Database): RefreshTokenStore {
  return {
    use: async (use) => {
      const [row] = await database.query<GrantRow & { outcome: RefreshTokenOutcome['kind']; successor_salt: string }>(USE, [
        use.hash,
        use.clientId,
        use.scopes ?? null,
        use.resource ?? null,
        timestamp(use.now),
        use.successor.hash,
        use.successor.salt,
        timestamp(use.successor.expiresAt),
        timestamp(use.rotateWhenExpiringBefore),
        use.slidesTo === undefined ? null : timestamp(use.slidesTo),
        timestamp(use.now - use.grace),
      ]);
      if (row === undefined) return undefined;
      const grant = toGrant(row);
      if (row.outcome === 'repeated') return { kind: 'repeated', grant, successorSalt: row.successor_salt };
      return { kind: row.outcome, grant };
    },
    find: async (hash, now) => {
      const [row] = await database.query<GrantRow & { token_created_at: Date; token_expires_at: Date; alive: boolean }>(FIND, [
        hash,
        timestamp(now),
      ]);
      if (row === undefined) return undefined;
      const { token_created_at: createdAt, token_expires_at: expiresAt, alive } = row;
      return { grant: toGrant(row), createdAt: createdAt.getTime(), expiresAt: expiresAt.getTime(), alive };
    },
  };
}

function toGrant({ id, user_id, client_id, scopes, resources, auth_time }: GrantRow): UsedGrant {
  return { id, userId: user_id, clientId: client_id, scopes, resources, authTime: auth_time };
}

/** Written as text here: the driver would go by the machine's time zone, and take its time. */
function timestamp(milliseconds: number): string {
  return milliseconds === Number.POSITIVE_INFINITY ? 'infinity' : new Date(milliseconds).toISOString();
}
