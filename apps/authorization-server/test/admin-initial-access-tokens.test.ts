import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tokenHash } from '../src/random.ts';
import { type Admin, expectChallenge, expectRefusal, openAdmin, readAll } from './support/admin.ts';
import { startTestServer, type TestServer } from './support/test-server.ts';

describe('administration of initial access tokens', () => {
  let server: TestServer;
  let admin: Admin;
  beforeAll(async () => {
    server = await startTestServer();
    admin = await openAdmin(server);
  });
  afterAll(() => server.close());

  it('tells a token this once, keeps its hash, and removes it', async () => {
    const expires_at = new Date(server.clock.now() + 60_000).toISOString();
    const added = await admin('POST', '/initial-access-tokens', { note: 'For the partners', expires_at });
    expect(added.statusCode).toBe(201);
    const { id, initial_access_token } = added.json();
    expect(initial_access_token).toMatch(/^rc_ia_[\w-]{43}$/);
    expect(await server.stores.initialAccessTokens.find(tokenHash(initial_access_token))).toMatchObject({
      id,
      expiresAt: Date.parse(expires_at),
    });
    const listed = await admin('GET', '/initial-access-tokens');
    expect(listed.json().items).toEqual([{ id, note: 'For the partners', created_at: expect.any(String), expires_at }]);
    expect(listed.body + server.logged()).not.toContain(initial_access_token);

    expect((await admin('DELETE', `/initial-access-tokens/${id}`)).statusCode).toBe(204);
    expect(await server.stores.initialAccessTokens.find(tokenHash(initial_access_token))).toBeUndefined();
    expectRefusal(await admin('DELETE', `/initial-access-tokens/${id}`), 404, 'not_found');
    const events = (await admin('GET', '/audit-events?limit=2')).json().items;
    expect(events).toMatchObject([
      { type: 'initial_access_token_removed', details: { token_id: id } },
      { type: 'initial_access_token_added', details: { token_id: id, administrator: 'rolecall-admin' } },
    ]);
  });

  it('refuses what makes no sense, and who lacks the scope', async () => {
    for (const body of [{}, { note: '' }, { note: 'x', token: 'mine' }, { note: 'x', expires_at: 1 }])
      expectRefusal(await admin('POST', '/initial-access-tokens', body), 400, 'invalid_request');
    const reader = await openAdmin(server, 'admin:read');
    expectChallenge(await reader('POST', '/initial-access-tokens', { note: 'x' }), 403, 'insufficient_scope', 'admin:clients');
  });

  it('lists more than a hundred, page by page, each once', async () => {
    for (let index = 0; index < 110; index += 1)
      await server.stores.initialAccessTokens.add({ id: `many-${index}`, note: 'x', hash: `hash-${index}`, createdAt: index });
    const ids = (await readAll(admin, '/initial-access-tokens', 100)).map(({ id }) => id);
    expect([ids.length, new Set(ids).size]).toEqual([110, 110]);
  });
});
