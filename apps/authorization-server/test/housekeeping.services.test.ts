import { type Database, openDatabase } from '@rolecall/storage/open-database';
import { systemClock } from '@rolecall/storage/clock';
import { testDatabaseLocation } from '@rolecall/storage/test-support/stores';
import { slowness } from '@rolecall/test-services/slowness';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHousekeeping } from '../src/housekeeping/housekeeping.ts';
import { whatGoes } from '../src/housekeeping/what-goes.ts';
import { seed } from '../src/seed.ts';
import { defaultSeedAddresses } from '../src/seeds.ts';
import { openStores } from '../src/stores/open-stores.ts';
import type { Stores } from '../src/stores/types.ts';

const DAY_MILLISECONDS = 86_400_000;

/** What is there: a million rows that are to go, and among them what is alive. */
const FILL = `
INSERT INTO resources (identifier, name) VALUES ('r', 'R');
INSERT INTO grants (id, user_id, client_id, granted, created_at, expires_at)
  SELECT 'dead-' || n, users.id, 'sample-client', '{"r a"}', now() - interval '400 days', now() - n * interval '1 minute' - interval '2 hours'
  FROM generate_series(1, 100000) AS n, users WHERE username = 'alice';
INSERT INTO grants (id, user_id, client_id, granted, created_at, expires_at, revoked_at)
  SELECT 'revoked-' || n, users.id, 'sample-client', '{"r a"}', now() - interval '9 days', now() + interval '90 days', now() - interval '2 days'
  FROM generate_series(1, 50000) AS n, users WHERE username = 'alice';
INSERT INTO grants (id, user_id, client_id, granted, created_at, expires_at)
  SELECT 'living-' || n, users.id, 'sample-client', '{"r a"}', now(), now() + interval '90 days'
  FROM generate_series(1, 20000) AS n, users WHERE username = 'alice';
INSERT INTO refresh_tokens (hash, grant_id, created_at, expires_at, used_at, successor_hash)
  SELECT 'expired-' || n, 'dead-' || (n % 100000 + 1), now() - interval '400 days', now() - interval '2 hours' - n * interval '1 second', now(), 'x'
  FROM generate_series(1, 400000) AS n;
INSERT INTO refresh_tokens (hash, grant_id, created_at, expires_at)
  SELECT 'revoked-' || n, 'revoked-' || (n % 50000 + 1), now() - interval '9 days', now() + interval '30 days' FROM generate_series(1, 150000) AS n;
INSERT INTO refresh_tokens (hash, grant_id, created_at, expires_at)
  SELECT 'old-of-living-' || n, 'living-' || n, now() - interval '60 days', now() - interval '30 days' FROM generate_series(1, 20000) AS n;
INSERT INTO refresh_tokens (hash, grant_id, created_at, expires_at)
  SELECT 'living-' || n, 'living-' || n, now(), now() + interval '30 days' FROM generate_series(1, 20000) AS n;
INSERT INTO user_sessions (id, user_id, created_at, expires_at)
  SELECT 'dead-' || n, users.id, now() - interval '20 days', now() - interval '1 day' FROM generate_series(1, 30000) AS n, users WHERE username = 'alice';
INSERT INTO audit_events (at, type) SELECT now() - interval '400 days' + n * interval '1 second', 'login' FROM generate_series(1, 200000) AS n;
INSERT INTO audit_events (at, type) SELECT now(), 'login' FROM generate_series(1, 10000) AS n;
INSERT INTO changes (kind, key, recorded_at) SELECT 'token_revoked', 'old-' || n, now() - interval '4 hours' FROM generate_series(1, 50000) AS n;
INSERT INTO changes (kind, key) SELECT 'token_revoked', 'young-' || n FROM generate_series(1, 1000) AS n;
ANALYZE grants, refresh_tokens, user_sessions, audit_events, changes;`;

