import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { User } from '../src/stores/types.ts';
import { openAdmin } from './support/admin.ts';
import { type Browser, openBrowser } from './support/browser.ts';
import { expectError, expectPage, follow, getCode, logIn, open, redeem, refresh } from './support/flow.ts';
import { startTestServer, TEST_SECRET, type TestServer } from './support/test-server.ts';

const REDIRECT = 'https://client.example/callback';
const PASSWORD = 'a long walk by the sea';
const COOKIE = 'rolecall-authorization-server';

describe('change of password', () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await startTestServer({ PASSWORD_CHANGE: 'true' });
  });
  afterEach(() => server.close());

  const loggedIn = async (password = 'wonderland'): Promise<Browser> => {
    const browser = openBrowser(server.app);
    await open(browser, '/account/password');
    expect((await logIn(browser, 'alice', password)).body).toContain('Change your password');
    return browser;
  };
  const change = async (browser: Browser, current: string, password: string, repeated = password) => {
    await browser.get('/account/password');
    return follow(browser, await browser.post('/account/password', { ...browser.hiddenFields(), current, password, repeated }));
  };
  const canLogIn = async (password: string) => {
    const browser = openBrowser(server.app);
    await open(browser, '/account');
    return (await logIn(browser, 'alice', password)).body.includes('<h1>Your account</h1>');
  };

  it('is off unless the configuration has it on', async () => {
    const own = await startTestServer();
    const browser = openBrowser(own.app);
    expect((await browser.get('/account/password')).status).toBe(404);
    await open(browser, '/account');
    expect((await logIn(browser)).body).not.toContain('Change your password');
    await own.close();
  });

  it('the new password counts from now on, and the old one no more', async () => {
    const browser = await loggedIn();
    const page = await change(browser, 'wonderland', PASSWORD);
    expect(page.body).toMatch(/role="status">Your password is changed/);
    expect([await canLogIn('wonderland'), await canLogIn(PASSWORD)]).toEqual([false, true]);
    expect(server.logged()).toMatch(/"type":"password_changed"/);
    expect(server.logged()).not.toContain(PASSWORD);
  });

  it('SEC-37 AS-RT-14: ends all other sessions, changes the id of this one, and ends what applications in a browser were granted', async () => {
    const grantTypes = ['authorization_code', 'refresh_token'];
    await server.register({ id: 'spa', tokenEndpointAuthMethod: 'none', grantTypes });
    await server.register({ id: 'confidential', grantTypes });
    const [browser, other] = [await loggedIn(), await loggedIn()];
    const tokens = async (client_id: string, from: Browser, client_secret?: string) => {
      const code = await getCode(server, { client_id, redirect_uri: REDIRECT }, from);
      return (await redeem(server, code, { client_id, client_secret, redirect_uri: REDIRECT })).json().refresh_token as string;
    };
    const inBrowsers = [await tokens('spa', browser), await tokens('spa', other)];
    const confidential = await tokens('confidential', other, TEST_SECRET);
    const thief = openBrowser(server.app);
    thief.cookies.set(COOKIE, browser.cookies.get(COOKIE) as string);

    await change(browser, 'wonderland', PASSWORD);
    expect((await browser.get('/account')).status).toBe(200);
    for (const gone of [other, thief]) expect((await gone.get('/account')).status).toBe(303);
    for (const token of inBrowsers)
      expectError(await refresh(server, token, { client_id: 'spa', client_secret: undefined }), 400, 'invalid_grant');
    expect((await refresh(server, confidential, { client_id: 'confidential', client_secret: TEST_SECRET })).statusCode).toBe(200);
  });

  /** Runs something between the check of a password and the session that is recorded for it. */
  const beforeTheSession = (work: () => Promise<unknown>): void => {
    const { sessions } = server.serverStores;
    const { add } = sessions;
    sessions.add = async (...session) => {
      sessions.add = add;
      await work();
      return add(...session);
    };
  };

  it('SEC-37: a login that is under way while the password changes is refused like a wrong password', async () => {
    const [browser, thief] = [await loggedIn(), openBrowser(server.app)];
    await open(thief, '/account');
    beforeTheSession(() => change(browser, 'wonderland', PASSWORD));
    const page = await logIn(thief);
    expectPage(page);
    expect(page.body).toContain('The username or the password is wrong.');
    expect((await thief.get('/account')).status).toBe(303);
    expect((await browser.get('/account')).status).toBe(200);
    expect(await canLogIn(PASSWORD)).toBe(true);
  });

  it('a login that is under way while the user is disabled opens nothing, not even when the user may log in again', async () => {
    const admin = await openAdmin(server);
    const { id } = (await server.stores.users.findByUsername('alice')) as User;
    const browser = openBrowser(server.app);
    await open(browser, '/account');
    beforeTheSession(() => admin('PATCH', `/users/${id}`, { disabled: true }));
    expectPage(await logIn(browser));
    await admin('PATCH', `/users/${id}`, { disabled: false });
    expect((await browser.get('/account')).status).toBe(303);
    expect(await canLogIn('wonderland')).toBe(true);
  });

  it('of two changes at once with the same current password one is refused', async () => {
    const browsers = [await loggedIn(), await loggedIn()];
    const passwords = [`${PASSWORD} one`, `${PASSWORD} two`];
    const pages = await Promise.all(browsers.map((browser, index) => change(browser, 'wonderland', passwords[index] as string)));
    expect(pages.map(({ body }) => body.includes('Your password is changed')).filter(Boolean)).toHaveLength(1);
    const winner = pages.findIndex(({ body }) => body.includes('Your password is changed'));
    expect(await canLogIn(passwords[winner] as string)).toBe(true);
  });

  it('AS-GEN-13: a wrong current password changes nothing, and cannot be guessed from a stolen session', async () => {
    const browser = await loggedIn();
    for (let guess = 0; guess < 18; guess++) {
      const page = await change(browser, `guess ${guess}`, PASSWORD);
      expect(page.status).toBe(400);
      expect(page.body).toContain('not your current password');
    }
    const blocked = await change(browser, 'wonderland', PASSWORD);
    expect(blocked.status).toBe(429);
    expect(Number(blocked.headers['retry-after'])).toBeGreaterThan(0);
    server.clock.advance(16 * 60);
    expect(await canLogIn('wonderland')).toBe(true);
  });

  it.each([
    ['short', 'short', 'at least 8 characters'],
    ['password', 'password', 'tried first'],
    ['i am alice', 'i am alice', 'must not contain the username'],
    [PASSWORD, `${PASSWORD}!`, 'not the same'],
  ])('refuses %j, %j and says why', async (password, repeated, problem) => {
    const page = await change(await loggedIn(), 'wonderland', password, repeated);
    expectPage(page);
    expect(page.body).toContain(problem);
    expect(await canLogIn('wonderland')).toBe(true);
  });

  it('AS-AUTHZ-20 SEC-35: a form post without a token gets 403', async () => {
    const browser = await loggedIn();
    expectPage(await browser.post('/account/password', { current: 'wonderland', password: PASSWORD, repeated: PASSWORD }), 403);
    expect(await canLogIn('wonderland')).toBe(true);
  });
});
