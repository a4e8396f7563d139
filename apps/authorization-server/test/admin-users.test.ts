import { availableParallelism } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Admin, expectChallenge, expectRefusal, openAdmin, readAll } from './support/admin.ts';
import { openBrowser } from './support/browser.ts';
import { authorizeUrl, expectError, expectPage, getCode, logIn, open, postToken, redeem } from './support/flow.ts';
import { startTestServer, type TestServer } from './support/test-server.ts';

const PASSWORD = 'a long enough password';

describe('administration of users', () => {
  let server: TestServer;
  let admin: Admin;
  let counter = 0;
  beforeAll(async () => {
    server = await startTestServer();
    admin = await openAdmin(server);
  });
  afterAll(() => server.close());

  /** A new user, who is logged in in a browser. */
  async function someone() {
    counter += 1;
    const username = `someone-${counter}`;
    const { id } = (await admin('POST', '/users', { username, name: 'Some One', password: PASSWORD })).json();
    const browser = openBrowser(server.app);
    return { id: id as string, username, browser };
  }

  async function tokensOf({ browser, username }: Awaited<ReturnType<typeof someone>>) {
    await open(browser, authorizeUrl());
    await logIn(browser, username, PASSWORD);
    return (await redeem(server, await getCode(server, {}, browser))).json() as { access_token: string; refresh_token: string };
  }

  const isActive = async (token: string): Promise<boolean> => {
    const form = { token, client_id: 'resource-server', client_secret: 'resource-server-secret' };
    return (await postToken(server, form, {}, '/introspect')).json().active;
  };
  const refresh = (refresh_token: string) =>
    postToken(server, { grant_type: 'refresh_token', refresh_token, client_id: 'sample-client', client_secret: 'sample-client-secret' });

  it('adds a user who can log in, and shows nothing of the password', async () => {
    const response = await admin('POST', '/users', { username: ' Ｃarol ', name: 'Carol', password: PASSWORD });
    expect(response.statusCode).toBe(201);
    expect(response.json()).toEqual({ id: expect.stringMatching(/^usr_/), username: 'carol', name: 'Carol', disabled: false });
    const browser = openBrowser(server.app);
    await open(browser, authorizeUrl());
    expect((await logIn(browser, 'carol', PASSWORD)).body).toContain('name="decision"');
    const listed = await admin('GET', '/users?username=CAROL');
    expect(listed.json().items).toEqual([response.json()]);
    expect(listed.body + server.logged()).not.toMatch(/argon2|a long enough password/);
  });

  it('refuses a username that is taken, and values that make no sense', async () => {
    const user = { username: 'dave', name: 'Dave', password: PASSWORD };
    expectRefusal(await admin('POST', '/users', { ...user, username: 'ALICE' }), 409, 'conflict');
    for (const change of [
      { username: ' ' },
      { username: 'a\u0000b' },
      { name: '' },
      { password: 'short' },
      { password: 'password123' },
      { password: 'my name is dave!' },
      { password: 'x'.repeat(257) },
      { id: 'usr_1' },
      { disabled: true },
    ])
      expectRefusal(await admin('POST', '/users', { ...user, ...change }), 400, 'invalid_request');
    expect((await admin('GET', '/users?username=dave')).json().items).toEqual([]);
  });

  it('renames a user, and not to a name that is taken', async () => {
    const { id } = await someone();
    const renamed = await admin('PATCH', `/users/${id}`, { username: 'Renamed', name: 'Re Named' });
    expect(renamed.json()).toEqual({ id, username: 'renamed', name: 'Re Named', disabled: false });
    expectRefusal(await admin('PATCH', `/users/${id}`, { username: 'alice' }), 409, 'conflict');
    expectRefusal(await admin('PATCH', `/users/${id}`, { id: 'usr_2' }), 400, 'invalid_request');
    expect((await admin('GET', `/users/${id}`)).json()).toEqual(renamed.json());
  });

  it('disabling a user ends everything at once, and enabling brings none of it back', async () => {
    const user = await someone();
    const tokens = await tokensOf(user);
    expect(await isActive(tokens.access_token)).toBe(true);
    const disabled = await admin('PATCH', `/users/${user.id}`, { disabled: true });
    expect(disabled.json().disabled).toBe(true);
    expect(await isActive(tokens.access_token)).toBe(false);
    expectError(await refresh(tokens.refresh_token), 400, 'invalid_grant');
    const asked = await open(user.browser, authorizeUrl());
    expect(asked.body).toContain('name="password"');
    expect((await logIn(user.browser, user.username, PASSWORD)).body).toContain('name="password"');

    server.clock.advance(2);
    await admin('PATCH', `/users/${user.id}`, { disabled: false });
    expect(await isActive(tokens.access_token)).toBe(false);
    expectError(await refresh(tokens.refresh_token), 400, 'invalid_grant');
    expect((await open(user.browser, authorizeUrl())).body).toContain('name="password"');
    expect((await logIn(user.browser, user.username, PASSWORD)).body).toContain('name="decision"');
  });

  it('disabling again finishes what a first attempt left undone', async () => {
    const user = await someone();
    const { access_token } = await tokensOf(user);
    const sessions = () => server.stores.sessions.listOf(user.id, server.clock.now());
    expect(await sessions()).toHaveLength(1);
    server.failShortLived('delete');
    try {
      expect((await admin('PATCH', `/users/${user.id}`, { disabled: true })).statusCode).toBeGreaterThanOrEqual(500);
    } finally {
      server.failShortLived(undefined);
    }
    expect(await sessions()).toHaveLength(1);
    expect((await admin('PATCH', `/users/${user.id}`, { disabled: true })).json().disabled).toBe(true);
    expect(await sessions()).toHaveLength(0);
    expect(await isActive(access_token)).toBe(false);
  });

  it('removing a user ends everything at once', async () => {
    const user = await someone();
    const tokens = await tokensOf(user);
    expect((await admin('DELETE', `/users/${user.id}`)).statusCode).toBe(204);
    expect(await isActive(tokens.access_token)).toBe(false);
    expectError(await refresh(tokens.refresh_token), 400, 'invalid_grant');
    expectPage(await open(user.browser, authorizeUrl()), 200);
    expectRefusal(await admin('GET', `/users/${user.id}`), 404, 'not_found');
    expectRefusal(await admin('DELETE', `/users/${user.id}`), 404, 'not_found');
  });

  it('a password that is set counts at once, and the user is logged out everywhere', async () => {
    const user = await someone();
    await tokensOf(user);
    expect((await admin('PUT', `/users/${user.id}/password`, { password: 'another long password' })).statusCode).toBe(204);
    expect((await open(user.browser, authorizeUrl())).body).toContain('name="password"');
    expect((await logIn(user.browser, user.username, PASSWORD)).body).toContain('name="password"');
    expect((await logIn(user.browser, user.username, 'another long password')).body).not.toContain('name="password"');
    expectRefusal(await admin('PUT', `/users/${user.id}/password`, { password: 'short' }), 400, 'invalid_request');
    expectRefusal(await admin('PUT', '/users/usr_nobody/password', { password: PASSWORD }), 404, 'not_found');
    expect(server.logged()).not.toContain('another long password');
  });

  it('SEC-44: a path that no database takes is refused as bad input', async () => {
    for (const [method, path] of [
      ['GET', '/users/%00'],
      ['PATCH', '/users/%00'],
      ['DELETE', '/grants/%00'],
      ['DELETE', '/clients/sample-client/secrets/%00'],
    ] as const)
      expect((await admin(method, path, method === 'PATCH' ? { name: 'x' } : undefined)).statusCode).toBe(400);
  });

  it('that too many passwords are being hashed is told as programs are told', async () => {
    const many = Array.from({ length: availableParallelism() * 65 + 20 }, (_, index) => index);
    const answers = await Promise.all(
      many.map((index) => admin('POST', '/users', { username: `busy-${index}`, name: 'Busy', password: PASSWORD })),
    );
    const refused = answers.filter(({ statusCode }) => statusCode !== 201);
    expect(refused.length).toBeGreaterThan(0);
    for (const answer of refused) {
      expectError(answer, 503, 'temporarily_unavailable');
      expect(answer.headers['retry-after']).toBe('2');
    }
  });

  it('writes down who did what', async () => {
    const { id } = await someone();
    await admin('PATCH', `/users/${id}`, { name: 'X', disabled: true });
    await admin('PATCH', `/users/${id}`, { disabled: true });
    await admin('PATCH', `/users/${id}`, { disabled: false });
    await admin('PUT', `/users/${id}/password`, { password: PASSWORD });
    await admin('DELETE', `/users/${id}`);
    const events = (await admin('GET', `/audit-events?user_id=${id}&limit=100`)).json().items;
    const done = events.filter(({ details }: { details: { administrator?: string } }) => details.administrator === 'rolecall-admin');
    expect(done.map(({ type }: { type: string }) => type).toReversed()).toEqual([
      'user_added',
      'user_changed',
      'user_disabled',
      'user_enabled',
      'password_changed',
      'user_removed',
    ]);
  });

  it('wants its own scope', async () => {
    const other = await openAdmin(server, 'admin:clients admin:read');
    const { id } = await someone();
    expectChallenge(await other('POST', '/users', {}), 403, 'insufficient_scope', 'admin:users');
    expectChallenge(await other('PUT', `/users/${id}/password`, { password: PASSWORD }), 403, 'insufficient_scope', 'admin:users');
    expectChallenge(await other('DELETE', `/users/${id}`), 403, 'insufficient_scope', 'admin:users');
    expect((await other('GET', `/users/${id}`)).statusCode).toBe(200);
  });

  it('lists more than a hundred, page by page, each once', async () => {
    const names = Array.from({ length: 120 }, (_, index) => `many-${String(index).padStart(3, '0')}`);
    for (const username of names)
      await server.stores.users.addIfAbsent({ id: `usr_${username}`, username, name: username, passwordHash: 'x' });
    const listed = (await readAll(admin, '/users', 50)).map(({ username }) => username);
    expect(new Set(listed).size).toBe(listed.length);
    expect(listed).toEqual(expect.arrayContaining(['alice', 'bob', ...names]));
  });
});
