import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, openBrowser } from './support/browser.ts';
import {
  authorize,
  authorizeUrl,
  decide,
  expectError,
  expectPage,
  expectRedirectError,
  follow,
  getCode,
  introspect,
  logIn,
  open,
  redeem,
  refresh,
  responseParameters,
} from './support/flow.ts';
import { startTestServer, TEST_SECRET, type TestServer } from './support/test-server.ts';

const REDIRECT = 'https://client.example/callback';
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

describe('the account page', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.close());

  const atAccount = async (username = 'bob', password = 'builder', address?: string): Promise<Browser> => {
    const browser = openBrowser(server.app, address);
    await open(browser, '/account');
    expect((await logIn(browser, username, password)).body).toContain('<h1>Your account</h1>');
    return browser;
  };
  const textOf = async (browser: Browser) => (await browser.get('/account')).body.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
  /** Sends the form of the page that has this button. */
  const press = async (browser: Browser, button: string) => {
    const page = (await browser.get('/account')).body;
    const form = page.split('<form ').find((each) => each.includes(`aria-label="${button}"`) || each.includes(`>${button}</button>`)) ?? '';
    const fields = [...form.matchAll(/name="([^"]*)" value="([^"]*)"/g)].map(([, name, value]) => [name as string, value as string]);
    return follow(browser, await browser.post(/action="([^"]*)"/.exec(form)?.[1] ?? '', Object.fromEntries(fields)));
  };
  let number = 0;
  const register = async (settings: object = {}) => {
    const id = `account-client-${++number}`;
    await server.register({ id, name: `Client ${number}.`, grantTypes: ['authorization_code', 'refresh_token'], ...settings });
    return { id, name: `Client ${number}.`, credentials: { client_id: id, client_secret: TEST_SECRET, redirect_uri: REDIRECT } };
  };
  const tokensOf = async (browser: Browser, id: string) => {
    const code = await getCode(server, { client_id: id, redirect_uri: REDIRECT }, browser);
    return (await redeem(server, code, { client_id: id, client_secret: TEST_SECRET, redirect_uri: REDIRECT })).json() as {
      access_token: string;
      refresh_token: string;
    };
  };

  it('is for who is logged in: everybody else logs in first, and comes back', async () => {
    const response = await openBrowser(server.app).get('/account');
    expect(response.status).toBe(303);
    expect(response.location).toBe('/login?return_to=/account');
    expect(response.headers['cache-control']).toBe('no-store');
    await atAccount();
  });

  it('says what was allowed, to whom, since when, last used, and from which devices', async () => {
    const { id, name } = await register();
    const browser = await atAccount();
    const words = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' });
    const first = server.clock.now();
    const response = await browser.get(authorizeUrl({ client_id: id, redirect_uri: REDIRECT }), { 'user-agent': FIREFOX });
    await browser.get(response.location as string);
    await browser.post('/consent', { ...browser.hiddenFields(), decision: 'approve' });
    const code = new URL(
      (await browser.get(response.location?.replace('/consent?request=', '/authorize/') as string, { 'user-agent': FIREFOX }))
        .location as string,
    );
    const tokens = (
      await redeem(server, code.searchParams.get('code') as string, { client_id: id, client_secret: TEST_SECRET, redirect_uri: REDIRECT })
    ).json();
    server.clock.advance(3 * 3_600);
    await refresh(server, tokens.refresh_token, { client_id: id, client_secret: TEST_SECRET });
    const text = await textOf(browser);
    expect(text).toContain(name);
    expect(text).toMatch(/Since \d+ \w+ \d+, \d\d:\d\d UTC ?, last used/);
    expect(text).toContain(`last used ${words.format(first + 3 * 3_600_000)} UTC`);
    expect(text).toContain('At Notes API: Read your notes; Add, change and delete your notes');
    expect(text).toMatch(/Allowed from: Firefox on Linux, 127\.0\.0\.1/);
    expect(text).toContain('Where you are logged in');
  });

  it.each(['never', 'near_expiry'] as const)(
    'says when a client was last used whose refresh tokens rotate %s',
    async (refreshTokenRotation) => {
      const { id, name, credentials } = await register({ refreshTokenRotation });
      const { refresh_token } = await tokensOf(await atAccount(), id);
      server.clock.advance(5 * 3_600);
      expect((await refresh(server, refresh_token, credentials)).json().refresh_token).toBe(refresh_token);
      const used = new Date(server.clock.now()).toISOString();
      server.clock.advance(3_600);
      const entry = (await (await atAccount()).get('/account')).body.split('<li>').find((each) => each.includes(name));
      expect(entry).toContain(`last used <time datetime="${used}">`);
    },
  );

  it('shows what was left out, and who nobody vouches for', async () => {
    const { id, name } = await register({ verified: false });
    const browser = await atAccount();
    await open(browser, authorizeUrl({ client_id: id, redirect_uri: REDIRECT }));
    const form: Record<string, string> = { ...browser.hiddenFields(), decision: 'approve' };
    delete form['allow http://localhost:4001 notes:write'];
    await follow(browser, await browser.post('/consent', form));
    expect(await textOf(browser)).toContain(`${name} (nobody has checked who is behind it)`);
    expect(await textOf(browser)).toContain('At Notes API: Read your notes (left out: Add, change and delete your notes)');
  });

  it('AS-RT-07: what is taken back is dead at once: access token, refresh token and consent; of this client and user alone', async () => {
    const [taken, kept] = [await register(), await register()];
    const [browser, alice] = [await atAccount(), await atAccount('alice', 'wonderland')];
    const [mine, other, hers] = [await tokensOf(browser, taken.id), await tokensOf(browser, kept.id), await tokensOf(alice, taken.id)];
    expect((await introspect(server, mine.access_token))['active']).toBe(true);
    const page = await press(browser, `Take it back: what ${taken.name} may do`);
    expect(page.body).toMatch(/role="status">Taken back/);
    expect(page.body).not.toContain(taken.name);
    expect(await introspect(server, mine.access_token)).toEqual({ active: false });
    expectError(await refresh(server, mine.refresh_token, { ...taken.credentials }), 400, 'invalid_grant');
    expectRedirectError(
      await open(browser, authorizeUrl({ client_id: taken.id, redirect_uri: REDIRECT, prompt: 'none' })),
      'consent_required',
    );
    for (const [{ credentials }, tokens] of [
      [kept, other],
      [taken, hers],
    ] as const) {
      expect((await introspect(server, tokens.access_token))['active']).toBe(true);
      expect((await refresh(server, tokens.refresh_token, credentials)).statusCode).toBe(200);
    }
    expect(server.logged()).toContain('"type":"consent_withdrawn"');
  });

  describe('of a client that reaches two resources', () => {
    const PHOTOS = 'https://photos.example';
    const NOTES = 'http://localhost:4001';
    const both = `&resource=${encodeURIComponent(NOTES)}&resource=${encodeURIComponent(PHOTOS)}`;
    const registerBoth = async () => {
      const scopes = [{ name: 'photos:read', description: 'See your photos' }];
      await server.registerResource({ identifier: PHOTOS, name: 'Photos', scopes, resourceServers: ['resource-server'] });
      return register({ scopes: ['notes:read', 'photos:read'] });
    };
    const redeemed = async (browser: Browser, url: string, credentials: Record<string, string>, resource: string) => {
      let response = await open(browser, url);
      if (response.body.includes('name="decision"')) response = await decide(browser, 'approve');
      const code = responseParameters(response).get('code') as string;
      return (await redeem(server, code, { ...credentials, resource })).json<{ access_token: string; refresh_token: string }>();
    };

    it('AS-RT-07: what it may do at one of them is taken back alone, and what reaches there is dead at once', async () => {
      const { id, name, credentials } = await registerBoth();
      const browser = await atAccount();
      const request = { client_id: id, redirect_uri: REDIRECT, scope: 'notes:read photos:read' };
      const shared = await redeemed(browser, authorizeUrl({ ...request, resource: undefined }) + both, credentials, PHOTOS);
      const notes = { ...request, scope: 'notes:read', resource: NOTES };
      const alone = await redeemed(browser, authorizeUrl(notes), credentials, NOTES);
      const underWay = await getCode(server, { ...request, scope: 'photos:read', resource: PHOTOS }, browser);
      const page = await press(browser, `Take back this alone: what ${name} may do at Photos`);
      expect(page.body).toMatch(/role="status">Taken back/);
      expect(page.body).toContain(name);
      const entry = page.body.split('<li>').find((each) => each.includes(name));
      expect(entry).toContain('At Notes API: Read your notes');
      expect(entry).not.toContain('Photos');
      // With one resource left there is one button.
      expect(entry?.match(/<button/g)).toHaveLength(1);
      expect(await introspect(server, shared.access_token)).toEqual({ active: false });
      expectError(await refresh(server, shared.refresh_token, credentials), 400, 'invalid_grant');
      expectError(await redeem(server, underWay, credentials), 400, 'invalid_grant');
      expect((await introspect(server, alone.access_token))['active']).toBe(true);
      expect((await refresh(server, alone.refresh_token, credentials)).statusCode).toBe(200);
      await getCode(server, { ...notes, prompt: 'none' }, browser);
      expectRedirectError(
        await open(browser, authorizeUrl({ ...request, scope: 'photos:read', resource: PHOTOS, prompt: 'none' })),
        'consent_required',
      );
      expect(server.logged()).toContain(`"type":"consent_withdrawn","details":{"resource":"${PHOTOS}"}`);
    });

    it('shows what a grant still holds beyond what is agreed to now, and takes that back too', async () => {
      const { id, name, credentials } = await registerBoth();
      const browser = await atAccount();
      const request = { client_id: id, redirect_uri: REDIRECT, scope: 'notes:read photos:read', resource: undefined };
      const { access_token } = await redeemed(browser, authorizeUrl(request) + both, credentials, PHOTOS);
      await open(browser, authorizeUrl({ ...request, prompt: 'consent' }) + both);
      const form: Record<string, string> = { ...browser.hiddenFields(), decision: 'approve' };
      delete form[`allow ${PHOTOS} photos:read`];
      await browser.post('/consent', form);
      const entryOf = async () => (await browser.get('/account')).body.split('<li>').find((each) => each.includes(name));
      expect(await entryOf()).toContain('At Photos: See your photos');
      await press(browser, `Take back this alone: what ${name} may do at Photos`);
      expect(await introspect(server, access_token)).toEqual({ active: false });
      expect(await entryOf()).not.toContain('Photos');
    });
  });

  it('SEC-07: a code that was under way while the consent was taken back gives nothing', async () => {
    const { id, name, credentials } = await register();
    const browser = await atAccount();
    const code = await getCode(server, { client_id: id, redirect_uri: REDIRECT }, browser);
    await press(browser, `Take it back: what ${name} may do`);
    expectError(await redeem(server, code, credentials), 400, 'invalid_grant');
  });

  it('lists the sessions that are alive, and ends one of them at once', async () => {
    const [here, there] = [await atAccount('bob', 'builder', '192.0.2.1'), await atAccount('bob', 'builder', '192.0.2.2')];
    const text = await textOf(here);
    expect(text).toMatch(/192\.0\.2\.1 \(this one\)/);
    expect(text).toContain('192.0.2.2');
    const page = await press(here, 'Log out A program or browser without a name, 192.0.2.2');
    expect(page.body).toMatch(/role="status">Logged out there/);
    expect(page.body).not.toContain('192.0.2.2');
    expect((await there.get('/account')).location).toBe('/login?return_to=/account');
    expect((await here.get('/account')).status).toBe(200);
  });

  it('a session that has ended by itself is not in the list', async () => {
    await atAccount('bob', 'builder', '192.0.2.3');
    server.clock.advance(13 * 3_600);
    expect(await textOf(await atAccount())).not.toContain('192.0.2.3');
  });

  it('lists a session that may live longer than it was going to when it began', async () => {
    const short = await startTestServer({ SESSION_ABSOLUTE_LIFETIME: '3600' });
    try {
      const browser = openBrowser(short.app);
      await open(browser, '/account');
      await logIn(browser);
      const { id } = (await short.stores.users.findByUsername('alice')) as { id: string };
      short.clock.advance(7_200);
      expect(await short.stores.sessions.listOf(id, short.clock.now())).toHaveLength(1);
    } finally {
      await short.close();
    }
  });

  it('AS-RT-14: ends all sessions but this one, and what applications in a browser were granted there', async () => {
    const spa = await register({ tokenEndpointAuthMethod: 'none' });
    const [here, there] = [await atAccount(), await atAccount()];
    const codes = [
      await getCode(server, { client_id: spa.id, redirect_uri: REDIRECT }, here),
      await getCode(server, { client_id: spa.id, redirect_uri: REDIRECT }, there),
    ];
    const asSpa = { client_id: spa.id, client_secret: undefined, redirect_uri: REDIRECT };
    const [mine, other] = (await Promise.all(codes.map((code) => redeem(server, code, asSpa)))).map((response) => response.json());
    await press(here, 'Log out everywhere but here');
    expect((await here.get('/account')).status).toBe(200);
    expect((await there.get('/account')).status).toBe(303);
    expect((await refresh(server, mine.refresh_token, asSpa)).statusCode).toBe(200);
    expectError(await refresh(server, other.refresh_token, asSpa), 400, 'invalid_grant');
  });

  it.each(['/account/applications/withdraw', '/account/applications/withdraw-at', '/account/sessions/end', '/account/sessions/end-others'])(
    'AS-AUTHZ-20 SEC-35: a form post to %s without a token, or with one of another session, gets 403',
    async (path) => {
      const [victim, attacker] = [await atAccount(), await atAccount('alice', 'wonderland')];
      await attacker.get('/account');
      const { _csrf } = attacker.hiddenFields();
      expectPage(await victim.post(path, { client: 'sample-client' }), 403);
      expectPage(await victim.post(path, { client: 'sample-client', _csrf: _csrf as string }), 403);
    },
  );

  it('nobody ends what is another’s', async () => {
    const [bob, alice] = [await atAccount(), await atAccount('alice', 'wonderland')];
    const id = (await server.stores.users.findByUsername('bob'))?.id as string;
    const [session] = await server.stores.sessions.listOf(id, server.clock.now());
    await alice.get('/account');
    const { _csrf } = alice.hiddenFields();
    await alice.post('/account/sessions/end', { _csrf: _csrf as string, session: session?.id as string });
    expect((await bob.get('/account')).status).toBe(200);
  });

  it('AS-GEN-16 SEC-39: what a client and a browser call themselves is shown as text', async () => {
    const script = '"><script>alert(1)</script>';
    const { id } = await register();
    await server.register({ id, name: script });
    const browser = await atAccount();
    await authorize(server, { client_id: id, redirect_uri: REDIRECT }, browser);
    const page = await browser.get('/account', { 'user-agent': script });
    expect(page.body).not.toContain('<script');
    expect(page.body).toContain('&#60;script&#62;');
  });

  it.each(['/account', '/logout', '/login'])(
    'AS-GEN-08 AS-GEN-10 AS-GEN-11 SEC-38: %s cannot be framed, read by another origin, or kept',
    async (path) => {
      const browser = await atAccount();
      const { headers, body } = await (path === '/login' ? openBrowser(server.app) : browser).get(path, { origin: 'https://evil.example' });
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
      expect(headers['content-security-policy']).toContain("default-src 'none'");
      expect(headers['x-frame-options']).toBe('DENY');
      expect(headers['referrer-policy']).toBe('no-referrer');
      expect(headers['cache-control']).toBe('no-store');
      expect(headers['access-control-allow-origin']).toBeUndefined();
      expect(body).not.toMatch(/(src|href)="(https?:)?\/\//);
    },
  );
});
