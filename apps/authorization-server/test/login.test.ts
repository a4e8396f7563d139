import { hash } from '@node-rs/argon2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashPassword } from '../src/login/passwords.ts';
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

  it.each(['/login?request=unknown', '/consent', `/authorize/${'a'.repeat(43)}`])(
    '%s without a request gets a page that says what to do',
    async (path) => {
      const response = await openBrowser(server.app).get(path);
      expectPage(response);
      expect(response.body).toContain('Go back to the application and start again');
    },
  );

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

  it('SEC-34: a form of a megabyte gets 413 before anything is read', async () => {
    const browser = openBrowser(server.app);
    await open(browser, authorizeUrl());
    // What fits into a form but can be no password is wrong, like any other.
    expect((await logIn(browser, 'alice', 'p'.repeat(10_000))).status).toBe(400);
    expect((await logIn(browser, 'alice', 'p'.repeat(1_000_000))).status).toBe(413);
  });

  it('SEC-34: passwords are kept as argon2id with 7 MiB, 5 passes and 1 lane; a hash with other parameters is replaced at login', async () => {
    const own = await startTestServer();
    const hashOfAlice = async () => (await own.stores.users.findByUsername('alice'))?.passwordHash;
    expect(await hashOfAlice()).toMatch(/^\$argon2id\$v=19\$m=7168,t=5,p=1\$/);
    const alice = (await own.stores.users.findByUsername('alice'))?.id as string;
    const weak = await hash('wonderland', { memoryCost: 8_192, timeCost: 1 });
    await own.stores.users.setPasswordHash(alice, weak);
    const browser = openBrowser(own.app);
    await open(browser, authorizeUrl());
    await logIn(browser, 'alice', 'wrong');
    expect(await hashOfAlice()).toBe(weak);
    expect((await logIn(browser)).body).toContain('Allow Sample client?');
    const replaced = await hashOfAlice();
    expect(replaced).toMatch(/^\$argon2id\$v=19\$m=7168,t=5,p=1\$/);
    // Once: a hash with the parameters of now stays as it is.
    await open(browser, authorizeUrl({ prompt: 'login' }));
    await logIn(browser);
    expect(await hashOfAlice()).toBe(replaced);
    await own.close();
  });

  it('of two logins at once that replace a hash both succeed', async () => {
    const own = await startTestServer();
    const alice = (await own.stores.users.findByUsername('alice'))?.id as string;
    await own.stores.users.setPasswordHash(alice, await hash('wonderland', { memoryCost: 8_192, timeCost: 1 }));
    const browsers = [openBrowser(own.app), openBrowser(own.app)];
    for (const browser of browsers) await open(browser, authorizeUrl());
    for (const page of await Promise.all(browsers.map((browser) => logIn(browser)))) expect(page.body).toContain('Allow Sample client?');
    await own.close();
  });

  it('a hash that was changed while it was being replaced stays as it is', async () => {
    const bob = await server.stores.users.findByUsername('bob');
    await server.stores.users.setPasswordHash(bob?.id as string, 'a newer one', 'not the one that is there');
    expect((await server.stores.users.findByUsername('bob'))?.passwordHash).toBe(bob?.passwordHash);
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

  it.each(['/login', '/login?request=', '/login?return_to=/account', '/'])('%s leads to the account without a client', async (path) => {
    const browser = openBrowser(server.app);
    const page = await open(browser, path);
    expect(page.body).toContain('to your account');
    const account = await logIn(browser);
    expect(account.body).toContain('<h1>Your account</h1>');
    // Who is logged in already goes on at once.
    expect((await browser.get('/login?return_to=/account')).location).toBe('/account');
  });

  it.each([
    '//evil.example',
    '/\\\\evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    'https://evil.example/account',
    '/account/../..//evil.example',
    '/account@evil.example',
    '/account?x',
    '/account/',
    ' /account',
    '/%2f%2fevil.example',
    'javascript:alert(1)',
    '/\tevil',
    '/authorize',
  ])('SEC-11: leads nowhere else after the login: %j', async (target) => {
    const browser = openBrowser(server.app);
    expectPage(await browser.get(`/login?return_to=${encodeURIComponent(target)}`));
    await browser.get('/login');
    const response = await browser.post('/login', {
      ...browser.hiddenFields(),
      return_to: target,
      username: 'alice',
      password: 'wonderland',
    });
    expectPage(response);
  });

  it('one login serves several clients', async () => {
    const browser = openBrowser(server.app);
    await authorize(server, {}, browser);
    const other = await open(browser, authorizeUrl({ client_id: 'sample-spa', redirect_uri: 'http://localhost:4002/spa/callback' }));
    expect(other.body).toContain('Allow Sample single-page application?');
    expect(responseParameters(await decide(browser, 'approve')).get('code')).toBeTruthy();
  });
});
