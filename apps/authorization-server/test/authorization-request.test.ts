import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BrowserResponse, openBrowser } from './support/browser.ts';
import {
  authorize,
  authorizeParameters,
  authorizeUrl,
  CHALLENGE,
  decide,
  type Changes,
  expectPage,
  expectRedirectError,
  follow,
  logIn,
  open,
  responseParameters,
} from './support/flow.ts';
import { startTestServer, type TestServer } from './support/test-server.ts';

describe('authorization request', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.close());

  const request = (changes: Changes | string) =>
    openBrowser(server.app).get(typeof changes === 'string' ? `/authorize?${changes}` : authorizeUrl(changes));

  it('AS-AUTHZ-01: after login and consent the browser comes back with one code, the state and the issuer', async () => {
    const response = await authorize(server);
    expect(response.location).toMatch(/^http:\/\/localhost:4002\/callback\?/);
    const parameters = responseParameters(response);
    expect(parameters.getAll('code')).toEqual([expect.stringMatching(/^rc_ac_[A-Za-z0-9_-]{43}$/)]);
    expect(parameters.getAll('state')).toEqual(['the-state']);
    expect(parameters.getAll('iss')).toEqual(['http://localhost:4000']);
  });

  it.each([
    ['is missing', undefined],
    ['is empty', ''],
    ['is unknown', 'nobody'],
    ['is not an identifier', 'sample-client\u0000'],
    ['is beyond ASCII', 'sämple'],
  ])('AS-AUTHZ-02: client_id that %s gets a page', async (_case, client_id) => {
    expectPage(await request({ client_id }));
  });

  it('AS-AUTHZ-02: a disabled client gets a page', async () => {
    await server.register({ id: 'disabled', disabled: true });
    expectPage(await request({ client_id: 'disabled', redirect_uri: 'https://client.example/callback' }));
  });

  it('AS-AUTHZ-06: no redirect_uri where several are registered gets a page', async () => {
    await server.register({ id: 'two-uris', redirectUris: ['https://client.example/a', 'https://client.example/b'] });
    expectPage(await request({ client_id: 'two-uris', redirect_uri: undefined }));
  });

  it('AS-AUTHZ-06: no redirect_uri where one is registered goes there', async () => {
    expect(responseParameters(await authorize(server, { redirect_uri: undefined })).get('code')).toBeTruthy();
  });

  it('AS-AUTHZ-08: response_type missing is an invalid request', async () => {
    expectRedirectError(await request({ response_type: undefined }), 'invalid_request');
  });

  it.each(['token', 'id_token token', 'code token', 'code id_token', 'none', 'x'])(
    'AS-AUTHZ-08 SEC-16: response_type=%s is unsupported, and nothing comes in a fragment',
    async (response_type) => {
      const response = await request({ response_type });
      expectRedirectError(response, 'unsupported_response_type');
      expect(response.location).not.toContain('#');
    },
  );

  it.each(['fragment', 'form_post', 'web_message', 'x'])('AS-AUTHZ-27 SEC-16: response_mode=%s is refused', async (response_mode) => {
    expectRedirectError(await request({ response_mode }), 'invalid_request');
  });

  it.each(['sample-client', 'sample-spa'])('AS-AUTHZ-09 SEC-13: %s without a code_challenge is refused', async (client_id) => {
    const redirect_uri = client_id === 'sample-spa' ? 'http://localhost:4002/spa/callback' : 'http://localhost:4002/callback';
    expectRedirectError(
      await request({ client_id, redirect_uri, code_challenge: undefined, code_challenge_method: undefined }),
      'invalid_request',
    );
  });

  it.each([['plain'], ['s256'], ['S512'], [undefined]])(
    'AS-AUTHZ-10 SEC-14: code_challenge_method=%s is refused',
    async (code_challenge_method) => {
      expectRedirectError(await request({ code_challenge_method }), 'invalid_request');
    },
  );

  it.each([CHALLENGE.slice(1), `${CHALLENGE}a`, `${CHALLENGE.slice(1)}=`, `${CHALLENGE.slice(1)}+`])(
    'AS-AUTHZ-11 SEC-14: code_challenge=%s is refused',
    async (code_challenge) => {
      expectRedirectError(await request({ code_challenge }), 'invalid_request');
    },
  );

  it('AS-AUTHZ-10: a method without a challenge is refused', async () => {
    expectRedirectError(await request({ code_challenge: undefined }), 'invalid_request');
  });

  it.each(['notes:read unknown', 'notes:delete', 'notes:read  notes:write', ' notes:read', 'notes"read', 'nötes'])(
    'AS-AUTHZ-12: scope "%s" is refused',
    async (scope) => {
      expectRedirectError(await request({ scope }), 'invalid_scope');
    },
  );

  it('AS-AUTHZ-12: a scope that this client may not ask for is refused', async () => {
    await server.register({ id: 'reader', scopes: ['notes:read'] });
    const changes = { client_id: 'reader', redirect_uri: 'https://client.example/callback' };
    expectRedirectError(await request({ ...changes, scope: 'notes:read notes:write' }), 'invalid_scope');
  });

  it('AS-AUTHZ-13: neither the order of scopes nor that of parameters matters', async () => {
    const reversed = new URLSearchParams([...authorizeParameters({ scope: 'notes:write notes:read' })].reverse());
    const response = await request(reversed.toString());
    expect(response.location).toMatch(/^\/login\?/);
  });

  it.each([
    ['special characters', 'a b&c=d+e%f"<script>ü/?#\\'],
    ['a long one', 's'.repeat(2_000)],
  ])('AS-AUTHZ-14: state comes back unchanged: %s', async (_case, state) => {
    expect(responseParameters(await authorize(server, { state })).get('state')).toBe(state);
    expectRedirectError(await request({ state, response_type: 'x' }), 'unsupported_response_type', state);
  });

  it.each([[undefined], ['']])('AS-AUTHZ-14 AS-GEN-06: no state back when it was %j', async (state) => {
    expect(responseParameters(await authorize(server, { state })).has('state')).toBe(false);
    expectRedirectError(await request({ state, response_type: 'x' }), 'unsupported_response_type', null);
  });

  it('AS-AUTHZ-15 SEC-18: the issuer is named in success and error alike', async () => {
    expect(responseParameters(await authorize(server)).get('iss')).toBe(server.issuer);
    expect(responseParameters(await request({ response_type: 'x' })).get('iss')).toBe(server.issuer);
  });

  it('AS-AUTHZ-18: a client that may not use codes is told so', async () => {
    await server.register({ id: 'no-codes', grantTypes: ['client_credentials'] });
    expectRedirectError(await request({ client_id: 'no-codes', redirect_uri: 'https://client.example/callback' }), 'unauthorized_client');
  });

  it('AS-AUTHZ-19: POST with a form behaves as GET, to the end', async () => {
    const browser = openBrowser(server.app);
    const login = await follow(browser, await browser.post('/authorize', authorizeParameters().toString()));
    expect(login.body).toContain('name="password"');
    await logIn(browser);
    await browser.post('/authorize', authorizeParameters({ prompt: 'consent' }).toString());
    const page = await follow(browser, browser.responses.at(-1) as BrowserResponse);
    expect(page.body).toContain('name="decision"');
    expect(responseParameters(await decide(browser, 'approve')).get('code')).toBeTruthy();
  });

  it('AS-AUTHZ-19: another site’s form, which brings no cookie, does not end the session that is there', async () => {
    const browser = openBrowser(server.app);
    await authorize(server, {}, browser);
    const before = browser.cookies.get('rolecall-authorization-server');
    const stranger = openBrowser(server.app);
    const answer = await stranger.post('/authorize', authorizeParameters().toString());
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(responseParameters(await open(browser, answer.location as string)).get('code')).toBeTruthy();
    expect(browser.cookies.get('rolecall-authorization-server')).toBe(before);
  });

  it('a form that would make too long an address gets a page', async () => {
    expectPage(await openBrowser(server.app).post('/authorize', authorizeParameters({ extra: 'x'.repeat(20_000) }).toString()));
  });

  it('AS-AUTHZ-14: a state that is too long to keep is refused, not cut', async () => {
    expectRedirectError(await request({ state: 's'.repeat(4_097) }), 'invalid_request', 's'.repeat(4_097));
  });

  it('SEC-41: of two answers to one request that are fetched at once, one is given', async () => {
    const browser = openBrowser(server.app);
    await open(browser, authorizeUrl({ prompt: 'consent' }));
    await logIn(browser);
    const { request: id } = browser.hiddenFields();
    await browser.post('/consent', { ...browser.hiddenFields(), decision: 'approve' });
    const [answered, ...refused] = (await Promise.all([1, 2, 3, 4].map(() => browser.get(`/authorize/${id}`)))).sort(
      (a, b) => a.status - b.status,
    );
    expect(answered?.location).toContain('code=');
    for (const response of refused) expect([400, 403]).toContain(response.status);
  });

  it('whoever only looks (HEAD) is given no code', async () => {
    const browser = openBrowser(server.app);
    await authorize(server, {}, browser);
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await server.app.inject({ method: 'HEAD', url: authorizeUrl(), headers: { cookie } });
    expect(response.statusCode).toBe(405);
    expect(response.headers.location).toBeUndefined();
  });

  it('whoever only looks (HEAD) does not use a request up', async () => {
    const browser = openBrowser(server.app);
    await open(browser, authorizeUrl({ prompt: 'consent' }));
    await logIn(browser);
    const { request: id } = browser.hiddenFields();
    await browser.post('/consent', { ...browser.hiddenFields(), decision: 'approve' });
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    expect((await server.app.inject({ method: 'HEAD', url: `/authorize/${id}`, headers: { cookie } })).statusCode).toBe(405);
    expect((await browser.get(`/authorize/${id}`)).location).toContain('code=');
  });

  it('AS-AUTHZ-02: a client that was disabled meanwhile gets nothing', async () => {
    await server.register({ id: 'short-lived' });
    const browser = openBrowser(server.app);
    await open(browser, authorizeUrl({ client_id: 'short-lived', redirect_uri: 'https://client.example/callback' }));
    await server.register({ id: 'short-lived', disabled: true });
    expectPage(await logIn(browser));
  });

  it('a user who was disabled meanwhile is nobody: no code, no consent page', async () => {
    const own = await startTestServer();
    const browser = openBrowser(own.app);
    await authorize(own, {}, browser);
    const alice = await own.stores.users.findByUsername('alice');
    await own.stores.users.setDisabled(alice?.id as string, Date.now());
    expect((await open(browser, authorizeUrl())).body).toContain('name="password"');
    await own.close();
  });

  it('a user who is gone is nobody, and nothing goes round in circles', async () => {
    const own = await startTestServer();
    const browser = openBrowser(own.app);
    await open(browser, authorizeUrl());
    await logIn(browser);
    const form: Record<string, string> = { ...browser.hiddenFields(), decision: 'approve' };
    const alice = await own.stores.users.findByUsername('alice');
    own.serverStores.users.find = async () => undefined;
    await own.stores.users.rename(alice?.id as string, { name: 'Nobody' });
    expect((await open(browser, `/consent?request=${form.request}`)).body).toContain('name="password"');
    expect((await follow(browser, await browser.post('/consent', form))).body).toContain('name="password"');
    await own.close();
  });

  it.each(['set', 'get', 'replace', 'take'] as const)(
    'AS-AUTHZ-17: a short-lived store that fails (%s) is told as a failure, and nothing of it is said',
    async (method) => {
      const own = await startTestServer();
      const browser = openBrowser(own.app);
      if (method !== 'set') await open(browser, authorizeUrl());
      if (method === 'take') await logIn(browser);
      own.failShortLived(method);
      const response =
        method === 'replace'
          ? await logIn(browser)
          : method === 'take'
            ? await decide(browser, 'approve')
            : await open(browser, authorizeUrl());
      if (response.status === 303) expectRedirectError(response, 'temporarily_unavailable');
      else {
        expectPage(response, 503);
        expect(response.body).toContain('Please try again in a moment');
      }
      expect(response.body + response.location).not.toContain('a secret of the store');
      own.failShortLived(undefined);
      expect(responseParameters(await authorize(own)).get('code')).toBeTruthy();
      await own.close();
    },
  );

  it('AS-AUTHZ-17: a failure inside is told to the client as server_error', async () => {
    const broken = await startTestServer();
    await broken.app.ready();
    broken.serverStores.resources.list = () => Promise.reject(new Error('secret detail'));
    const response = await openBrowser(broken.app).get(authorizeUrl());
    expectRedirectError(response, 'server_error');
    expect(response.location).not.toContain('secret');
    await broken.close();
  });

  it.each([
    ['relative', '/notes'],
    ['with a fragment', 'http://localhost:4001#notes'],
    ['unknown', 'http://localhost:4009'],
    ['with a slash too many', 'http://localhost:4001/'],
  ])('AS-RI-01: a resource that is %s is refused', async (_case, resource) => {
    expectRedirectError(await request({ resource }), 'invalid_target');
  });

  it.each(['state', 'scope', 'response_type', 'code_challenge', 'extra'])('AS-GEN-05 SEC-17: %s sent twice is refused', async (name) => {
    const twice = `${authorizeParameters().toString()}&${name}=again&${name}=again`;
    expectRedirectError(await request(twice), 'invalid_request', name === 'state' ? null : 'the-state');
  });

  it.each(['client_id', 'redirect_uri'])('AS-GEN-05 SEC-17: %s sent twice gets a page', async (name) => {
    const again = encodeURIComponent(authorizeParameters().get(name) ?? '');
    expectPage(await request(`${authorizeParameters().toString()}&${name}=${again}`));
  });

  it('AS-GEN-05: resource may be sent more than once', async () => {
    const response = await request(`${authorizeParameters().toString()}&resource=http%3A%2F%2Flocalhost%3A4001`);
    expect(response.location).toMatch(/^\/login\?/);
  });

  it('AS-GEN-04: an unknown parameter is ignored', async () => {
    expect(responseParameters(await authorize(server, { extra: 'foobar' })).get('code')).toBeTruthy();
  });

  it.each([
    ['request', 'request_not_supported'],
    ['request_uri', 'request_uri_not_supported'],
  ])('AS-OP-12: %s is not supported', async (name, error) => {
    expectRedirectError(await request({ [name]: 'x' }), error);
  });

  it('AS-OP-03 AS-OP-05: prompt=none never shows a page: login_required, then consent_required, then a code', async () => {
    const browser = openBrowser(server.app);
    expectRedirectError(await open(browser, authorizeUrl({ prompt: 'none' })), 'login_required');
    await open(browser, authorizeUrl());
    await logIn(browser, 'bob', 'builder');
    expectRedirectError(await open(browser, authorizeUrl({ prompt: 'none' })), 'consent_required');
    expectRedirectError(await open(browser, authorizeUrl({ prompt: 'none login' })), 'invalid_request');
    await open(browser, authorizeUrl());
    await browser.post('/consent', { ...browser.hiddenFields(), decision: 'approve' });
    const silent = await open(browser, authorizeUrl({ prompt: 'none' }));
    expect(responseParameters(silent).get('code')).toBeTruthy();
  });

  it('prompt=login asks for the password again, also when the parameter is dropped on the way', async () => {
    const browser = openBrowser(server.app);
    await authorize(server, {}, browser);
    server.clock.advance(60);
    const asked = await open(browser, authorizeUrl({ prompt: 'login' }));
    expect(asked.body).toContain('name="password"');
    const id = browser.hiddenFields()['request'];
    expect((await open(browser, `/authorize/${id}`)).body).toContain('name="password"');
    expect(responseParameters(await logIn(browser)).get('code')).toBeTruthy();
  });

  it('AS-AUTHZ-26: a code has at least 128 random bits, and no two are equal', async () => {
    const browser = openBrowser(server.app);
    const codes = new Set<string | null>();
    for (let count = 0; count < 5; count++) codes.add(responseParameters(await authorize(server, {}, browser)).get('code'));
    expect(codes.size).toBe(5);
  });
});
