import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Admin, expectChallenge, expectRefusal, openAdmin, readAll } from './support/admin.ts';
import { openBrowser } from './support/browser.ts';
import { authorizeUrl, expectError, getCode, logIn, open, postToken, redeem } from './support/flow.ts';
import { startTestServer, type TestServer } from './support/test-server.ts';

describe('administration of grants', () => {
  let server: TestServer;
  let admin: Admin;
  let alice: string;
  let bob: string;
  beforeAll(async () => {
    server = await startTestServer();
    admin = await openAdmin(server);
    alice = (await server.stores.users.findByUsername('alice'))?.id as string;
    bob = (await server.stores.users.findByUsername('bob'))?.id as string;
  });
  afterAll(() => server.close());

  const isActive = async (token: string): Promise<boolean> => {
    const form = { token, client_id: 'resource-server', client_secret: 'resource-server-secret' };
    return (await postToken(server, form, {}, '/introspect')).json().active;
  };
  const refresh = (refresh_token: string) =>
    postToken(server, { grant_type: 'refresh_token', refresh_token, client_id: 'sample-client', client_secret: 'sample-client-secret' });

  it('lists what was granted, to whom, and shows no token of it', async () => {
    const tokens = (await redeem(server, await getCode(server))).json();
    const [grant] = (await admin('GET', `/grants?user_id=${alice}&client_id=sample-client`)).json().items;
    expect(grant).toMatchObject({
      user_id: alice,
      client_id: 'sample-client',
      scope: 'notes:read notes:write',
      resources: [{ resource: 'http://localhost:4001', scope: 'notes:read notes:write' }],
    });
    const shown = await admin('GET', `/grants/${grant.id}`);
    expect(shown.json()).toEqual(grant);
    expect(shown.body).not.toContain(tokens.refresh_token);
    expect((await admin('GET', `/grants?user_id=${bob}`)).json()).toEqual({ items: [] });
    expect((await admin('GET', '/grants?client_id=nobody')).json()).toEqual({ items: [] });
  });

  it('revoking one kills what was issued from it at once, and nothing else', async () => {
    // Later than every other one.
    server.clock.advance(1);
    const [first, second] = [(await redeem(server, await getCode(server))).json(), (await redeem(server, await getCode(server))).json()];
    const [newest] = (await admin('GET', '/grants?limit=1')).json().items;
    const ids = (await readAll(admin, `/grants?user_id=${alice}`, 100))
      .filter(({ revoked_at }) => revoked_at === undefined)
      .map(({ id }) => id);
    expect(ids).toContain(newest.id);
    expect((await admin('DELETE', `/grants/${newest.id}`)).statusCode).toBe(204);
    const active = [await isActive(first.access_token), await isActive(second.access_token)];
    expect(active.toSorted()).toEqual([false, true]);
    const dead = active[0] === true ? second : first;
    expectError(await refresh(dead.refresh_token), 400, 'invalid_grant');
    expect((await admin('GET', `/grants/${newest.id}`)).json().revoked_at).toBe(new Date(server.clock.now()).toISOString());
    expect((await admin('DELETE', `/grants/${newest.id}`)).statusCode).toBe(204);
    const events = (await admin('GET', '/audit-events?type=grant_revoked')).json().items;
    const own = events.filter(({ details }: { details: { grant: string } }) => details.grant === newest.id);
    expect(own).toMatchObject([{ user_id: alice, client_id: 'sample-client', details: { administrator: 'rolecall-admin' } }]);
  });

  it('revoking all of a user to a client makes it be asked again', async () => {
    const browser = openBrowser(server.app);
    const tokens = (await redeem(server, await getCode(server, {}, browser))).json();
    const other = openBrowser(server.app);
    await open(other, authorizeUrl());
    await logIn(other, 'bob', 'builder');
    const bobs = (await redeem(server, await getCode(server, {}, other))).json();
    const revoked = await admin('DELETE', `/grants?user_id=${alice}&client_id=sample-client`);
    expect(revoked.statusCode).toBe(200);
    expect(revoked.json().revoked).toBeGreaterThanOrEqual(1);
    expect([await isActive(tokens.access_token), await isActive(bobs.access_token)]).toEqual([false, true]);
    expect((await open(browser, authorizeUrl())).body).toContain('name="decision"');
    expect((await admin('DELETE', `/grants?user_id=${alice}`)).json()).toEqual({ revoked: 0 });
    expect((await admin('DELETE', '/grants?client_id=sample-client')).json()).toEqual({ revoked: 1 });
    expect(await isActive(bobs.access_token)).toBe(false);
  });

  it('refuses to revoke all there are, and what is not there', async () => {
    expectRefusal(await admin('DELETE', '/grants'), 400, 'invalid_request');
    expectRefusal(await admin('DELETE', '/grants?user=x'), 400, 'invalid_request');
    expectRefusal(await admin('DELETE', '/grants?user_id='), 400, 'invalid_request');
    expectRefusal(await admin('DELETE', '/grants/nothing'), 404, 'not_found');
    expectRefusal(await admin('GET', '/grants/nothing'), 404, 'not_found');
    for (const position of ['["x","y"]', '[-1,"y"]', '[1e300,"y"]', '[1]'])
      expectRefusal(await admin('GET', `/grants?cursor=${Buffer.from(position).toString('base64url')}`), 400, 'invalid_request');
  });

  it('wants its own scope', async () => {
    const other = await openAdmin(server, 'admin:users admin:read');
    expectChallenge(await other('DELETE', `/grants?user_id=${alice}`), 403, 'insufficient_scope', 'admin:grants');
    expectChallenge(await other('DELETE', '/grants/x'), 403, 'insufficient_scope', 'admin:grants');
    expect((await other('GET', '/grants')).statusCode).toBe(200);
  });

  it('lists more than a hundred of one moment, the newest first, each once', async () => {
    const createdAt = server.clock.now() + 1000;
    const base = { userId: bob, clientId: 'sample-spa', granted: [], authTime: 1_700_000_000, expiresAt: createdAt * 2 };
    const ids = Array.from({ length: 120 }, (_, index) => `many-${String(index).padStart(3, '0')}`);
    for (const id of ids) await server.stores.grants.create({ ...base, id, createdAt });
    const listed = (await readAll(admin, '/grants?client_id=sample-spa', 50)).map(({ id }) => id);
    expect(listed).toEqual(ids.toReversed());
  });
});
