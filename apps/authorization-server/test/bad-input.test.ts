import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser } from './support/browser.ts';
import { authorizeUrl, expectError, expectPage, open } from './support/flow.ts';
import { startTestServer, type TestServer } from './support/test-server.ts';

const PAGES = ['/authorize', '/login', '/consent'];
const SCRIPT = '"><script>alert(1)</script>';

describe('bad input', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.close());

  const form = { 'content-type': 'application/x-www-form-urlencoded' };

  it.each([
    'client_id=%zz',
    'client_id=%ff%fe',
    'client_id=a%00b',
    '%00=x',
    'client_id=%e2%82',
    Array.from({ length: 200 }, (_, i) => `p${i}=x`).join('&'),
  ])('a broken query gets a page with 400: %.30s', async (query) => {
    for (const path of PAGES) expectPage(await openBrowser(server.app).get(`${path}?${query}`));
  });

  it.each(['grant_type=%zz', 'grant_type=%ff', 'grant_type=a%00', Array.from({ length: 10_000 }, (_, i) => `${i}=`).join('&')])(
    'SEC-43: a broken form gets 400: %.30s',
    async (payload) => {
      const response = await server.app.inject({ method: 'POST', url: '/token', headers: form, payload });
      expect([400, 413]).toContain(response.statusCode);
      expect(response.json().error).toBe('invalid_request');
      expect((await server.app.inject({ method: 'POST', url: '/authorize', headers: form, payload })).statusCode).toBe(response.statusCode);
    },
  );

  it('4 MB get 413 everywhere', async () => {
    for (const url of ['/token', ...PAGES]) {
      const response = await server.app.inject({ method: 'POST', url, headers: form, payload: `x=${'y'.repeat(4 * 1024 * 1024)}` });
      expect(response.statusCode, url).toBe(413);
    }
  });

  it.each(PAGES)('%s refuses other content types and methods', async (url) => {
    const json = await server.app.inject({ method: 'POST', url, headers: { 'content-type': 'application/json' }, payload: '{}' });
    expect(json.statusCode).toBe(400);
    expect(json.body).not.toContain('stack');
    const put = await server.app.inject({ method: 'PUT', url });
    expect(put.statusCode).toBe(405);
    expect(put.headers.allow).toBe(url === '/authorize' ? 'GET, POST' : 'GET, HEAD, POST');
  });

  it.each([
    '/%zz',
    '/authorize/%00',
    '/authorize/%',
    '/..%2f..%2fetc/passwd',
    '/token;x=y',
    '/authorize/' + 'a'.repeat(5_000),
    '/nowhere',
    '//evil.example/nowhere',
    '/\\evil/nowhere',
  ])('SEC-44: the path %.30s gets 4xx', async (url) => {
    const response = await server.app.inject({ url });
    expect(response.statusCode).toBeGreaterThanOrEqual(400);
    expect(response.statusCode).toBeLessThan(500);
    expect(response.headers.location).toBeUndefined();
  });

  it('an address that leads nowhere gets a page for people, and JSON for programs', async () => {
    const browser = await openBrowser(server.app).get('/nowhere', { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' });
    expectPage(browser, 404);
    expect(browser.body).toContain('<h1>There is nothing here</h1>');
    for (const accept of ['application/json', '*/*', undefined]) {
      const response = await server.app.inject({ url: '/nowhere', headers: accept === undefined ? {} : { accept } });
      expectError(response, 404, 'invalid_request');
      expect(response.headers.vary).toMatch(/accept/i);
    }
  });

  it.each([
    'a=b; =; ;;',
    '=x',
    `rolecall-authorization-server=${'x'.repeat(4_000)}`,
    'rolecall-authorization-server=%zz',
    'rolecall-authorization-server=a%00b',
    '\u00ff',
  ])('SEC-44: the cookie "%.40s" is no session, and no failure', async (cookie) => {
    const response = await server.app.inject({ url: authorizeUrl(), headers: { cookie } });
    expect(response.statusCode).toBe(303);
    expect(response.headers.location).toMatch(/^\/login/);
  });

  it('AS-GEN-16 SEC-39: what a caller sends is never markup', async () => {
    await server.register({ id: 'markup', name: SCRIPT, scopes: ['notes:read'] });
    const browser = openBrowser(server.app);
    const changes = {
      client_id: 'markup',
      redirect_uri: 'https://client.example/callback',
      scope: 'notes:read',
      login_hint: SCRIPT,
      state: SCRIPT,
    };
    const login = await open(browser, authorizeUrl(changes));
    const failed = await browser.post('/login', { ...browser.hiddenFields(), username: SCRIPT, password: SCRIPT });
    await browser.get(login.location ?? `/login?request=${browser.hiddenFields()['request']}`);
    await browser.post('/login', { ...browser.hiddenFields(), username: 'alice', password: 'wonderland' });
    const consent = await open(browser, authorizeUrl(changes));
    const errors = [
      await browser.get(`/authorize?client_id=${encodeURIComponent(SCRIPT)}`),
      await browser.get(`/nowhere/${encodeURIComponent(SCRIPT)}`),
    ];
    for (const response of [login, failed, consent, ...errors]) expect(response.body).not.toContain('<script');
    expect(login.body).toContain('&#62;&#60;script&#62;');
  });

  it('AS-GEN-16 SEC-40: no value splits a header or a log line', async () => {
    const state = 'x\r\nSet-Cookie: evil=1\r\n\r\nbody';
    const response = await openBrowser(server.app).get(authorizeUrl({ state, response_type: 'x' }));
    expect(response.headers['set-cookie']).toBeUndefined();
    expect(new URL(response.location as string).searchParams.get('state')).toBe(state);
    for (const line of server.logged().trim().split('\n')) JSON.parse(line);
  });

  it('a path that cannot be decoded is refused, and its query stays out of the log', async () => {
    const own = await startTestServer();
    expect((await own.app.inject('/authorize%?state=SECRETSTATE&code=rc_ac_secret')).statusCode).toBe(400);
    expect(own.logged()).not.toContain('SECRETSTATE');
    expect(own.logged()).not.toContain('rc_ac_secret');
    await own.close();
  });

  it('AS-GEN-08: no page is open to other origins, whatever they say', async () => {
    for (const origin of ['https://evil.example', 'null', 'http://localhost:4002'])
      for (const method of ['GET', 'OPTIONS'] as const)
        for (const url of [...PAGES, authorizeUrl()]) {
          const response = await server.app.inject({ method, url, headers: { origin, 'access-control-request-method': 'POST' } });
          expect(response.headers['access-control-allow-origin'], `${method} ${url}`).toBeUndefined();
        }
  });

  it('AS-GEN-09 SEC-41: what follows a form with a password is 303, never 307', async () => {
    const browser = openBrowser(server.app);
    await open(browser, authorizeUrl());
    await browser.post('/login', { ...browser.hiddenFields(), username: 'alice', password: 'wonderland' });
    await open(browser, authorizeUrl());
    await browser.post('/consent', { ...browser.hiddenFields(), decision: 'approve' });
    await browser.get(browser.responses.at(-1)?.location as string);
    const redirects = browser.responses.filter((response) => response.location !== undefined);
    expect(redirects.length).toBeGreaterThanOrEqual(5);
    for (const { status } of redirects) expect(status).toBe(303);
  });

  it('AS-GEN-10 AS-GEN-11 SEC-38 SEC-41: pages cannot be framed, cached or read from elsewhere, and load nothing foreign', async () => {
    const browser = openBrowser(server.app);
    const login = await open(browser, authorizeUrl());
    const problem = await browser.get('/authorize');
    await browser.get(`/login?request=${new URL(`http://x${browser.responses[0]?.location}`).searchParams.get('request')}`);
    await browser.post('/login', { ...browser.hiddenFields(), username: 'alice', password: 'wonderland' });
    const consent = await open(browser, authorizeUrl({ prompt: 'consent' }));
    expect(consent.body).toContain('name="decision"');
    for (const { headers, body } of [login, consent, problem]) {
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
      expect(headers['content-security-policy']).toContain("default-src 'none'");
      expect(headers['content-security-policy']).not.toContain('unsafe');
      expect(headers['x-frame-options']).toBe('DENY');
      expect(headers['referrer-policy']).toBe('no-referrer');
      expect(headers['cache-control']).toBe('no-store');
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(body).not.toMatch(/<script|style=| on\w+="|src="https?:|href="https?:/);
    }
  });

  it('AS-GEN-14: the other endpoints refuse other methods too', async () => {
    for (const url of ['/jwks', '/.well-known/oauth-authorization-server', '/health/live']) {
      const response = await server.app.inject({ method: 'POST', url, headers: form, payload: 'x=y' });
      expect(response.statusCode, url).toBe(405);
      expect(response.headers.allow, url).toBe(url === '/health/live' ? 'GET, HEAD' : 'GET, HEAD, OPTIONS');
    }
  });

  it('SEC-31: an unknown client looks like a wrong secret', async () => {
    const answer = async (client_id: string) => {
      const response = await server.app.inject({
        method: 'POST',
        url: '/token',
        headers: form,
        payload: `grant_type=x&client_id=${client_id}&client_secret=y`,
      });
      return [response.statusCode, response.body];
    };
    expect(await answer('nobody')).toEqual(await answer('sample-client'));
  });

  it('AS-GEN-05 SEC-17: a field that is sent twice is refused by the forms too', async () => {
    const browser = openBrowser(server.app);
    await open(browser, authorizeUrl());
    const fields = new URLSearchParams({ ...browser.hiddenFields(), username: 'alice', password: 'wonderland' }).toString();
    const response = await browser.post('/login', `${fields}&username=bob`);
    expectPage(response);
    expect(response.body).toContain('username was sent more than once');
  });
});
