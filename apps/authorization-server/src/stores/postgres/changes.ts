import type { Database } from '@rolecall/storage/open-database';
import type { ChangeKind, ChangeStore } from '../types.ts';

/**
 * The horizon is the oldest transaction that may still be under way: whatever commits after this statement has written under it or a later one,
 * so reading on from there passes over nothing, and may read a little twice.
 */
const SINCE = `
SELECT now.horizon, changes.kind, changes.key, changes.at
FROM (SELECT pg_snapshot_xmin(pg_current_snapshot()) AS horizon) AS now LEFT JOIN changes ON changes.xid >= $1::text::xid8`;

export function createChangeStore(database: Database): ChangeStore {
  return {
    since: async (horizon) => {
      const rows = await database.query<{ horizon: string; kind: ChangeKind | null; key: string; at: Date }>(SINCE, [horizon ?? '0']);
      return {
        horizon: String(rows[0]?.horizon),
        changes: rows.flatMap(({ kind, key, at }) => (kind === null ? [] : [{ kind, key, at: at.getTime() }])),
      };
    },
    addRevokedToken: async (jti, at) =>
      void (await database.query(`INSERT INTO changes (kind, key, at) VALUES ('token_revoked', $1, $2::timestamptz)`, [jti, new Date(at)])),
  };
}
