import { describe, expect, it } from 'vitest';
import { unescapeHtml } from './support/browser.ts';
import { startClient } from './support/client.ts';
import { ACCESS_TOKEN, tokens } from './support/fake-authorization-server.ts';

type Client = Awaited<ReturnType<typeof startClient>>;

/** A client whose browser has opened the start page: its attempt's state, and a right answer to it. */
async function startAttempt(prepare: (client: Client) => void = () => {}) {
  const client = await startClient();
  prepare(client);
  await client.browser.get('/');
  const state = client.browser.authorizationUrl().searchParams.get('state') ?? '';
  const { issuer } = client.authorizationServer;
  return { ...client, state, issuer, right: { code: 'a-code', state, iss: issuer } };
}

describe('the callback', () => {
  it('C-CB-07: answers with a redirect to a clean address, and the page there sends no referrer and loads nothing from elsewhere', async () => {
    const { browser, right } = await startAttempt();
    const answer = await browser.callback(right);
    expect([answer.statusCode, answer.headers.location, answer.body]).toEqual([303, '/notes', '']);
    expect(answer.headers['cache-control']).toBe('no-store');
    const page = await browser.follow();
    expect(page.statusCode).toBe(200);
    expect(page.headers['referrer-policy']).toBe('no-referrer');
    expect(page.headers['content-security-policy']).toContain("default-src 'none'; style-src 'self'");
  });

  it('renews the session id, so that one planted before the sign-in is worth nothing', async () => {
    const { app, browser, right } = await startAttempt();
    const before = new Map(browser.cookies);
    await browser.callback(right);
    expect([...browser.cookies.keys()]).toEqual([...before.keys()]);
    expect([...browser.cookies.values()]).not.toEqual([...before.values()]);
    const planted = [...before].map(([name, value]) => `${name}=${value}`).join('; ');
    const page = await app.inject({ url: '/notes', headers: { cookie: planted } });
    expect([page.statusCode, page.headers.location]).toEqual([303, '/']);
  });

  const unknown: [string, (right: Record<string, string>, client: Client) => Promise<unknown>][] = [
    ['missing', ({ state: _, ...rest }, { browser }) => browser.callback(rest)],
    ['empty', (right, { browser }) => browser.callback({ ...right, state: '' })],
    ['unknown', (right, { browser }) => browser.callback({ ...right, state: 'made-up' })],
    ['in another case', (right, { browser }) => browser.callback({ ...right, state: right.state?.toUpperCase() ?? '' })],
    ['from another browser session', (right, client) => client.otherBrowser().callback(right)],
    [
      'older than ten minutes',
      (right, { clock, browser }) => {
        clock.advance(600);
        return browser.callback(right);
      },
    ],
  ];

  it.each(unknown)('C-CB-01: makes no token request for a state that is %s', async (_case, act) => {
    const client = await startAttempt();
    expect(await act(client.right, client)).toMatchObject({ statusCode: 303, headers: { location: '/sign-in/unknown' } });
    expect(client.authorizationServer.tokenForms()).toEqual([]);
  });

  it('C-CB-01: accepts a state once', async () => {
    const { browser, right, authorizationServer } = await startAttempt();
    await browser.callback(right);
    const again = await browser.callback(right);
    expect(again.headers.location).toBe('/sign-in/unknown');
    expect(authorizationServer.tokenForms()).toHaveLength(1);
  });

  it('C-CB-01: of eight answers with the same state at the same time, one leads to a token request', async () => {
    const { browser, right, authorizationServer } = await startAttempt();
    const answers = await Promise.all(Array.from({ length: 8 }, () => browser.callback(right)));
    expect(answers.filter(({ headers }) => headers.location === '/notes')).toHaveLength(1);
    expect(authorizationServer.tokenForms()).toHaveLength(1);
  });

  it('C-CB-01: the page says what happened, with status 400 and a way to start again', async () => {
    const { browser } = await startAttempt();
    await browser.callback({ state: 'made-up' });
    const page = await browser.follow();
    expect(page.statusCode).toBe(400);
    expect(page.body).toContain('This answer belongs to nothing that was asked here');
    expect(page.body).toContain('href="/"');
  });

  const otherIssuers: [string, (issuer: string) => string][] = [
    ['is another server', () => 'https://evil.example'],
    ['has a slash more', (issuer) => `${issuer}/`],
    ['is in capitals', (issuer) => issuer.toUpperCase()],
    ['has a percent-encoded letter', (issuer) => issuer.replace('1', '%31')],
    ['has another port', (issuer) => issuer.replace(/:\d+$/, '')],
    ['has a space more', (issuer) => `${issuer} `],
  ];

  it.each(otherIssuers)('C-CB-02 C-CB-03: stops without a token request when iss %s', async (_case, change) => {
    const { browser, right, issuer, authorizationServer } = await startAttempt();
    const answer = await browser.callback({ ...right, iss: change(issuer) });
    expect(answer.headers.location).toBe('/sign-in/untrusted');
    expect(authorizationServer.tokenForms()).toEqual([]);
  });

  it('C-CB-02: shows nothing of an error that comes from another issuer', async () => {
    const { browser, state } = await startAttempt();
    await browser.callback({ state, iss: 'https://evil.example', error: 'access_denied', error_description: 'call 0900-1234' });
    const page = await browser.follow();
    expect(page.statusCode).toBe(400);
    expect(page.body).toContain('This answer cannot be trusted');
    expect(page.body).not.toMatch(/access_denied|0900|evil/);
  });

  it.each([{}, { iss: '' }])('C-CB-02: stops when iss is absent although the authorization server promises it (%j)', async (iss) => {
    const { browser, state, authorizationServer } = await startAttempt();
    expect((await browser.callback({ code: 'a-code', state, ...iss })).headers.location).toBe('/sign-in/untrusted');
    expect(authorizationServer.tokenForms()).toEqual([]);
  });

  it('C-CB-03: goes on without iss where the authorization server does not promise it', async () => {
    const { browser, state } = await startAttempt(
      ({ authorizationServer }) => void delete authorizationServer.metadata.authorization_response_iss_parameter_supported,
    );
    expect((await browser.callback({ code: 'a-code', state })).headers.location).toBe('/notes');
  });

  it('C-CB-02: stops at a wrong iss even where the authorization server does not promise one', async () => {
    const { browser, right } = await startAttempt(
      ({ authorizationServer }) => void delete authorizationServer.metadata.authorization_response_iss_parameter_supported,
    );
    expect((await browser.callback({ ...right, iss: 'https://evil.example' })).headers.location).toBe('/sign-in/untrusted');
  });

  it.each(['code', 'iss', 'state'])('C-CB-04: refuses an answer with %s twice, even with the same value', async (name) => {
    const { browser, right, authorizationServer } = await startAttempt();
    const parameters = new URLSearchParams(right);
    parameters.append(name, parameters.get(name) ?? '');
    expect((await browser.callback(parameters)).headers.location).toMatch(/^\/sign-in\/(untrusted|unknown)$/);
    expect(authorizationServer.tokenForms()).toEqual([]);
  });

  it('C-CB-04: refuses a code together with an error', async () => {
    const { browser, right, authorizationServer } = await startAttempt();
    expect((await browser.callback({ ...right, error: 'access_denied' })).headers.location).toBe('/sign-in/untrusted');
    expect(authorizationServer.tokenForms()).toEqual([]);
  });

  it('refuses an answer with neither a code nor an error', async () => {
    const { browser, state, issuer } = await startAttempt();
    expect((await browser.callback({ state, iss: issuer })).headers.location).toBe('/sign-in/untrusted');
  });

  it.each([{ code: 'x', iss: 'https://evil.example' }, { error: 'access_denied' }, {}])(
    'C-CB-05: whatever the answer, the attempt is used up (%j)',
    async (parameters) => {
      const { browser, right, state, issuer, authorizationServer } = await startAttempt();
      await browser.callback({ state, iss: issuer, ...parameters } as Record<string, string>);
      expect((await browser.callback(right)).headers.location).toBe('/sign-in/unknown');
      expect(authorizationServer.tokenForms()).toEqual([]);
    },
  );

  it('C-CB-05: a user who denies gets a friendly page', async () => {
    const { browser, state, issuer } = await startAttempt();
    const answer = await browser.callback({ state, iss: issuer, error: 'access_denied', error_description: 'the user said no' });
    expect(answer.headers.location).toBe('/sign-in/denied');
    const page = await browser.follow();
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain('You did not allow access');
    expect(page.body).not.toContain('access_denied');
    expect((await browser.get('/notes')).headers.location).toBe('/');
  });

  it('C-CB-05: another error is shown, its text escaped', async () => {
    const { browser, state, issuer } = await startAttempt();
    await browser.callback({ state, iss: issuer, error: 'invalid_scope', error_description: '<img src=x> is no scope' });
    const page = await browser.follow();
    expect(page.statusCode).toBe(502);
    expect(page.body).toContain('invalid_scope');
    expect(page.body).not.toContain('<img');
    expect(unescapeHtml(page.body)).toContain('<img src=x> is no scope');
  });

  it('C-CB-05: characters that no error may have are not repeated', async () => {
    const { browser, state, issuer } = await startAttempt();
    await browser.callback({ state, iss: issuer, error: 'a\r\nb', error_description: 'x'.repeat(5_000) });
    const page = await browser.follow();
    expect(page.body).toContain('unknown error');
    expect(page.body).not.toContain('xxxx');
  });

  it('C-CB-06: ignores parameters that it does not know, repeated or not', async () => {
    const { browser, right } = await startAttempt();
    const parameters = new URLSearchParams([...Object.entries(right), ['session_state', '1'], ['x', '1'], ['x', '2'], ['response', 'y']]);
    expect((await browser.callback(parameters)).headers.location).toBe('/notes');
  });

  it.each(['returnTo', 'return_to', 'next', 'redirect', 'url'])('C-CB-08: %s chooses no address', async (name) => {
    const { browser, right } = await startAttempt();
    expect((await browser.callback({ ...right, [name]: 'https://evil.example' })).headers.location).toBe('/notes');
    for (const path of ['/', '/notes', '/logged-out', '/sign-in/denied'])
      expect((await browser.get(`${path}?${name}=https://evil.example`)).body).not.toContain('evil.example');
  });

  it('C-API-01: writes neither the code, nor the state, nor the verifier, nor a token, nor the secret to the log', async () => {
    const { browser, otherBrowser, right, state, logs, authorizationServer } = await startAttempt();
    await browser.callback(right);
    await browser.follow();
    authorizationServer.tokenAnswer = () => tokens({ token_type: 'odd' });
    await otherBrowser().connect();
    await browser.callback({ ...right, code: 'another-code' });
    expect(authorizationServer.tokenForms()).toHaveLength(2);
    const form = authorizationServer.tokenForms()[0];
    const written = logs.join('\n');
    expect(written).toContain('/callback');
    for (const secret of ['a-code', 'another-code', state, form?.get('code_verifier') ?? '', ACCESS_TOKEN, 'sample-client-secret'])
      expect(written).not.toContain(secret);
  });

  it('does not let a HEAD request use up the code', async () => {
    const { app, browser, right, authorizationServer } = await startAttempt();
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const head = await app.inject({ method: 'HEAD', url: `/callback?${new URLSearchParams(right)}`, headers: { cookie } });
    expect([head.statusCode, head.headers.allow]).toEqual([405, 'GET']);
    expect(authorizationServer.tokenForms()).toEqual([]);
  });
});
