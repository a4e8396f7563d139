import type { Database } from '@rolecall/storage/open-database';
import type { RefreshTokenOutcome, RefreshTokenStore, UsedGrant } from '../types.ts';
import { fromPairs, HELD, resourceOf, scopeOf } from './granted.ts';
import { inBatches } from './in-batches.ts';
import { timestamp } from './timestamp.ts';

const GRANT_COLUMNS = 'g.id, g.user_id, g.client_id, held.granted, extract(epoch FROM g.auth_time)::int AS auth_time';

/**
 * One statement does all of it, for any number of tokens. The row is locked by the update: of two uses at once the second waits and then sees what the first
 * one wrote, so that COALESCE keeps the first one's successor and both answer it. That the successor of a token has been used itself, or that the
 * token's first use lies further back than the grace, means that two parties hold the family: its grant ends in the same moment.
 *
 * An element each: $1 hash, $2 client, $3 scopes with spaces between, $4 resource, $5 now, $6–$8 successor (hash, salt, expiry), $9 rotate when expiring before,
 * $10 slides to, $11 used before this: too late
 */
const USE = `
WITH uses AS MATERIALIZED (
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::text[], $7::text[], $8::timestamptz[],
    $9::timestamptz[], $10::timestamptz[], $11::timestamptz[])
    AS use (hash, client_id, scopes, resource, now, next_hash, next_salt, next_expires_at, rotate_before, slides_to, too_late)
), presented AS (
  UPDATE refresh_tokens AS t SET
    last_used_at = GREATEST(t.last_used_at, use.now),
    used_at = CASE WHEN t.used_at IS NOT NULL OR t.expires_at < use.rotate_before THEN COALESCE(t.used_at, use.now) END,
    successor_hash = CASE WHEN t.used_at IS NOT NULL OR t.expires_at < use.rotate_before THEN COALESCE(t.successor_hash, use.next_hash) END,
    successor_salt = CASE WHEN t.used_at IS NOT NULL OR t.expires_at < use.rotate_before THEN COALESCE(t.successor_salt, use.next_salt) END,
    expires_at = CASE WHEN t.used_at IS NULL AND t.expires_at >= use.rotate_before AND use.slides_to IS NOT NULL
      THEN GREATEST(t.expires_at, LEAST(use.slides_to, g.expires_at)) ELSE t.expires_at END
  FROM uses AS use, grants AS g JOIN users AS u ON u.id = g.user_id JOIN clients AS c ON c.id = g.client_id ${HELD}
  WHERE t.hash = use.hash AND (t.expires_at > use.now OR t.used_at IS NOT NULL)
    AND g.id = t.grant_id AND g.client_id = use.client_id AND g.revoked_at IS NULL AND g.expires_at > use.now
    AND u.disabled_at IS NULL AND c.disabled_at IS NULL AND held.granted IS NOT NULL
    AND (use.scopes IS NULL OR string_to_array(use.scopes, ' ') <@ ARRAY(SELECT ${scopeOf('pair')} FROM unnest(held.granted) AS pair))
    AND (use.resource IS NULL OR EXISTS (
      SELECT 1 FROM unnest(held.granted) AS pair
      WHERE ${resourceOf('pair')} = use.resource AND (use.scopes IS NULL OR ${scopeOf('pair')} = ANY(string_to_array(use.scopes, ' ')))
    ))
  RETURNING ${GRANT_COLUMNS}, g.expires_at, t.hash, t.used_at, t.successor_hash, t.successor_salt, use.now, use.next_hash, use.next_expires_at, use.too_late
), judged AS (
  SELECT presented.*, successor_hash <> next_hash AND (
    used_at <= too_late
    OR EXISTS (SELECT 1 FROM refresh_tokens AS next WHERE next.hash = presented.successor_hash AND next.used_at IS NOT NULL)
  ) AS stolen
  FROM presented
), successor AS (
  INSERT INTO refresh_tokens (hash, grant_id, created_at, expires_at)
  SELECT next_hash, id, now, LEAST(next_expires_at, expires_at) FROM judged WHERE successor_hash = next_hash
), ended AS (
  UPDATE grants SET revoked_at = judged.now FROM judged WHERE grants.id = judged.id AND judged.stolen
)
SELECT hash, id, user_id, client_id, granted, auth_time,
  CASE WHEN successor_hash IS NULL THEN 'kept' WHEN successor_hash = next_hash THEN 'rotated' WHEN stolen THEN 'stolen' ELSE 'repeated' END AS outcome,
  successor_salt
FROM judged`;

const FIND = `
SELECT ${GRANT_COLUMNS}, t.created_at AS token_created_at, t.expires_at AS token_expires_at,
  (t.used_at IS NULL AND t.expires_at > $2::timestamptz AND g.revoked_at IS NULL AND g.expires_at > $2::timestamptz
    AND u.disabled_at IS NULL AND c.disabled_at IS NULL AND held.granted IS NOT NULL) AS alive
FROM refresh_tokens AS t JOIN grants AS g ON g.id = t.grant_id JOIN users AS u ON u.id = g.user_id JOIN clients AS c ON c.id = g.client_id ${HELD}
WHERE t.hash = $1`;

interface GrantRow {
  id: string;
  user_id: string;
  client_id: string;
  granted: string[] | null;
  auth_time: number;
}

interface UsedRow extends GrantRow {
  hash: string;
  outcome: RefreshTokenOutcome['kind'];
  successor_salt: string;
}

export function createRefreshTokenStore(database: Database): RefreshTokenStore {
  return {
    use: inBatches(
      ({ hash }) => hash,
      async (uses) => {
        const rows = await database.query<UsedRow>(USE, [
          uses.map(({ hash }) => hash),
          uses.map(({ clientId }) => clientId),
          uses.map(({ scopes }) => scopes?.join(' ') ?? null),
          uses.map(({ resource }) => resource ?? null),
          uses.map(({ now }) => timestamp(now)),
          uses.map(({ successor }) => successor.hash),
          uses.map(({ successor }) => successor.salt),
          uses.map(({ successor }) => timestamp(successor.expiresAt)),
          uses.map(({ rotateWhenExpiringBefore }) => timestamp(rotateWhenExpiringBefore)),
          uses.map(({ slidesTo }) => (slidesTo === undefined ? null : timestamp(slidesTo))),
          uses.map(({ now, grace }) => timestamp(now - grace)),
        ]);
        const found = new Map(rows.map((row) => [row.hash, toOutcome(row)]));
        return uses.map(({ hash }) => found.get(hash));
      },
    ),
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

function toOutcome(row: UsedRow): RefreshTokenOutcome {
  const grant = toGrant(row);
  return row.outcome === 'repeated' ? { kind: 'repeated', grant, successorSalt: row.successor_salt } : { kind: row.outcome, grant };
}

function toGrant({ id, user_id, client_id, granted, auth_time }: GrantRow): UsedGrant {
  return { id, userId: user_id, clientId: client_id, granted: fromPairs(granted ?? []), authTime: auth_time };
}
