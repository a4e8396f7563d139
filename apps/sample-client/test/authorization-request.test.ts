import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { startClient } from './support/client.ts';
import { challenge } from './support/fake-resource-server.ts';

const query = (url: URL) => Object.fromEntries(url.searchParams);

describe('the authorization request', () => {
  it('is a link with exactly the parameters of the code flow, of PKCE and of the resource indicator', async () => {
    const { browser, authorizationServer, resourceServer } = await startClient();
    await browser.get('/');
    const url = browser.authorizationUrl();
    expect(url.origin + url.pathname).toBe(`${authorizationServer.issuer}/authorize`);
    expect(query(url)).toEqual({
      response_type: 'code',
      client_id: 'sample-client',
      redirect_uri: 'http://localhost:4002/callback',
      scope: 'notes:read notes:write',
      state: expect.any(String),
      code_challenge: expect.any(String),
      code_challenge_method: 'S256',
      resource: resourceServer.resource,
    });
    expect([...url.searchParams.keys()]).toHaveLength(8);
  });

  it('C-REQ-01: has a fresh S256 challenge each time, of a verifier of 43 to 128 unreserved characters', async () => {
    const { browser, authorizationServer } = await startClient();
    await browser.get('/');
    const first = query(browser.authorizationUrl());
    await browser.connect();
    const form = authorizationServer.tokenForms()[0];
    const verifier = form?.get('code_verifier') ?? '';
    expect(verifier).toMatch(/^[A-Za-z0-9._~-]{43,128}$/);
    const challenges = [first.code_challenge, createHash('sha256').update(verifier).digest('base64url')];
    expect(new Set(challenges).size).toBe(2);
    expect(browser.answers[1]?.body).toContain(challenges[1]);
  });

  it('C-REQ-02: has a fresh state each time, of 256 bits', async () => {
    const { browser, otherBrowser } = await startClient();
    const states = new Set<string | null>();
    for (const someone of [browser, browser, otherBrowser()]) {
      await someone.get('/');
      states.add(someone.authorizationUrl().searchParams.get('state'));
    }
    expect(states.size).toBe(3);
    for (const state of states) expect(state).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });

  it('C-REQ-03: names the same resource in the authorization request and in the token request, as it is configured', async () => {
    const { browser, authorizationServer, resourceServer } = await startClient();
    await browser.connect();
    expect(authorizationServer.tokenForms()[0]?.getAll('resource')).toEqual([resourceServer.resource]);
  });

  it('C-REQ-04: asks for all scopes that the API lists', async () => {
    const { browser, resourceServer, authorizationServer } = await startClient();
    resourceServer.metadataAnswer = {
      body: { resource: resourceServer.resource, authorization_servers: [authorizationServer.issuer], scopes_supported: ['a', 'b', 'c'] },
    };
    await browser.get('/');
    expect(browser.authorizationUrl().searchParams.get('scope')).toBe('a b c');
  });

  it.each([
    ['has no metadata', { status: 404, body: 'none' }],
    ['lists no scopes', undefined],
  ])('C-REQ-04: leaves the scope out when the API %s', async (_case, answer) => {
    const { browser, resourceServer } = await startClient();
    resourceServer.metadataAnswer = answer ?? { body: { resource: resourceServer.resource } };
    await browser.get('/');
    expect(browser.authorizationUrl().searchParams.has('scope')).toBe(false);
  });

  it.each([
    [undefined, 'notes:read'],
    [['notes:read', 'offline_access'], 'notes:read offline_access'],
  ])('C-REQ-04: asks for offline_access only where the authorization server lists it (%j)', async (scopes, expected) => {
    const { browser, authorizationServer, resourceServer } = await startClient();
    authorizationServer.metadata.scopes_supported = scopes;
    resourceServer.metadataAnswer = { body: { resource: resourceServer.resource, scopes_supported: ['notes:read', 'offline_access'] } };
    await browser.get('/');
    expect(browser.authorizationUrl().searchParams.get('scope')).toBe(expected);
  });

  it('C-REQ-04: a challenge cannot ask for offline_access where the authorization server does not list it', async () => {
    const { browser, resourceServer } = await startClient();
    await browser.connect();
    resourceServer.interfere = () => challenge(403, 'error="insufficient_scope", scope="notes:share offline_access"');
    await browser.follow();
    expect(browser.authorizationUrl().searchParams.get('scope')).toBe('notes:read notes:write notes:share');
  });

  it('C-REQ-05: always names the one registered redirect URI, whatever the browser calls this client', async () => {
    const { app, browser } = await startClient({ BASE_URL: 'http://localhost:4802' });
    const page = await app.inject({ url: '/?redirect_uri=https://evil.example', headers: { host: 'evil.example' } });
    expect(page.body).not.toContain('evil.example');
    await browser.get('/');
    expect(browser.authorizationUrl().searchParams.getAll('redirect_uri')).toEqual(['http://localhost:4802/callback']);
  });

  it('C-REQ-06: records issuer, verifier and state in the session before the browser leaves', async () => {
    const { app, browser, authorizationServer } = await startClient();
    const seen: unknown[] = [];
    app.addHook('onSend', async (request) => void seen.push(structuredClone(request.session.attempts)));
    await browser.get('/');
    const state = browser.authorizationUrl().searchParams.get('state');
    expect(seen[0]).toMatchObject([{ issuer: authorizationServer.issuer, state, codeVerifier: expect.any(String) }]);
  });

  it('RFC 6749 §3.1: keeps a query that the authorization endpoint has already', async () => {
    const { browser, authorizationServer } = await startClient();
    authorizationServer.metadata.authorization_endpoint = `${authorizationServer.issuer}/authorize?tenant=blue`;
    await browser.get('/');
    expect(browser.authorizationUrl().searchParams.get('tenant')).toBe('blue');
  });

  it('keeps the last five attempts of a browser and forgets older ones', async () => {
    const { browser, authorizationServer } = await startClient();
    const states: string[] = [];
    for (let count = 0; count < 6; count += 1) {
      await browser.get('/');
      states.push(browser.authorizationUrl().searchParams.get('state') ?? '');
    }
    const answer = (state: string | undefined) => browser.callback({ code: 'c', state: state ?? '', iss: authorizationServer.issuer });
    expect((await answer(states[0])).headers.location).toBe('/sign-in/unknown');
    expect((await answer(states[1])).headers.location).toBe('/notes');
  });
});
