import type { Database } from '@rolecall/storage/open-database';
import type { Clearable, HousekeepingStore } from '../types.ts';

/**
 * Deletes the rows that `select` names by their key, and counts them. Those that another transaction has locked are passed over: nobody waits for this,
 * and this waits for nobody. The condition is looked at again when a row is locked, so that what was prolonged a moment ago stays.
 */
const deletion = (table: string, key: string, select: string): string => `
WITH gone AS (DELETE FROM ${table} WHERE ${key} = ANY(ARRAY(${select} LIMIT $2 FOR UPDATE OF ${table} SKIP LOCKED)) RETURNING 1)
SELECT count(*)::int AS count FROM gone`;

const NO_TOKENS = 'NOT EXISTS (SELECT 1 FROM refresh_tokens WHERE refresh_tokens.grant_id = grants.id)';

/** $1 before, $2 how many at most. Each is found by an index; but for initial access tokens, of which there are a few. */
const STATEMENTS: Readonly<Record<Clearable, string>> = {
  refresh_tokens: deletion(
    'refresh_tokens',
    'hash',
    'SELECT hash FROM refresh_tokens WHERE expires_at < $1::timestamptz ORDER BY expires_at',
  ),
  refresh_tokens_of_revoked_grants: deletion(
    'refresh_tokens',
    'hash',
    'SELECT hash FROM refresh_tokens JOIN grants ON grants.id = refresh_tokens.grant_id WHERE grants.revoked_at < $1::timestamptz',
  ),
  // A grant goes after its tokens: together they could be more than one statement should delete.
  grants: deletion('grants', 'id', `SELECT id FROM grants WHERE expires_at < $1::timestamptz AND ${NO_TOKENS} ORDER BY expires_at`),
  revoked_grants: deletion('grants', 'id', `SELECT id FROM grants WHERE revoked_at < $1::timestamptz AND ${NO_TOKENS} ORDER BY revoked_at`),
  user_sessions: deletion('user_sessions', 'id', 'SELECT id FROM user_sessions WHERE expires_at < $1::timestamptz ORDER BY expires_at'),
  initial_access_tokens: deletion('initial_access_tokens', 'id', 'SELECT id FROM initial_access_tokens WHERE expires_at < $1::timestamptz'),
  // They are written in the order of their time, so that only the first ones need be looked at, however many there are.
  audit_events: deletion(
    'audit_events',
    'id',
    'SELECT id FROM audit_events WHERE id = ANY(ARRAY(SELECT id FROM audit_events ORDER BY id LIMIT $2)) AND at < $1::timestamptz',
  ),
  // By the database's own clock too, which has written the time: no clock of an instance clears away what others have not read.
  changes: deletion(
    'changes',
    'id',
    `SELECT id FROM changes WHERE recorded_at < LEAST($1::timestamptz, CURRENT_TIMESTAMP - interval '3 hours') ORDER BY recorded_at`,
  ),
};

export function createHousekeepingStore(database: Database): HousekeepingStore {
  return {
    clear: async (what, before, limit) => {
      const [row] = await database.query<{ count: number }>(STATEMENTS[what], [new Date(before), limit]);
      return row?.count ?? 0;
    },
  };
}