describe('housekeeping with a million rows', () => {
  let stores: Stores;
  let database: Database;
  beforeAll(async () => {
    const location = await testDatabaseLocation();
    stores = await openStores(location, 'apply');
    database = await openDatabase(location);
    await seed(stores, defaultSeedAddresses);
    await database.execute(FILL);
  }, 180_000);
  afterAll(async () => {
    await database.close();
    await stores.close();
  });

  const count = async (table: string, where: string): Promise<number> =>
    Number((await database.query<{ count: string }>(`SELECT count(*) FROM ${table} WHERE ${where}`))[0]?.count);
  const use = (hash: string, successor: string) =>
    stores.refreshTokens.use({
      hash,
      clientId: 'sample-client',
      now: Date.now(),
      successor: { hash: successor, salt: successor, expiresAt: Date.now() + DAY_MILLISECONDS },
      rotateWhenExpiringBefore: Number.POSITIVE_INFINITY,
      grace: 10_000,
    });

  // Before they are gone: where nothing is left, no index is looked at.
  it.each([
    ['refresh_tokens', 'grants_revoked_at_idx|refresh_tokens'],
    ['grants', 'grants_'],
    ['user_sessions', 'user_sessions_expires_at_idx'],
  ])('%s are found by an index', async (table, index) => {
    const column = table === 'grants' ? 'revoked_at' : 'expires_at';
    const rows = await database.query<Record<string, string>>(
      `EXPLAIN SELECT * FROM ${table} WHERE ${column} < now() - interval '1 day' ORDER BY ${column} LIMIT 1000`,
    );
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toMatch(new RegExp(index));
    expect(plan).not.toContain('Seq Scan');
  });

  it('keeps up, loses nothing that is alive, waits for nobody, and nobody waits for it', async () => {
    const start = () =>
      startHousekeeping({
        store: stores.housekeeping,
        removeUnusedClients: (limit) => stores.clients.removeUnused(Date.now() - 90 * DAY_MILLISECONDS, limit).then(({ length }) => length),
        whatGoes: whatGoes({ accessTokenLifetime: 3_600, auditRetention: 365 }),
        interval: 86_400,
        clock: systemClock,
        logger: pino({ level: 'silent' }),
      });
    // Somebody works on a row that is to go: it is passed over.
    const holding = database.execute(
      `BEGIN; SELECT * FROM refresh_tokens WHERE hash = 'expired-400000' FOR UPDATE; SELECT pg_sleep(2); COMMIT;`,
    );
    const instances = [start(), start()];
    const startedAt = performance.now();
    let done = false;
    const cleared = Promise.all(instances.map((instance) => instance.run())).finally(() => (done = true));

    let slowest = 0;
    let refreshed = 0;
    while (!done && refreshed < 20_000) {
      refreshed += 1;
      const begun = performance.now();
      expect((await use(`living-${refreshed}`, `next-${refreshed}`))?.kind).toBe('rotated');
      slowest = Math.max(slowest, performance.now() - begun);
    }
    const totals = (await cleared).reduce<Record<string, number>>((sum, each) => {
      for (const [what, number] of Object.entries(each)) sum[what] = (sum[what] ?? 0) + number;
      return sum;
    }, {});
    const seconds = (performance.now() - startedAt) / 1000;
    const slow = slowness();
    await holding;
    for (const [what, number] of Object.entries((await instances[0]?.run()) ?? {})) totals[what] = (totals[what] ?? 0) + number;

    expect(totals).toEqual({
      refresh_tokens: 420_000,
      refresh_tokens_of_revoked_grants: 150_000,
      grants: 100_000,
      revoked_grants: 50_000,
      user_sessions: 30_000,
      changes: 50_000,
      audit_events: 200_000,
    });
    expect(seconds).toBeLessThan(60 * slow);
    expect(refreshed).toBeGreaterThan(100);
    expect(slowest).toBeLessThan(1_000 * slow);

    expect(await count('grants', `id LIKE 'living-%' AND revoked_at IS NULL`)).toBe(20_000);
    expect(await count('grants', `id NOT LIKE 'living-%'`)).toBe(0);
    expect(await count('refresh_tokens', `hash LIKE 'living-%'`)).toBe(20_000);
    expect(await count('refresh_tokens', `hash LIKE 'next-%'`)).toBe(refreshed);
    expect(await count('refresh_tokens', `hash NOT LIKE 'living-%' AND hash NOT LIKE 'next-%'`)).toBe(0);
    expect(await count('audit_events', 'true')).toBe(10_000);
    expect(await count('changes', `key LIKE 'young-%'`)).toBe(1_000);
    expect(await count('changes', `key LIKE 'old-%'`)).toBe(0);
    for (const instance of instances) await instance.close();
  }, 120_000);

  it('changes go after three hours by the database’s own clock, whatever an instance’s clock says', async () => {
    await stores.changes.addRevokedToken('just-now', Date.now());
    await stores.changes.addRevokedToken('long-ago', Date.now());
    await database.query(`UPDATE changes SET recorded_at = now() - interval '3 hours 1 minute' WHERE key = 'long-ago'`);
    expect(await stores.housekeeping.clear('changes', Date.now() - 100 * DAY_MILLISECONDS, 1_000)).toBe(0);
    expect(await stores.housekeeping.clear('changes', Date.now() + 100 * DAY_MILLISECONDS, 1_000)).toBe(1);
    expect(await count('changes', `key = 'just-now'`)).toBe(1);
  });
});
