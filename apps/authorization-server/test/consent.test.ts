import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser } from './support/browser.ts';
import {
  authorize,
  authorizeUrl,
  decide,
  expectPage,
  expectRedirectError,
  logIn,
  open,
  redeem,
  responseParameters,
  VERIFIER,
} from './support/flow.ts';
import { startTestServer, type TestServer } from './support/test-server.ts';

const REDIRECT = 'https://client.example/callback';

describe('consent', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.close());

  const register = (id: string, change = {}) => server.register({ id, name: `The ${id}`, ...change });
  const urlOf = (client_id: string, change = {}) => authorizeUrl({ client_id, redirect_uri: REDIRECT, ...change });
  const loggedIn = async (url: string) => {
    const browser = openBrowser(server.app);
    await open(browser, url);
    return { browser, page: await logIn(browser) };
  };

  it('AS-AUTHZ-21: shows who asks, for what in words, at which resource, and where the answer goes', async () => {
    await register('clear');
    const { page } = await loggedIn(urlOf('clear'));
    for (const text of [
      'Allow The clear?',
      'Alice',
      'Read your notes',
      'Add, change and delete your notes',
      'Notes API',
      'http://localhost:4001',
      'client.example',
    ])
      expect(page.body).toContain(text);
    expect(page.body).not.toContain('Nobody has checked');
  });

  it('AS-AUTHZ-21: marks a client that nobody vouches for', async () => {
    await register('unverified', { verified: false });
    expect((await loggedIn(urlOf('unverified'))).page.body).toContain('Nobody has checked who is behind this application');
  });

  it('AS-AUTHZ-16: denying tells the client, with its state', async () => {
    await register('denied');
    const { browser } = await loggedIn(urlOf('denied'));
    expectRedirectError(await decide(browser, 'deny'), 'access_denied');
  });

  it('is remembered for a client that can prove who it is', async () => {
    await register('remembered');
    const browser = openBrowser(server.app);
    await authorize(server, { client_id: 'remembered', redirect_uri: REDIRECT }, browser);
    const again = await open(browser, urlOf('remembered'));
    expect(responseParameters(again).get('code')).toBeTruthy();
  });

  it.each([
    [
      'public at a loopback address',
      { tokenEndpointAuthMethod: 'none', redirectUris: ['http://127.0.0.1/callback'] },
      'http://127.0.0.1:5000/callback',
    ],
    [
      'public under a private-use scheme',
      { tokenEndpointAuthMethod: 'none', redirectUris: ['com.example.app:/cb'] },
      'com.example.app:/cb',
    ],
    ['unverified', { verified: false }, REDIRECT],
  ])('AS-AUTHZ-22: is asked for again where the client is %s', async (name, change, redirect_uri) => {
    const id = name.replaceAll(' ', '-');
    await register(id, change);
    const browser = openBrowser(server.app);
    await authorize(server, { client_id: id, redirect_uri }, browser);
    expect((await open(browser, urlOf(id, { redirect_uri }))).body).toContain('name="decision"');
    expectRedirectError(await open(browser, urlOf(id, { redirect_uri, prompt: 'none' })), 'consent_required');
  });

  it('AS-AUTHZ-22: a public client at an https address of its own is remembered', async () => {
    await register('public-https', { tokenEndpointAuthMethod: 'none' });
    const browser = openBrowser(server.app);
    await authorize(server, { client_id: 'public-https', redirect_uri: REDIRECT }, browser);
    expect(responseParameters(await open(browser, urlOf('public-https'))).get('code')).toBeTruthy();
  });

  it('AS-AUTHZ-23: never covers a scope that was not asked about, and shows which one is new', async () => {
    await register('widening');
    const browser = openBrowser(server.app);
    await authorize(server, { client_id: 'widening', redirect_uri: REDIRECT, scope: 'notes:read' }, browser);
    expectRedirectError(await open(browser, urlOf('widening', { prompt: 'none' })), 'consent_required');
    const page = await open(browser, urlOf('widening'));
    expect(page.body.match(/allowed before/g)).toHaveLength(1);
    await decide(browser, 'approve');
    expect(responseParameters(await open(browser, urlOf('widening', { prompt: 'none' }))).get('code')).toBeTruthy();
  });

  it('AS-AUTHZ-23: never covers another resource', async () => {
    await register('two-resources');
    await server.registerResource({
      identifier: 'https://other.example',
      name: 'Other API',
      scopes: [{ name: 'notes:read', description: 'Read there' }],
    });
    const browser = openBrowser(server.app);
    const changes = { client_id: 'two-resources', redirect_uri: REDIRECT, scope: 'notes:read' };
    await authorize(server, changes, browser);
    const page = await open(browser, authorizeUrl({ ...changes, resource: 'https://other.example' }));
    expect(page.body).toContain('Other API');
    expect(page.body).toContain('name="decision"');
  });

  it('what one user allowed, another one is asked about', async () => {
    await register('two-users');
    await authorize(server, { client_id: 'two-users', redirect_uri: REDIRECT });
    const browser = openBrowser(server.app);
    await open(browser, urlOf('two-users'));
    expect((await logIn(browser, 'bob', 'builder')).body).toContain('name="decision"');
  });

  it('SEC-41: a decision that is sent again after the answer has no effect', async () => {
    await register('replayed');
    const { browser } = await loggedIn(urlOf('replayed'));
    const form = { ...browser.hiddenFields(), decision: 'approve' };
    await decide(browser, 'approve');
    expectPage(await browser.post('/consent', form));
  });

  it('SEC-41: a form that bob has opened cannot be sent in alice’s session', async () => {
    await register('swapped');
    const bob = openBrowser(server.app);
    await open(bob, urlOf('swapped'));
    await logIn(bob, 'bob', 'builder');
    const form = { ...bob.hiddenFields(), decision: 'approve' };
    const { browser: alice } = await loggedIn(urlOf('swapped'));
    expectPage(await alice.post('/consent', form), 403);
  });

  it('SEC-41: a decision of one user does not count for the next one in the same browser', async () => {
    await register('changed-user');
    const { browser } = await loggedIn(urlOf('changed-user'));
    const { request } = browser.hiddenFields();
    // Alice allows, but the answer is not fetched; bob logs in on another tab of the same browser.
    await browser.post('/consent', { ...browser.hiddenFields(), decision: 'approve' });
    await browser.get(authorizeUrl({ prompt: 'login', state: 'x' })).then((response) => browser.get(response.location as string));
    server.clock.advance(1);
    await browser.post('/login', { ...browser.hiddenFields(), username: 'bob', password: 'builder' });
    const resumed = await open(browser, `/authorize/${request}`);
    expect(resumed.body).toContain('<strong>Bob</strong>');
    expect(resumed.location).toBeUndefined();
  });

  it.each([{}, { decision: 'maybe' }])('a form without a decision decides nothing: %j', async (change) => {
    await register('undecided');
    const { browser } = await loggedIn(urlOf('undecided'));
    expectPage(await browser.post('/consent', { ...browser.hiddenFields(), ...change } as Record<string, string>));
  });

  it.each([
    ['no token', {}],
    ['a wrong token', { _csrf: 'x' }],
  ])('AS-AUTHZ-20 SEC-35: a decision with %s gets 403', async (_case, change) => {
    await register('forged');
    const { browser } = await loggedIn(urlOf('forged'));
    const { request } = browser.hiddenFields();
    expectPage(await browser.post('/consent', { request: request as string, decision: 'approve', ...change }), 403);
  });

  it('AS-GEN-05 SEC-17: a decision that is sent twice in one form is refused', async () => {
    await register('twice');
    const { browser } = await loggedIn(urlOf('twice'));
    const form = new URLSearchParams({ ...browser.hiddenFields(), decision: 'deny' }).toString();
    expectPage(await browser.post('/consent', `${form}&decision=approve`));
  });

  it('a decision that comes too late leaves no consent behind', async () => {
    await register('too-late');
    const { browser } = await loggedIn(urlOf('too-late'));
    const form: Record<string, string> = { ...browser.hiddenFields(), decision: 'approve' };
    await server.shortLived.delete(`authorization-request:${form.request}`);
    expectPage(await browser.post('/consent', form));
    const alice = (await server.stores.users.findByUsername('alice'))?.id as string;
    expect((await server.stores.consents.find(alice, 'too-late')).size).toBe(0);
  });

  it('lets its form lead to where the client may go on, by https, and nowhere else', async () => {
    await register('policy', { redirectUris: ['https://client.example/cb', 'com.example.app:/cb'] });
    const policy = async (redirect_uri: string) =>
      (await loggedIn(urlOf('policy', { redirect_uri }))).page.headers['content-security-policy'];
    expect(await policy('https://client.example/cb')).toContain("form-action 'self' https:;");
    expect(await policy('com.example.app:/cb')).toContain("form-action 'self' https: com.example.app:;");
  });

  it('a person may take an hour, not more', async () => {
    await register('slow');
    const { browser } = await loggedIn(urlOf('slow'));
    const form = { ...browser.hiddenFields(), decision: 'approve' };
    server.clock.advance(3_000);
    // Deciding does not prolong it.
    expect((await browser.post('/consent', form)).status).toBe(303);
    server.clock.advance(700);
    expectPage(await browser.post('/consent', form));
  });

  it('the code carries what was agreed to', async () => {
    const code = responseParameters(await authorize(server, { scope: 'notes:read' })).get('code') as string;
    expect((await redeem(server, code, { code_verifier: VERIFIER })).json().scope).toBe('notes:read');
  });
});
