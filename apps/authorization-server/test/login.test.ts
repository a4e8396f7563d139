import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashPassword } from '../src/login/passwords.ts';
import { createFailureThrottle } from '../src/throttle/failure-throttle.ts';
import { openBrowser } from './support/browser.ts';
import { authorize, authorizeUrl, decide, expectPage, logIn, open, responseParameters } from './support/flow.ts';
import { startTestServer, type TestServer } from './support/test-server.ts';

const COOKIE = 'rolecall-authorization-server';

describe('login', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.close());

  it('says the same for a wrong password and an unknown user, and keeps the name that was typed', async () => {
    const texts = [];
    for (const [username, password] of [
      ['alice', 'wrong'],
      ['nobody', 'wonderland'],
    ] as const) {
      const browser = openBrowser(server.app);
      await open(browser, authorizeUrl());
      const response = await logIn(browser, username, password);
      expect(response.status).toBe(400);
      expect(response.body).toContain('The username or the password is wrong.');
      expect(response.body).toContain(`value="${username}"`);
      expect(response.body).not.toContain(`value="${password}"`);
      texts.push(response.body.replaceAll(username, 'NAME').replaceAll(/value="[A-Za-z0-9_.-]{20,}"/g, ''));
    }
    expect(texts[0]).toBe(texts[1]);
  });

  it('shows who asks, has labels, and can be gone on with after a mistake', async () => {
    const browser = openBrowser(server.app);
    const page = await open(browser, authorizeUrl({ login_hint: 'alice' }));
    expect(page.body).toContain('<strong>Sample client</strong>');
    expect(page.body).toContain('<label for="username">');
    expect(page.body).toContain('<label for="password">');
    expect(page.body).toContain('value="alice"');
    await logIn(browser, 'alice', 'wrong');
    expect((await logIn(browser)).body).toContain('Allow Sample client?');
  });

  it.each([' Alice ', 'ALICE', 'ａｌｉｃｅ'])('takes "%s" for alice: what looks the same is the same', async (username) => {
    const browser = openBrowser(server.app);
    await open(browser, authorizeUrl());
    expect((await logIn(browser, username)).body).toContain('Allow Sample client?');
  });

  it('SEC-37 AS-AUTHZ-25: the session id changes at login, and the old one is dead', async () => {
    const browser = openBrowser(server.app);
    await open(browser, authorizeUrl());
    const before = browser.cookies.get(COOKIE) as string;
    const page = await logIn(browser);
    expect(page.body).toContain('Allow Sample client?');
    expect(browser.cookies.get(COOKIE)).not.toBe(before);

    const thief = openBrowser(server.app);
    thief.cookies.set(COOKIE, before);
    expect((await open(thief, authorizeUrl())).body).toContain('name="password"');
  });

  it('AS-AUTHZ-25: the cookie is HttpOnly and SameSite, and Secure with a host prefix behind https', async () => {
    const local = await openBrowser(server.app).get(authorizeUrl());
    expect(local.headers['set-cookie']).toMatch(/^rolecall-authorization-server=[^;]+; Path=\/; HttpOnly; SameSite=Lax$/);

    const secure = await startTestServer({ ISSUER: 'https://as.example', TRUSTED_PROXIES: '127.0.0.1' });
    const behindProxy = await openBrowser(secure.app).get(authorizeUrl(), { 'x-forwarded-proto': 'https' });
    expect(behindProxy.headers['set-cookie']).toMatch(
      /^__Host-rolecall-authorization-server=[^;]+; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    await secure.close();
  });

  it('a session ends after its idle time, and in any case after its absolute time', async () => {
    const own = await startTestServer();
    const browser = openBrowser(own.app);
    await authorize(own, {}, browser);
    const isLoggedIn = async () => !(await open(browser, authorizeUrl({ prompt: 'consent' }))).body.includes('name="password"');

    for (let day = 0; day < 27; day++) {
      own.clock.advance(11 * 3_600);
      expect(await isLoggedIn()).toBe(true);
    }
    own.clock.advance(13 * 3_600);
    expect(await isLoggedIn()).toBe(false);

    await authorize(own, {}, browser);
    for (let part = 0; part < 31; part++) {
      own.clock.advance(11 * 3_600);
      await isLoggedIn();
    }
    expect(await isLoggedIn()).toBe(false);
    await own.close();
  });

  it.each([
    ['no token', {}],
    ['a wrong token', { _csrf: 'wrong' }],
  ])('AS-AUTHZ-20 SEC-35: a form post with %s gets 403 and logs nobody in', async (_case, change) => {
    const browser = openBrowser(server.app);
    await open(browser, authorizeUrl());
    const { request } = browser.hiddenFields();
    const response = await browser.post('/login', { request: request as string, username: 'alice', password: 'wonderland', ...change });
    expectPage(response, 403);
    expect((await open(browser, authorizeUrl())).body).toContain('name="password"');
  });

  it('AS-AUTHZ-20: a token of another session gets 403', async () => {
    const [victim, attacker] = [openBrowser(server.app), openBrowser(server.app)];
    await open(victim, authorizeUrl());
    await open(attacker, authorizeUrl());
    const response = await victim.post('/login', { ...attacker.hiddenFields(), username: 'alice', password: 'wonderland' });
    expectPage(response, 403);
  });

  it('a request of another browser cannot be gone on with', async () => {
    const [victim, attacker] = [openBrowser(server.app), openBrowser(server.app)];
    await open(attacker, authorizeUrl());
    const { request } = attacker.hiddenFields();
    await open(victim, authorizeUrl());
    for (const path of [`/login?request=${request}`, `/consent?request=${request}`, `/authorize/${request}`])
      expectPage(await victim.get(path));
    expectPage(
      await victim.post('/login', { ...victim.hiddenFields(), request: request as string, username: 'alice', password: 'wonderland' }),
      403,
    );
  });

  it.each(['/login', '/login?request=', '/login?request=unknown', '/consent', `/authorize/${'a'.repeat(43)}`])(
    '%s without a request gets a page that says what to do',
    async (path) => {
      const response = await openBrowser(server.app).get(path);
      expectPage(response);
      expect(response.body).toContain('Go back to the application and start again');
    },
  );

  it('AS-GEN-13 SEC-46: after ten failures it asks to wait, from there; alice still gets in from elsewhere', async () => {
    const own = await startTestServer();
    const attacker = openBrowser(own.app);
    await open(attacker, authorizeUrl());
    for (let count = 1; count <= 9; count++) expect((await logIn(attacker, 'alice', 'wrong')).status).toBe(400);
    const tenth = await logIn(attacker, 'alice', 'wrong');
    expect(tenth.status).toBe(429);
    expect(Number(tenth.headers['retry-after'])).toBeGreaterThan(0);
    expect((await logIn(attacker)).status).toBe(429);
    // A forged address does not help: no proxy is trusted here.
    expect(
      (
        await attacker.post(
          '/login',
          { ...attacker.hiddenFields(), username: 'alice', password: 'wonderland' },
          { 'x-forwarded-for': '203.0.113.9' },
        )
      ).status,
    ).toBe(429);

    const elsewhere = await own.app.inject({ url: authorizeUrl(), remoteAddress: '203.0.113.9' });
    const cookie = `${COOKIE}=${elsewhere.cookies[0]?.value}`;
    const page = await own.app.inject({ url: elsewhere.headers.location as string, headers: { cookie }, remoteAddress: '203.0.113.9' });
    const fields = Object.fromEntries([...page.body.matchAll(/name="([^"]*)" value="([^"]*)">/g)].map(([, name, value]) => [name, value]));
    const response = await own.app.inject({
      method: 'POST',
      url: '/login',
      remoteAddress: '203.0.113.9',
      headers: { cookie, 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({ ...fields, username: 'alice', password: 'wonderland' } as Record<string, string>).toString(),
    });
    expect(response.statusCode).toBe(303);

    own.clock.advance(16 * 60);
    expect((await logIn(attacker)).body).toContain('Allow Sample client?');
    await own.close();
  });

  it('AS-GEN-13: of a burst of guesses no more are looked at than one after the other, the right one included', async () => {
    const own = await startTestServer();
    const attacker = openBrowser(own.app);
    await open(attacker, authorizeUrl());
    const fields = attacker.hiddenFields();
    const guesses = [...Array.from({ length: 39 }, (_, index) => `guess-${index}`), 'wonderland'];
    const answers = await Promise.all(guesses.map((password) => attacker.post('/login', { ...fields, username: 'alice', password })));
    expect(answers.filter((answer) => answer.status === 400)).toHaveLength(9);
    expect(answers.filter((answer) => answer.status === 429)).toHaveLength(31);
    await own.close();
  });

  it('AS-GEN-13: a success takes earlier failures back, and the wait ends with the window of the first', async () => {
    const own = await startTestServer();
    const browser = openBrowser(own.app);
    await open(browser, authorizeUrl());
    for (let count = 0; count < 8; count++) await logIn(browser, 'alice', 'wrong');
    await logIn(browser);
    await open(browser, authorizeUrl({ prompt: 'login' }));
    own.clock.advance(1);
    for (let count = 0; count < 8; count++) expect((await logIn(browser, 'alice', 'wrong')).status).toBe(400);
    own.clock.advance(800);
    await logIn(browser, 'alice', 'wrong');
    const blocked = await logIn(browser, 'alice', 'wrong');
    expect(blocked.status).toBe(429);
    expect(Number(blocked.headers['retry-after'])).toBeLessThanOrEqual(100);
    await own.close();
  });

  it('SEC-46: many accounts from one address are too many too, and one IPv6 network is one address', async () => {
    const own = await startTestServer();
    const throttle = createFailureThrottle({ store: own.shortLived, clock: own.clock, name: 'test', limit: 3, windowSeconds: 60 });
    await throttle.failed('', '2001:db8::1');
    await throttle.failed('', '2001:db8:0:0:ffff::2');
    expect(await throttle.failed('', '2001:db8::3')).toBe(60);
    expect(throttle.retryAfter('', '2001:db8:0:0:1:2:3:4')).toBe(60);
    expect(throttle.retryAfter('', '2001:db8:0:1::1')).toBe(0);
    expect(throttle.retryAfter('', '192.0.2.1')).toBe(0);
    await own.close();
  });

  it('SEC-34: a password counts to its last byte, in one form of Unicode', async () => {
    const own = await startTestServer();
    const long = `${'p'.repeat(72)}Å`;
    const alice = await own.stores.users.findByUsername('alice');
    await own.stores.users.setPasswordHash(alice?.id as string, await hashPassword(long.normalize('NFC')));
    const attempt = async (password: string) => {
      const browser = openBrowser(own.app);
      await open(browser, authorizeUrl());
      return (await logIn(browser, 'alice', password)).body.includes('name="decision"');
    };
    expect(await attempt('p'.repeat(72))).toBe(false);
    expect(await attempt(`${'p'.repeat(72)}B`)).toBe(false);
    expect(await attempt(long.normalize('NFD'))).toBe(true);
    await own.close();
  });

  it('a disabled user cannot log in', async () => {
    const own = await startTestServer();
    const bob = await own.stores.users.findByUsername('bob');
    await own.stores.users.setDisabled(bob?.id as string, Date.now());
    const browser = openBrowser(own.app);
    await open(browser, authorizeUrl());
    expect((await logIn(browser, 'bob', 'builder')).body).toContain('The username or the password is wrong.');
    await own.close();
  });

  it('one login serves several clients', async () => {
    const browser = openBrowser(server.app);
    await authorize(server, {}, browser);
    const other = await open(browser, authorizeUrl({ client_id: 'sample-spa', redirect_uri: 'http://localhost:4002/spa/callback' }));
    expect(other.body).toContain('Allow Sample single-page application?');
    expect(responseParameters(await decide(browser, 'approve')).get('code')).toBeTruthy();
  });
});
