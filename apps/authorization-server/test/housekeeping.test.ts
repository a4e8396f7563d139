import { createMovableClock, type MovableClock } from '@rolecall/storage/test-support/movable-clock';
import { testDatabaseLocation } from '@rolecall/storage/test-support/stores';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startHousekeeping } from '../src/housekeeping/housekeeping.ts';
import { whatGoes } from '../src/housekeeping/what-goes.ts';
import { seed } from '../src/seed.ts';
import { defaultSeedAddresses } from '../src/seeds.ts';
import { openStores } from '../src/stores/open-stores.ts';
import type { Grant, Stores, User } from '../src/stores/types.ts';
import { getTokens, introspect, postToken, refresh } from './support/flow.ts';
import { startTestServer, TEST_SECRET } from './support/test-server.ts';

const HOUR = 3_600;
const DAY = 86_400;

describe('housekeeping', () => {
  let stores: Stores;
  let clock: MovableClock;
  let alice: string;
  beforeEach(async () => {
    stores = await openStores(await testDatabaseLocation(), 'apply');
    clock = createMovableClock();
    await seed(stores, defaultSeedAddresses);
    alice = (await stores.users.findByUsername('alice'))?.id as string;
  });
  afterEach(() => stores.close());

  const housekeeping = (changes: Partial<Parameters<typeof startHousekeeping>[0]> = {}, auditRetention = 365) =>
    startHousekeeping({
      store: stores.housekeeping,
      removeUnusedClients: () => Promise.resolve(0),
      whatGoes: whatGoes({ accessTokenLifetime: HOUR, auditRetention }),
      interval: 86_400,
      clock,
      logger: pino({ level: 'silent' }),
      ...changes,
    });
  const run = async (...parameters: Parameters<typeof housekeeping>) => {
    const keeper = housekeeping(...parameters);
    const cleared = await keeper.run();
    await keeper.close();
    return cleared;
  };

  /** In seconds from now. */
  const grant = async (id: string, expires: number, token?: number): Promise<void> => {
    const now = clock.now();
    const record: Grant = {
      id,
      userId: alice,
      clientId: 'sample-client',
      granted: [{ resource: 'http://localhost:4001', scopes: ['notes:read'] }],
      authTime: Math.floor(now / 1000),
      createdAt: now,
      expiresAt: now + expires * 1000,
    };
    expect(
      await stores.grants.create(record, token === undefined ? undefined : { hash: `token-of-${id}`, expiresAt: now + token * 1000 }),
    ).toBe(true);
  };
  const hasToken = async (id: string) => (await stores.refreshTokens.find(`token-of-${id}`, clock.now())) !== undefined;
  /** Whether the grant is there: only one that is can be revoked. */
  const isThere = (id: string) => stores.grants.revoke(id, clock.now());

  it('does nothing where all is alive, and says nothing', async () => {
    await grant('living', DAY, HOUR);
    expect(await run()).toEqual({});
    expect(await hasToken('living')).toBe(true);
    expect(await isThere('living')).toBe(true);
  });

  it('clears refresh tokens away a little after they have expired, and leaves their grant while another is alive', async () => {
    await grant('a', DAY, HOUR);
    await grant('b', DAY, 2 * HOUR);
    clock.advance(HOUR + 9 * 60);
    expect(await run()).toEqual({});
    clock.advance(2 * 60);
    expect(await run()).toEqual({ refresh_tokens: 1 });
    expect([await hasToken('a'), await hasToken('b')]).toEqual([false, true]);
    expect([await isThere('a'), await isThere('b')]).toEqual([true, true]);
  });

  it('keeps a refresh token that was rotated until it would have expired: presented again, it tells of theft', async () => {
    const server = await startTestServer({ REFRESH_TOKEN_IDLE_LIFETIME: String(DAY) });
    const keeper = housekeeping({ store: server.serverStores.housekeeping, clock: server.clock });
    const { refresh_token: first } = await getTokens(server);
    const second = (await refresh(server, first)).json().refresh_token;
    server.clock.advance(DAY - 60);
    await keeper.run();
    expect((await refresh(server, first)).statusCode).toBe(400);
    expect((await refresh(server, second)).statusCode).toBe(400);
    expect(server.logged()).toContain('refresh_token_reused');
    await keeper.close();
    await server.close();
  });

  it('clears a grant away when the last access token of it is over, and not before', async () => {
    await grant('done', HOUR);
    clock.advance(2 * HOUR + 9 * 60);
    expect(await run()).toEqual({});
    clock.advance(2 * 60);
    expect(await run()).toEqual({ grants: 1 });
    expect(await isThere('done')).toBe(false);
  });

  it('clears a revoked grant away after a day, with its refresh tokens, however long these had to live', async () => {
    await grant('revoked', 300 * DAY, 200 * DAY);
    await grant('living', 300 * DAY, 200 * DAY);
    await stores.grants.revoke('revoked', clock.now());
    clock.advance(DAY - 60);
    expect(await run()).toEqual({});
    clock.advance(120);
    expect(await run()).toEqual({ refresh_tokens_of_revoked_grants: 1, revoked_grants: 1 });
    expect([await hasToken('revoked'), await hasToken('living')]).toEqual([false, true]);
  });

  it('clears away sessions and initial access tokens that have expired, and none that do not expire', async () => {
    const session = { userId: alice, createdAt: clock.now() };
    const { passwordHash } = (await stores.users.find(alice)) as User;
    await stores.sessions.add({ id: 'old', ...session, expiresAt: clock.now() + HOUR * 1000 }, passwordHash);
    await stores.sessions.add({ id: 'young', ...session, expiresAt: clock.now() + DAY * 1000 }, passwordHash);
    const token = { note: 'for a test', createdAt: clock.now() };
    await stores.initialAccessTokens.add({ id: '1', hash: 'one', ...token, expiresAt: clock.now() + HOUR * 1000 });
    await stores.initialAccessTokens.add({ id: '2', hash: 'two', ...token });
    clock.advance(2 * HOUR);
    expect(await run()).toEqual({ user_sessions: 1, initial_access_tokens: 1 });
    expect((await stores.sessions.listOf(alice, clock.now())).map(({ id }) => id)).toEqual(['young']);
    expect((await stores.initialAccessTokens.list()).map(({ id }) => id)).toEqual(['2']);
  });

  it('keeps audit events as long as it is configured, or for ever', async () => {
    await stores.audit.append(Array.from({ length: 2_500 }, (_, index) => ({ at: clock.now() + index, type: 'login', details: {} })));
    clock.advance(10 * DAY);
    await stores.audit.append([{ at: clock.now(), type: 'logout', details: {} }]);
    expect(await run({}, 0)).toEqual({});
    expect(await run({}, 10)).toEqual({});
    clock.advance(60);
    expect(await run({}, 10)).toEqual({ audit_events: 2_500 });
    expect(await run({}, 10)).toEqual({});
  });

  it('stops between two batches when it is closed', async () => {
    let batches = 0;
    const keeper = housekeeping({
      store: {
        clear: async (_what, _before, limit) => {
          batches += 1;
          return limit;
        },
      },
    });
    const endless = keeper.run();
    await expect.poll(() => batches).toBeGreaterThan(2);
    await keeper.close();
    await endless;
    const after = batches;
    await keeper.run();
    expect(batches).toBe(after);
  });

  it('goes on after a failure', async () => {
    let away = true;
    const keeper = housekeeping({
      store: { clear: (...parameters) => (away ? Promise.reject(new Error('away')) : stores.housekeeping.clear(...parameters)) },
    });
    await expect(keeper.run()).rejects.toThrow('away');
    away = false;
    expect(await keeper.run()).toEqual({});
    await keeper.close();
  });

  it('several at once do it together, and none twice', async () => {
    await stores.audit.append(Array.from({ length: 4_000 }, () => ({ at: clock.now(), type: 'login', details: {} })));
    clock.advance(366 * DAY);
    const cleared = await Promise.all([run(), run(), run()]);
    const total = cleared.reduce((sum, each) => sum + (each['audit_events'] ?? 0), 0);
    expect(total + ((await run())['audit_events'] ?? 0)).toBe(4_000);
  });
});

