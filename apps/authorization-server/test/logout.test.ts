import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, openBrowser } from './support/browser.ts';
import {
  authorize,
  authorizeUrl,
  expectError,
  expectPage,
  follow,
  getCode,
  introspect,
  logIn,
  open,
  redeem,
  refresh,
} from './support/flow.ts';
import { startTestServer, type TestServer } from './support/test-server.ts';

const COOKIE = 'rolecall-authorization-server';
const CALLBACK = 'https://client.example/callback';

describe('logout', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
    // An application in a browser, one on a device, and one with a server of its own.
    const grantTypes = ['authorization_code', 'refresh_token'];
    const scopes = ['notes:read', 'offline_access'];
    await server.registerResource({
      identifier: 'https://photos.example',
      name: 'Photos',
      scopes: scopes.map((name) => ({ name, description: `What ${name} means` })),
    });
    await server.register({ id: 'in-a-browser', tokenEndpointAuthMethod: 'none', grantTypes, scopes });
    await server.register({ id: 'on-a-device', tokenEndpointAuthMethod: 'none', applicationType: 'native', grantTypes, scopes });
    await server.register({ id: 'on-a-server', grantTypes, scopes });
  });
  afterAll(() => server.close());

  const loggedIn = async (): Promise<Browser> => {
    const browser = openBrowser(server.app);
    await authorize(server, {}, browser);
    return browser;
  };
  const isLoggedIn = async (browser: Browser) =>
    !(await open(browser, authorizeUrl({ prompt: 'consent' }))).body.includes('name="password"');
  const logOut = async (browser: Browser, where: 'here' | 'everywhere') => {
    await browser.get('/logout');
    return follow(browser, await browser.post('/logout', { ...browser.hiddenFields(), where }));
  };
  const secretOf = (client: string) => ({ client_id: client, client_secret: client === 'on-a-server' ? 'a-secret-for-tests' : undefined });
  const codeOf = (browser: Browser, client: string, scope: string) =>
    getCode(server, { client_id: client, redirect_uri: CALLBACK, scope, resource: 'https://photos.example' }, browser);
  const tokensOf = async (browser: Browser, client: string, scope = 'notes:read') => {
    const response = await redeem(server, await codeOf(browser, client, scope), { ...secretOf(client), redirect_uri: CALLBACK });
    expect(response.statusCode).toBe(200);
    return response.json() as { access_token: string; refresh_token: string };
  };
  const renew = (client: string, token: string) => refresh(server, token, secretOf(client));

  it('asks first: a link that anybody can send logs nobody out', async () => {
    const browser = await loggedIn();
    const page = await browser.get('/logout');
    expect(page.body).toContain('You are logged in as <strong>Alice</strong>');
    expect(page.headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(await isLoggedIn(browser)).toBe(true);
  });

  it('here: this session is over, for whoever has a copy of the cookie too; another one goes on', async () => {
    const [browser, other] = [await loggedIn(), await loggedIn()];
    const thief = openBrowser(server.app);
    thief.cookies.set(COOKIE, browser.cookies.get(COOKIE) as string);
    const page = await logOut(browser, 'here');
    expect(page.body).toContain('You are logged out');
    expect(browser.cookies.has(COOKIE)).toBe(false);
    expect(await isLoggedIn(browser)).toBe(false);
    expect(await isLoggedIn(thief)).toBe(false);
    expect(await isLoggedIn(other)).toBe(true);
  });

  it('everywhere: all of alice’s sessions are over at once, and none of bob’s', async () => {
    const browsers = [await loggedIn(), await loggedIn(), await loggedIn()];
    const bob = openBrowser(server.app);
    await open(bob, authorizeUrl());
    await logIn(bob, 'bob', 'builder');
    await logOut(browsers[0] as Browser, 'everywhere');
    for (const browser of browsers) expect(await isLoggedIn(browser)).toBe(false);
    expect(await isLoggedIn(bob)).toBe(true);
    const alice = (await server.stores.users.findByUsername('alice'))?.id as string;
    expect(await server.stores.sessions.listOf(alice, server.clock.now())).toEqual([]);
    expect(server.logged()).toContain('"type":"logout_everywhere"');
  });

  it.each([
    ['no token', {}],
    ['a wrong token', { _csrf: 'wrong' }],
  ])('AS-AUTHZ-20 SEC-35: a form post with %s gets 403 and logs nobody out', async (_case, change) => {
    const browser = await loggedIn();
    expectPage(await browser.post('/logout', { where: 'here', ...change } as Record<string, string>), 403);
    expect(await isLoggedIn(browser)).toBe(true);
  });

  it('AS-AUTHZ-20: a token of another session gets 403', async () => {
    const [victim, attacker] = [await loggedIn(), await loggedIn()];
    await attacker.get('/logout');
    expectPage(await victim.post('/logout', { ...attacker.hiddenFields(), where: 'everywhere' }), 403);
    expect(await isLoggedIn(victim)).toBe(true);
  });

  it.each([{}, { where: 'nowhere' }])('a form that does not say where decides nothing: %j', async (change) => {
    const browser = await loggedIn();
    await browser.get('/logout');
    expectPage(await browser.post('/logout', { ...browser.hiddenFields(), ...change } as Record<string, string>));
    expect(await isLoggedIn(browser)).toBe(true);
  });

  it('says so where nobody is logged in', async () => {
    expect((await openBrowser(server.app).get('/logout')).body).toContain('You are logged out');
  });

  it('AS-RT-14: ends what an application in a browser was granted in this session, at once, and nothing else', async () => {
    const [browser, other] = [await loggedIn(), await loggedIn()];
    const here = await tokensOf(browser, 'in-a-browser');
    const elsewhere = await tokensOf(other, 'in-a-browser');
    const offline = await tokensOf(browser, 'in-a-browser', 'notes:read offline_access');
    const native = await tokensOf(browser, 'on-a-device');
    const confidential = await tokensOf(browser, 'on-a-server');
    await logOut(browser, 'here');
    expect(await introspect(server, here.access_token)).toEqual({ active: false });
    expectError(await renew('in-a-browser', here.refresh_token), 400, 'invalid_grant');
    for (const [client, { refresh_token }] of [
      ['in-a-browser', elsewhere],
      ['in-a-browser', offline],
      ['on-a-device', native],
      ['on-a-server', confidential],
    ] as const)
      expect((await renew(client, refresh_token)).statusCode, client).toBe(200);
  });

  it('AS-RT-14: everywhere means what was granted in any session', async () => {
    const [browser, other] = [await loggedIn(), await loggedIn()];
    const elsewhere = await tokensOf(other, 'in-a-browser');
    const confidential = await tokensOf(other, 'on-a-server');
    await logOut(browser, 'everywhere');
    expectError(await renew('in-a-browser', elsewhere.refresh_token), 400, 'invalid_grant');
    expect((await renew('on-a-server', confidential.refresh_token)).statusCode).toBe(200);
  });

  it('AS-RT-14: a code that was under way while its session ended gives nothing to an application in a browser', async () => {
    const browser = await loggedIn();
    const code = await codeOf(browser, 'in-a-browser', 'notes:read');
    const confidential = await codeOf(browser, 'on-a-server', 'notes:read');
    await logOut(browser, 'here');
    expectError(await redeem(server, code, { ...secretOf('in-a-browser'), redirect_uri: CALLBACK }), 400, 'invalid_grant');
    expect((await redeem(server, confidential, { ...secretOf('on-a-server'), redirect_uri: CALLBACK })).statusCode).toBe(200);
  });

  it('AS-RT-14: logging in again changes the session’s id and ends nothing; somebody else’s login ends it', async () => {
    const browser = await loggedIn();
    const tokens = await tokensOf(browser, 'in-a-browser');
    const logInAs = async (username: string, password: string) => {
      server.clock.advance(1);
      await open(browser, authorizeUrl({ prompt: 'login' }));
      await logIn(browser, username, password);
    };
    await logInAs('alice', 'wonderland');
    const renewed = await renew('in-a-browser', tokens.refresh_token);
    expect(renewed.statusCode).toBe(200);
    await logInAs('bob', 'builder');
    expectError(await renew('in-a-browser', renewed.json().refresh_token), 400, 'invalid_grant');
  });

  it('AS-RT-14: the grant goes on under the new id: logging out ends it', async () => {
    const browser = await loggedIn();
    const tokens = await tokensOf(browser, 'in-a-browser');
    server.clock.advance(1);
    await open(browser, authorizeUrl({ prompt: 'login' }));
    await logIn(browser);
    await logOut(browser, 'here');
    expectError(await renew('in-a-browser', tokens.refresh_token), 400, 'invalid_grant');
  });

  it('SEC-53: when the short-lived store is emptied, everybody logs in again, and nobody is taken for logged in', async () => {
    const own = await startTestServer();
    const browser = openBrowser(own.app);
    await authorize(own, {}, browser);
    const alice = (await own.stores.users.findByUsername('alice'))?.id as string;
    const [session] = await own.stores.sessions.listOf(alice, own.clock.now());
    await own.shortLived.delete(`session:${session?.id}`);
    expect((await open(browser, authorizeUrl())).body).toContain('name="password"');
    expect((await browser.get('/logout')).body).toContain('You are logged out');
    expect((await authorize(own, {}, browser)).location).toContain('code=');
    await own.close();
  });
});
