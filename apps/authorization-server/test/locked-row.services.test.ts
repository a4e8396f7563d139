import pg from 'pg';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { tokenHash } from '../src/random.ts';
import { getTokens, refresh } from './support/flow.ts';
import { startTestServer, type TestServer } from './support/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

it('a refresh token whose row somebody else has locked takes no other user’s refresh with it', async () => {
  const [locked, ...others] = await Promise.all(Array.from({ length: 6 }, () => getTokens(server)));
  const client = new pg.Client({ connectionString: inject('databaseUrl') });
  await client.connect();
  const { rows } = await client.query<{ table_schema: string }>(
    "SELECT table_schema FROM information_schema.tables WHERE table_name = 'refresh_tokens'",
  );
  await client.query('BEGIN');
  for (const { table_schema: schema } of rows)
    await client.query(`SELECT 1 FROM "${schema}".refresh_tokens WHERE hash = $1 FOR UPDATE`, [tokenHash(locked?.refresh_token ?? '')]);

  const answers = await Promise.all(
    [locked, ...others].map(async (tokens) => (await refresh(server, tokens?.refresh_token ?? '')).statusCode),
  );
  expect(answers).toEqual([503, 200, 200, 200, 200, 200]);

  await client.query('ROLLBACK');
  await client.end();
  expect((await refresh(server, locked?.refresh_token ?? '')).statusCode).toBe(200);
});
