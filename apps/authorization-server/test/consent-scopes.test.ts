import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, openBrowser } from './support/browser.ts';
import {
  authorizeUrl,
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
const NOTES = 'http://localhost:4001';
const PHOTOS = 'https://photos.example';
const READ = `allow ${NOTES} notes:read`;
const WRITE = `allow ${NOTES} notes:write`;

describe('consent to a part of what is asked for', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
    await server.registerResource({
      identifier: PHOTOS,
      name: 'Photos',
      scopes: [{ name: 'photos:read', description: 'See your photos' }],
    });
  });
  afterAll(() => server.close());

  let number = 0;
  /** A new client, and alice logged in at its consent page. */
  const asked = async (changes: Record<string, string | undefined> = {}, settings: object = {}) => {
    const client = `client-${++number}`;
    await server.register({ id: client, scopes: ['notes:read', 'notes:write', 'photos:read'], ...settings });
    const browser = openBrowser(server.app);
    const urlOf = (more: Record<string, string | undefined> = {}) =>
      authorizeUrl({ client_id: client, redirect_uri: REDIRECT, ...changes, ...more });
    await open(browser, urlOf());
    const page = await logIn(browser);
    expect(page.body).toContain('name="decision"');
    return { client, browser, page, urlOf };
  };
  const allow = async (browser: Browser, without: readonly string[], extra: Record<string, string> = {}) => {
    const form: Record<string, string> = { ...browser.hiddenFields(), decision: 'approve', ...extra };
    for (const name of without) delete form[name];
    return follow(browser, await browser.post('/consent', form));
  };
  const scopeOf = async (client: string, code: string) =>
    (await redeem(server, code, { client_id: client, client_secret: TEST_SECRET, redirect_uri: REDIRECT })).json().scope;
  const codeIn = (response: Awaited<ReturnType<Browser['get']>>) => responseParameters(response).get('code') as string;

  it('a box for each scope, ticked, with its words as the label; what is left out is not granted', async () => {
    const { client, browser, page } = await asked();
    expect(page.body).toMatch(/<legend>At Notes API/);
    expect(page.body).toMatch(
      /<input type="checkbox" id="scope-0-0" name="[^"]*notes:read" value="yes" checked>\s*<label for="scope-0-0">Read your notes/,
    );
    expect(await scopeOf(client, codeIn(await allow(browser, [WRITE])))).toBe('notes:read');
  });

  it('what was left out is remembered: the same request is answered with the rest, again and without a question', async () => {
    const { client, browser, urlOf } = await asked();
    await allow(browser, [WRITE]);
    for (const prompt of [undefined, 'none', undefined])
      expect(await scopeOf(client, codeIn(await open(browser, urlOf({ prompt }))))).toBe('notes:read');
    const alice = (await server.stores.users.findByUsername('alice'))?.id as string;
    expect((await server.stores.consents.find(alice, client)).get(NOTES)).toEqual({
      agreed: new Set(['notes:read']),
      refused: new Set(['notes:write']),
    });
  });

  it('where all that is asked for was left out before, the client is told so without a question', async () => {
    const { browser, urlOf } = await asked();
    await allow(browser, [WRITE]);
    expectRedirectError(await open(browser, urlOf({ scope: 'notes:write' })), 'access_denied');
    expectRedirectError(await open(browser, urlOf({ scope: 'notes:write', prompt: 'none' })), 'access_denied');
  });

  it('prompt=consent asks again, shows what was decided, and the new decision counts', async () => {
    const { client, browser, urlOf } = await asked();
    await allow(browser, [WRITE]);
    const page = await open(browser, urlOf({ prompt: 'consent' }));
    expect(page.body).toMatch(/notes:read" value="yes" checked>[^]*\(allowed before\)/);
    expect(page.body).toMatch(/notes:write" value="yes" >[^]*\(left out before\)/);
    expect(await scopeOf(client, codeIn(await allow(browser, [], { [WRITE]: 'yes' })))).toBe('notes:read notes:write');
    expect(await scopeOf(client, codeIn(await open(browser, urlOf())))).toBe('notes:read notes:write');
  });

  it('AS-AUTHZ-23: a new scope is asked for and marked; what was left out before stays so unless it is ticked', async () => {
    const { client, browser, urlOf } = await asked();
    await allow(browser, [WRITE]);
    const more = { resource: undefined, scope: 'notes:read notes:write photos:read' };
    await server.registerResource({
      identifier: PHOTOS,
      name: 'Photos',
      scopes: ['photos:read'].map((name) => ({ name, description: name })),
    });
    const page = await open(browser, `${urlOf({ ...more })}&resource=${encodeURIComponent(NOTES)}&resource=${encodeURIComponent(PHOTOS)}`);
    expect(page.body.match(/allowed before/g)).toHaveLength(1);
    expect(page.body.match(/left out before/g)).toHaveLength(1);
    const code = codeIn(await allow(browser, []));
    const response = await redeem(server, code, { client_id: client, client_secret: TEST_SECRET, redirect_uri: REDIRECT, resource: NOTES });
    expect(response.json().scope).toBe('notes:read');
  });

  describe('where two resources share the name of a scope', () => {
    const ALBUMS = 'https://albums.example';
    const albums = (...scopes: string[]) =>
      server.registerResource({ identifier: ALBUMS, name: 'Albums', scopes: scopes.map((name) => ({ name, description: name })) });
    const both = `&resource=${encodeURIComponent(NOTES)}&resource=${encodeURIComponent(ALBUMS)}`;
    /** A grant of both at both, but for what is left out at one of them. */
    const granted = async (...leftOut: string[]) => {
      await albums('notes:read', 'notes:write');
      const { client, browser, urlOf } = await asked(
        { scope: 'notes:read notes:write' },
        { grantTypes: ['authorization_code', 'refresh_token'] },
      );
      const credentials = { client_id: client, client_secret: TEST_SECRET };
      await open(browser, urlOf({ resource: undefined }) + both);
      await allow(browser, leftOut);
      const tokensFor = async (resource?: string) => {
        const code = codeIn(await open(browser, urlOf({ resource: undefined }) + both));
        return (await redeem(server, code, { ...credentials, redirect_uri: REDIRECT, resource })).json();
      };
      return { browser, credentials, tokensFor };
    };

    it('AS-AUTHZ-23 AS-RT-15: what was left out at one of them is granted at the other, and there alone', async () => {
      const { credentials, tokensFor } = await granted(`allow ${NOTES} notes:write`);
      expect((await tokensFor(NOTES)).scope).toBe('notes:read');
      expect((await tokensFor()).scope).toBe('notes:read');
      const first = await tokensFor(ALBUMS);
      let token = first.refresh_token;
      expect(first.scope).toBe('notes:read notes:write');
      const introspected = await introspect(server, token, credentials);
      expect((introspected['scope'] as string).split(' ').toSorted()).toEqual(['notes:read', 'notes:write']);
      for (const [wanted, aud, expected] of [
        [{}, NOTES, 'notes:read'],
        [{ resource: NOTES }, NOTES, 'notes:read'],
        [{ resource: NOTES, scope: 'notes:read notes:write' }, NOTES, 'notes:read'],
        [{ resource: ALBUMS }, ALBUMS, 'notes:read notes:write'],
        [{ resource: ALBUMS, scope: 'notes:write' }, ALBUMS, 'notes:write'],
        [{ scope: 'notes:write' }, ALBUMS, 'notes:write'],
        [{ scope: 'notes:read' }, NOTES, 'notes:read'],
      ] as const) {
        const response = await refresh(server, token, { ...credentials, ...wanted });
        expect(decodeJwt(response.json().access_token)).toMatchObject({ aud, scope: expected });
        token = response.json().refresh_token;
      }
    });

    it('AS-RT-12: a scope that was granted at the other one alone is refused, and the refresh token stays good', async () => {
      const { credentials, tokensFor } = await granted(`allow ${NOTES} notes:write`);
      const { refresh_token: token } = await tokensFor();
      for (const _ of [1, 2])
        expectError(await refresh(server, token, { ...credentials, resource: NOTES, scope: 'notes:write' }), 400, 'invalid_scope');
      server.clock.advance(60);
      expect((await refresh(server, token, credentials)).statusCode).toBe(200);
    });

    it('a scope that a resource gains later is not issued by an older grant, and is asked for', async () => {
      const before = await granted();
      await albums('notes:read');
      const {
        client,
        browser: later,
        urlOf,
      } = await asked({ scope: 'notes:read notes:write' }, { grantTypes: ['authorization_code', 'refresh_token'] });
      await open(later, urlOf({ resource: undefined }) + both);
      const code = codeIn(await allow(later, []));
      const own = { client_id: client, client_secret: TEST_SECRET };
      const { refresh_token: token } = (await redeem(server, code, { ...own, redirect_uri: REDIRECT })).json();
      await albums('notes:read', 'notes:write');
      expectError(await refresh(server, token, { ...own, resource: ALBUMS, scope: 'notes:write' }), 400, 'invalid_scope');
      expect((await refresh(server, token, { ...own, resource: ALBUMS })).json().scope).toBe('notes:read');
      expect((await open(later, urlOf({ resource: undefined }) + both)).body).toContain('name="decision"');
      expect((await before.tokensFor(ALBUMS)).scope).toBe('notes:read notes:write');
    });

    it('SEC-07: a code gives nothing once its consent is gone at one of them', async () => {
      const { browser, credentials } = await granted();
      const url = authorizeUrl({ client_id: credentials.client_id, redirect_uri: REDIRECT, resource: undefined }) + both;
      const code = codeIn(await open(browser, url));
      const alice = (await server.stores.users.findByUsername('alice'))?.id as string;
      await server.stores.consents.decide(alice, credentials.client_id, ALBUMS, { agreed: [], refused: ['notes:write'] });
      expectError(await redeem(server, code, { ...credentials, redirect_uri: REDIRECT, resource: NOTES }), 400, 'invalid_grant');
      expect((await redeem(server, codeIn(await open(browser, url)), { ...credentials, redirect_uri: REDIRECT })).statusCode).toBe(200);
    });
  });

  it('a resource of which nothing was ticked is not in the grant', async () => {
    await server.registerResource({
      identifier: PHOTOS,
      name: 'Photos',
      scopes: [{ name: 'photos:read', description: 'See your photos' }],
    });
    const { client, browser, urlOf } = await asked({ scope: 'notes:read' });
    await allow(browser, []);
    const both = `${urlOf({ scope: 'notes:read photos:read', resource: undefined })}&resource=${encodeURIComponent(NOTES)}&resource=${encodeURIComponent(PHOTOS)}`;
    await open(browser, both);
    const code = codeIn(await allow(browser, [`allow ${PHOTOS} photos:read`]));
    const credentials = { client_id: client, client_secret: TEST_SECRET, redirect_uri: REDIRECT };
    expect((await redeem(server, code, { ...credentials, resource: PHOTOS })).json().error).toBe('invalid_target');
    expect((await redeem(server, code, { ...credentials, resource: NOTES })).json().scope).toBe('notes:read');
  });

  it('Allow with nothing ticked decides nothing, and says what to do', async () => {
    const { client, browser, urlOf } = await asked();
    const page = await allow(browser, [READ, WRITE]);
    expectPage(page);
    expect(page.body).toMatch(/role="alert">Choose at least one thing/);
    expect(page.body).not.toContain(' checked>');
    expect(await scopeOf(client, codeIn(await allow(browser, [], { [READ]: 'yes' })))).toBe('notes:read');
    expect((await open(browser, urlOf({ prompt: 'consent' }))).body).toContain('left out before');
  });

  it('Deny is an answer to this request alone: the next one asks again', async () => {
    const { browser, urlOf } = await asked();
    expectRedirectError(
      await follow(browser, await browser.post('/consent', { ...browser.hiddenFields(), decision: 'deny' })),
      'access_denied',
    );
    expect((await open(browser, urlOf())).body).toContain('name="decision"');
    expect(server.logged()).toContain('"type":"consent_refused"');
  });

  it.each([`allow ${NOTES} notes:delete`, `allow ${PHOTOS} photos:read`, 'allow notes:read', 'allow  '])(
    'SEC-41: a form that allows what was not asked for is refused: %s',
    async (name) => {
      const { client, browser } = await asked();
      expectPage(await allow(browser, [], { [name]: 'yes' }));
      const alice = (await server.stores.users.findByUsername('alice'))?.id as string;
      expect((await server.stores.consents.find(alice, client)).size).toBe(0);
    },
  );

  it('AS-AUTHZ-22: a client that must be asked about each time shows what was decided', async () => {
    const { browser, urlOf } = await asked({}, { verified: false });
    await allow(browser, [WRITE]);
    const page = await open(browser, urlOf());
    expect(page.body).toContain('(left out before)');
    expectRedirectError(await open(browser, urlOf({ prompt: 'none' })), 'consent_required');
  });

  it('is written down with what was agreed to and what was left out', async () => {
    const { client, browser } = await asked();
    await allow(browser, [WRITE]);
    expect(server.logged()).toContain(`"type":"consent_given","details":{"scopes":["notes:read"],"refused":["notes:write"]}`);
    expect(client).toBeTruthy();
  });

  it('a login for a request counts for it, even where the clock of the instance that took it is behind', async () => {
    const browser = openBrowser(server.app);
    await getCode(server, { scope: 'notes:read' }, browser);
    server.clock.advance(10);
    await open(browser, authorizeUrl({ scope: 'notes:read', prompt: 'login' }));
    server.clock.advance(-5);
    expect(codeIn(await logIn(browser))).toMatch(/^rc_ac_/);
    // A login from before does not.
    server.clock.advance(60);
    expect((await open(browser, authorizeUrl({ scope: 'notes:read', prompt: 'login' }))).body).toContain('name="password"');
  });
});
