import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Admin, expectChallenge, expectRefusal, openAdmin, readAll } from './support/admin.ts';
import { startTestServer, type TestServer } from './support/test-server.ts';

describe('audit events, over the administration', () => {
  let server: TestServer;
  let admin: Admin;
  let start: number;
  beforeAll(async () => {
    server = await startTestServer();
    admin = await openAdmin(server);
    start = server.clock.now();
    await server.stores.audit.append(
      Array.from({ length: 150 }, (_, index) => ({
        at: start + index * 1000,
        type: index % 2 === 0 ? 'login' : 'logout',
        clientId: `client-${index % 3}`,
        userId: `usr_${index % 5}`,
        requestId: 'request',
        address: '192.0.2.1',
        details: { index },
      })),
    );
  });
  afterAll(() => server.close());

  const indices = (items: Record<string, unknown>[]) => items.map(({ details }) => (details as { index: number }).index);
  const iso = (index: number) => new Date(start + index * 1000).toISOString();

  it('lists the newest first, with all there is to say', async () => {
    const { items } = (await admin('GET', '/audit-events?type=logout&limit=1')).json();
    expect(items).toEqual([
      {
        id: expect.stringMatching(/^\d+$/),
        at: iso(149),
        type: 'logout',
        client_id: 'client-2',
        user_id: 'usr_4',
        request_id: 'request',
        address: '192.0.2.1',
        details: { index: 149 },
      },
    ]);
  });

  it('finds by type, client, user and time, all of which have to be true', async () => {
    expect(indices(await readAll(admin, '/audit-events?type=login', 20))).toHaveLength(75);
    expect(indices(await readAll(admin, '/audit-events?client_id=client-1', 20)).every((index) => index % 3 === 1)).toBe(true);
    expect(indices(await readAll(admin, '/audit-events?user_id=usr_2&type=logout', 3)).every((index) => index % 10 === 7)).toBe(true);
    const range = `since=${iso(10)}&until=${iso(14)}`;
    expect(indices(await readAll(admin, `/audit-events?user_id=usr_1&${range}`, 3))).toEqual([11]);
    expect(indices(await readAll(admin, `/audit-events?${range}`, 3))).toEqual([13, 12, 11, 10]);
    expect(await readAll(admin, '/audit-events?type=nothing_of_the_kind', 3)).toEqual([]);
  });

  it('lists more than a hundred, page by page, each once', async () => {
    const all = await readAll(admin, '/audit-events?client_id=client-0', 7);
    expect(new Set(all.map(({ id }) => id)).size).toBe(50);
    expect(await readAll(admin, '/audit-events', 100)).toHaveLength(150);
  });

  it('refuses what makes no sense, and every change', async () => {
    for (const query of ['type=LOGIN', 'since=yesterday', 'until=2026', 'cursor=WyJ4Il0', 'cursor=IjEgT1IgMSI', 'user=alice', 'limit=1000'])
      expectRefusal(await admin('GET', `/audit-events?${query}`), 400, 'invalid_request');
    expect((await admin('DELETE', '/audit-events')).statusCode).toBe(405);
  });

  it('wants a scope that reads it', async () => {
    expectChallenge(await (await openAdmin(server, 'admin:users'))('GET', '/audit-events'), 403, 'insufficient_scope');
    expect((await (await openAdmin(server, 'admin:audit'))('GET', '/audit-events')).statusCode).toBe(200);
  });
});
