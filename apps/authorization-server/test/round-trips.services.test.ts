import { countRoundTrips, type RoundTrips } from '@rolecall/test-services/count-round-trips';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser } from './support/browser.ts';
import { authorize, getCode, getTokens, postToken, redeem, refresh } from './support/flow.ts';
import { startTestServer, type TestServer } from './support/test-server.ts';

// What a request may cost: counted at the drivers, where it leaves the process, so that no clock is needed to see that something became slower.
const taken = countRoundTrips();

/** What an instance does on its own, whatever is asked of it: it follows changes, writes audit events down in batches, and when a client was last used. */
const BACKGROUND = /pg_snapshot_xmin|INSERT INTO audit_events|UPDATE clients SET last_used_at/;

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

/** Makes a request so often that every instance has filled its caches, and has taken a block of what the rate limit lets it answer. */
async function often(request: () => Promise<unknown>): Promise<void> {
  for (let count = 0; count < 4; count++) await request();
}

/** What `request` sends to the stores, background work apart. */
async function cost(request: () => Promise<{ statusCode: number } | { status: number }>, status = 200): Promise<RoundTrips> {
  taken();
  const response = await request();
  const { sql, redis } = taken();
  expect('status' in response ? response.status : response.statusCode).toBe(status);
  return { sql: sql.filter((text) => !BACKGROUND.test(text)), redis };
}

const service = { grant_type: 'client_credentials', client_id: 'sample-service', client_secret: 'sample-service-secret' };
const introspect = (token: string) =>
  postToken(server, { token, client_id: 'resource-server', client_secret: 'resource-server-secret' }, {}, '/introspect');

describe('a request costs, at the stores,', () => {
  it('client credentials: no statement, no command', async () => {
    await often(() => postToken(server, service));
    expect(await cost(() => postToken(server, service))).toEqual({ sql: [], redis: [] });
  });

  it('introspection: no statement, one command', async () => {
    const { access_token: token } = await getTokens(server);
    await often(() => introspect(token));
    const { sql, redis } = await cost(() => introspect(token));
    expect(sql).toEqual([]);
    expect(redis).toEqual(['mget']);
  });

  it('authorize with a live session: no statement, two commands', async () => {
    const browser = openBrowser(server.app);
    await often(() => authorize(server, {}, browser));
    const { sql, redis } = await cost(() => authorize(server, {}, browser), 303);
    expect(sql).toEqual([]);
    expect(redis).toEqual(['get', 'set']);
  });

  it('code exchange: one statement, one command', async () => {
    await often(() => getTokens(server));
    const code = await getCode(server);
    const { sql, redis } = await cost(() => redeem(server, code));
    expect(sql).toHaveLength(1);
    expect(redis).toEqual(['get']);
  });

  it('refresh: one statement, no command', async () => {
    let { refresh_token: token } = await getTokens(server);
    await often(async () => {
      token = (await refresh(server, token)).json<{ refresh_token: string }>().refresh_token;
    });
    const { sql, redis } = await cost(() => refresh(server, token));
    expect(sql).toHaveLength(1);
    expect(redis).toEqual([]);
  });

  it('thirty refreshes at once: a few statements', async () => {
    const tokens: string[] = [];
    for (let count = 0; count < 30; count++) tokens.push((await getTokens(server)).refresh_token);
    taken();
    const answers = await Promise.all(tokens.map((token) => refresh(server, token)));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(tokens.map(() => 200));
    expect(taken().sql.filter((text) => text.includes('UPDATE refresh_tokens')).length).toBeLessThanOrEqual(10);
  });

  it('are counted where it happens', async () => {
    await Promise.all([server.stores.ping(), server.shortLived.ping()]);
    expect(taken()).toMatchObject({ sql: expect.arrayContaining(['SELECT 1']), redis: ['ping'] });
  });
});