describe('housekeeping in a server', () => {
  it('removes clients that registered themselves and that nobody used, and all that they were given dies', async () => {
    const server = await startTestServer({ HOUSEKEEPING_INTERVAL: '1', UNUSED_CLIENT_LIFETIME: '30', ACCESS_TOKEN_LIFETIME: '3600' });
    const now = server.clock.now();
    const client = { scopes: ['notes:read'], grantTypes: ['client_credentials'] };
    await server.register({ id: 'unused', ...client, registrationAccessTokenHash: 'unused' });
    await server.register({ id: 'registered-by-hand', ...client });
    const form = { grant_type: 'client_credentials', client_id: 'unused', client_secret: TEST_SECRET };
    const { access_token } = (await postToken(server, form)).json();
    await server.stores.clients.touch(['unused'], now - 31 * DAY * 1000);
    await server.stores.clients.touch(['registered-by-hand'], now - 31 * DAY * 1000);
    await expect.poll(() => server.serverStores.clients.find('unused'), { timeout: 10_000 }).toBeUndefined();
    expect(await server.serverStores.clients.find('registered-by-hand')).toBeDefined();
    await expect.poll(() => introspect(server, access_token)).toEqual({ active: false });
    await expect.poll(() => server.logged()).toContain('"type":"client_removed","details":{},"clientId":"unused"');
    await server.close();
  });
});
