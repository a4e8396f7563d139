import { describe, expect, it } from 'vitest';
import { unescapeHtml } from './support/browser.ts';
import { tokens } from './support/fake-authorization-server.ts';
import { challenge } from './support/fake-resource-server.ts';
import { bomb, expectNothingLeaked, SECRETS, type Siege, startAmongEnemies } from './support/hostile.ts';
import type { ScriptedAnswer } from './support/scripted-server.ts';

const SCRIPT = '<script>alert(1)</script><img src=x onerror=alert(1)>';

/** After the attack the servers behave again, and the same browser must be able to go on. */
async function expectSane(siege: Siege, restore: (siege: Siege) => void): Promise<void> {
  restore(siege);
  siege.clock.advance(61);
  await siege.signIn();
  expect(siege.browser.answers.at(-1)?.headers.location).toBe('/notes');
  expect((await siege.browser.follow()).body).toContain('Your notes');
  expectNothingLeaked(siege);
}

/** What any endpoint may answer to any request. */
const ANSWERS: [string, (siege: Siege) => ScriptedAnswer][] = [
  ['silence', () => 'silence'],
  ['an answer that drips', () => ({ drip: true })],
  ['more than fits', () => ({ body: 'x'.repeat(9 * 1024 * 1024) })],
  ['a little that unpacks to more than fits', () => bomb(64 * 1024 * 1024)],
  ['a redirect elsewhere', ({ elsewhere }) => ({ status: 307, headers: { location: elsewhere.origin } })],
  ['a permanent redirect elsewhere', ({ elsewhere }) => ({ status: 308, headers: { location: elsewhere.origin } })],
  ['half of JSON', () => ({ headers: { 'content-type': 'application/json' }, body: '{"a":' })],
  ['a script', () => ({ headers: { 'content-type': 'text/html' }, body: SCRIPT })],
  ['null', () => ({ headers: { 'content-type': 'application/json' }, body: 'null' })],
  ['a list', () => ({ body: [] })],
  ['a text', () => ({ headers: { 'content-type': 'application/json' }, body: '"text"' })],
  ['JSON as deep as a well', () => ({ headers: { 'content-type': 'application/json' }, body: '['.repeat(100_000) })],
  ['__proto__', () => ({ headers: { 'content-type': 'application/json' }, body: '{"__proto__":{"issuer":"x"},"constructor":1}' })],
  ['status 500 and a stack trace', () => ({ status: 500, body: `Error: ${SCRIPT}\n    at x.ts:1` })],
  ['status 204', () => ({ status: 204 })],
];

describe('SEC-60: an authorization server that answers badly', () => {
  it.each(ANSWERS)('with metadata that is %s', async (_case, answer) => {
    const siege = await startAmongEnemies();
    const { authorizationServer, browser } = siege;
    authorizationServer.interfere = ({ url }) => (url.startsWith('/.well-known/') ? answer(siege) : undefined);
    const page = await browser.get('/');
    expect(page.statusCode).toBe(503);
    expect(page.body).not.toContain('code_challenge');
    await expectSane(siege, () => void (authorizationServer.interfere = () => undefined));
    expect(siege.elsewhere.requests).toEqual([]);
  });

  it.each(ANSWERS)('C-TOK-13 C-TOK-14: with a token answer that is %s', async (_case, answer) => {
    const siege = await startAmongEnemies();
    const { authorizationServer, browser } = siege;
    authorizationServer.interfere = ({ url }) => (url === '/token' ? answer(siege) : undefined);
    await siege.signIn();
    expect(browser.answers.at(-1)?.headers.location).toBe('/sign-in/unavailable');
    await browser.follow();
    expect((await browser.get('/notes')).headers.location).toBe('/');
    await expectSane(siege, () => void (authorizationServer.interfere = () => undefined));
    expect(siege.elsewhere.requests).toEqual([]);
  });

  const metadata: [string, Record<string, unknown>][] = [
    ['another issuer', { issuer: 'https://evil.example' }],
    ['its issuer in capitals', { issuer: 'HTTP://127.0.0.1' }],
    ['no issuer', { issuer: undefined }],
    ['a number for an issuer', { issuer: 1 }],
    ...[
      'javascript:alert(1)',
      'data:text/html,x',
      'file:///etc/passwd',
      'vbscript:x',
      'ms-settings:x',
      'intent://x',
      ' javascript:alert(1)',
    ].map((endpoint): [string, Record<string, unknown>] => [endpoint, { authorization_endpoint: endpoint }]),
    ['a command for an address', { authorization_endpoint: 'http://127.0.0.1:1/$(touch x)`id`', token_endpoint: 'http://$(id)/' }],
    ['a token endpoint at a machine inside', { token_endpoint: 'http://169.254.169.254/latest' }],
    ['a token endpoint of another scheme', { token_endpoint: 'ftp://127.0.0.1/token' }],
    ['a token endpoint with a password', { token_endpoint: 'http://user:password@other.example/token' }],
    ['a list of endpoints', { token_endpoint: ['http://127.0.0.1/token'] }],
    ['no PKCE', { code_challenge_methods_supported: [] }],
  ];

  it.each(metadata)('with metadata that has %s', async (_case, changes) => {
    const siege = await startAmongEnemies();
    const { authorizationServer, browser } = siege;
    const before = { ...authorizationServer.metadata };
    Object.assign(authorizationServer.metadata, changes);
    const page = await browser.get('/');
    expect(page.statusCode).toBe(503);
    expect(page.body).not.toMatch(/code_challenge|evil\.example|alert\(1\)/);
    await expectSane(siege, () => void (authorizationServer.metadata = before));
  });

  const refusals: [string, () => ScriptedAnswer][] = [
    ['a script for a description', () => ({ status: 400, body: { error: 'invalid_grant', error_description: SCRIPT } })],
    ['a script for an error', () => ({ status: 400, body: { error: SCRIPT } })],
    ['line breaks', () => ({ status: 400, body: { error: 'a\r\nset-cookie: a=b', error_description: '\r\n{"level":60}\u2028' } })],
    ['an object for an error', () => ({ status: 400, body: { error: { a: 1 }, error_description: [] } })],
    ['a description without end', () => ({ status: 400, body: { error: 'invalid_grant', error_description: 'x'.repeat(100_000) } })],
    ['a challenge of garbage', () => ({ status: 401, headers: { 'www-authenticate': '=,,"\\' }, body: {} })],
    ['status 200 and an error', () => ({ status: 200, body: { error: 'invalid_grant' } })],
  ];

  it.each(refusals)('with a refusal that has %s', async (_case, answer) => {
    const siege = await startAmongEnemies();
    const { authorizationServer, browser } = siege;
    authorizationServer.interfere = ({ url }) => (url === '/token' ? answer() : undefined);
    await siege.signIn();
    expect(browser.answers.at(-1)?.headers.location).toMatch(/^\/sign-in\/(refused|unavailable)$/);
    const page = await browser.follow();
    expect(page.headers['set-cookie'] ?? '').not.toContain('a=b');
    expect(page.body.length).toBeLessThan(20_000);
    await expectSane(siege, () => void (authorizationServer.interfere = () => undefined));
  });

  it.each(['error', 'error_description', 'scope', 'a header'])('that repeats what it was sent, in %s', async (place) => {
    const siege = await startAmongEnemies();
    const { authorizationServer, browser } = siege;
    authorizationServer.interfere = ({ url, headers, body }) => {
      if (url !== '/token') return undefined;
      const said = `${atob(String(headers.authorization).replace('Basic ', '')).replaceAll('%2D', '-')} ${decodeURIComponent(body)}`;
      if (place === 'a header') return { status: 400, headers: { 'x-debug': said }, body: { error: 'invalid_grant' } };
      if (place === 'scope') return tokens({ access_token: SECRETS.accessToken, scope: said });
      const other = place === 'error' ? {} : { error: 'invalid_grant' };
      return { status: 400, body: { ...other, [place]: said } };
    };
    await siege.signIn();
    expect(browser.answers.at(-1)?.headers.location).toBe('/sign-in/unavailable');
    await browser.follow();
    await expectSane(siege, () => void (authorizationServer.interfere = () => undefined));
  });

  it('that repeats the header with the client’s secret as it came', async () => {
    const siege = await startAmongEnemies();
    const { authorizationServer, browser } = siege;
    authorizationServer.interfere = ({ url, headers: { authorization } }) =>
      url === '/token' ? { status: 400, body: { error: 'invalid_request', error_description: `cannot read ${authorization}` } } : undefined;
    await siege.signIn();
    expect(browser.answers.at(-1)?.headers.location).toBe('/sign-in/unavailable');
    const [, sent] = String(authorizationServer.server.requests.at(-1)?.headers.authorization).split(' ');
    for (const { body } of [...browser.answers, await browser.follow()]) expect(unescapeHtml(body)).not.toContain(sent);
    expect(siege.logs.join()).not.toContain(sent);
    await expectSane(siege, () => void (authorizationServer.interfere = () => undefined));
  });

  it('that repeats the refresh token in an error: it is not logged', async () => {
    const siege = await startAmongEnemies();
    const { authorizationServer, browser, clock } = siege;
    await siege.signIn();
    clock.advance(601);
    authorizationServer.interfere = ({ url }) =>
      url === '/token' ? { status: 400, body: { error: `no ${SECRETS.refreshToken}` } } : undefined;
    expect((await browser.get('/notes')).statusCode).toBe(503);
    await expectSane(siege, () => void (authorizationServer.interfere = () => undefined));
  });

  it.each([
    ['of another type', { token_type: 'N_A' }],
    ['that are a list', { access_token: ['x'] }],
    ['with a line break', { access_token: 'x\r\nx-injected: 1' }],
    ['with a scope that has a script', { scope: `notes:read ${SCRIPT}"` }],
    ['with a scope without end', { scope: 'x '.repeat(50_000) }],
    ['that expired long ago', { expires_in: -1 }],
    ['that expire at no time', { expires_in: 'never' }],
    ['with a refresh token that is none', { refresh_token: { a: 1 } }],
    ['with an ID token that nobody asked for', { id_token: 'eyJhbGciOiJub25lIn0.e30.' }],
  ])('with tokens %s', async (_case, members) => {
    const siege = await startAmongEnemies();
    const { authorizationServer, browser, resourceServer } = siege;
    const { tokenAnswer } = authorizationServer;
    authorizationServer.tokenAnswer = () => tokens({ access_token: SECRETS.accessToken, ...members });
    await siege.signIn();
    expect(browser.answers.at(-1)?.headers.location).toBe('/sign-in/unavailable');
    expect(resourceServer.calls()).toEqual([]);
    await expectSane(siege, () => void (authorizationServer.tokenAnswer = tokenAnswer));
  });
});

describe('SEC-18: a mix-up', () => {
  it.each([
    ['the attacker’s', 'https://evil.example'],
    ['empty', ''],
    ['null', 'null'],
    ['the server’s and a path', undefined],
  ])('ends at an iss that is %s, without a token request', async (_case, iss) => {
    const siege = await startAmongEnemies();
    await siege.signIn({ iss: iss ?? `${siege.authorizationServer.issuer}/x` });
    expect(siege.browser.answers.at(-1)?.headers.location).toBe('/sign-in/untrusted');
    expect(siege.authorizationServer.tokenForms()).toEqual([]);
    await siege.browser.follow();
    await expectSane(siege, () => {});
  });

  it('of two servers: the code of one is not taken to the other, whichever iss it comes with', async () => {
    const siege = await startAmongEnemies();
    const { browser, afterRestart, authorizationServer, elsewhere } = siege;
    await browser.get('/');
    const state = browser.authorizationUrl().searchParams.get('state') ?? '';
    const atOther = await afterRestart({ ISSUER: elsewhere.origin });
    for (const iss of [authorizationServer.issuer, elsewhere.origin]) {
      const answer = await atOther.callback({ code: SECRETS.code, state, iss });
      expect(answer.headers.location).toBe('/sign-in/unknown');
    }
    expect(authorizationServer.tokenForms()).toEqual([]);
    expectNothingLeaked(siege);
  });

  it('an answer that was made for somebody else’s browser connects nobody (login CSRF)', async () => {
    const siege = await startAmongEnemies();
    const attacker = siege.otherBrowser();
    await attacker.get('/');
    const state = attacker.authorizationUrl().searchParams.get('state') ?? '';
    await siege.browser.get('/');
    const answer = await siege.browser.callback({ code: SECRETS.code, state, iss: siege.authorizationServer.issuer });
    expect(answer.headers.location).toBe('/sign-in/unknown');
    expect(siege.authorizationServer.tokenForms()).toEqual([]);
    await expectSane(siege, () => {});
  });
});

describe('SEC-60: an answer of the browser that is not what was agreed', () => {
  const answers: [string, (right: [string, string][]) => [string, string][]][] = [
    ['a code twice', (right) => [...right, ['code', 'other']]],
    ['a state twice', (right) => [...right, ['state', 'other']]],
    ['an iss twice', (right) => [...right, ['iss', 'other']]],
    ['an error as well', (right) => [...right, ['error', 'access_denied']]],
    ['a script for an error', (right) => [...right.filter(([name]) => name !== 'code'), ['error', SCRIPT], ['error_description', SCRIPT]]],
    ['line breaks', (right) => [...right.filter(([name]) => name !== 'code'), ['error', 'a\r\nset-cookie: a=b']]],
    ['tokens for the browser', (right) => [...right.filter(([name]) => name !== 'code'), ['access_token', 'x'], ['token_type', 'bearer']]],
    ['nothing but the state', (right) => right.filter(([name]) => name === 'state')],
    ['a code without end', (right) => [...right.filter(([name]) => name !== 'code'), ['code', '']]],
  ];

  it.each(answers)('with %s', async (_case, change) => {
    const siege = await startAmongEnemies();
    const { browser, authorizationServer } = siege;
    await browser.get('/');
    const state = browser.authorizationUrl().searchParams.get('state') ?? '';
    const right: [string, string][] = [
      ['code', SECRETS.code],
      ['state', state],
      ['iss', authorizationServer.issuer],
    ];
    const answer = await browser.callback(change(right));
    expect(answer.headers.location).toMatch(/^\/sign-in\/(untrusted|unknown|refused)$/);
    expect(answer.headers['set-cookie'] ?? '').not.toContain('a=b');
    await browser.follow();
    expect(authorizationServer.tokenForms()).toEqual([]);
    await expectSane(siege, () => {});
  });
});

describe('SEC-60: an API that answers badly', () => {
  it.each(ANSWERS)('with metadata that is %s', async (_case, answer) => {
    const siege = await startAmongEnemies();
    const { resourceServer, browser } = siege;
    const { metadataAnswer } = resourceServer;
    resourceServer.metadataAnswer = answer(siege);
    expect((await browser.get('/')).statusCode).toBe(503);
    await expectSane(siege, () => void (resourceServer.metadataAnswer = metadataAnswer));
    expect(siege.elsewhere.requests).toEqual([]);
  });

  it('with more scopes than can be asked for: no session keeps them, and no address carries them', async () => {
    const siege = await startAmongEnemies();
    const { resourceServer, authorizationServer, browser } = siege;
    const { metadataAnswer, resource } = resourceServer;
    const scopes = Array.from({ length: 100_000 }, (_, index) => `scope:${index}`);
    resourceServer.metadataAnswer = { body: { resource, authorization_servers: [authorizationServer.issuer], scopes_supported: scopes } };
    expect((await browser.get('/')).statusCode).toBe(503);
    await expectSane(siege, () => void (resourceServer.metadataAnswer = metadataAnswer));
  });

  it.each(['scope', 'acr_values'])('with a challenge whose %s no authorization server takes: it is left out', async (name) => {
    const siege = await startAmongEnemies();
    const { resourceServer, browser } = siege;
    await siege.signIn();
    const error = name === 'scope' ? 'insufficient_scope' : 'insufficient_user_authentication';
    const status = name === 'scope' ? 403 : 401;
    resourceServer.interfere = () => challenge(status, `error="${error}", ${name}="${'x'.repeat(12_000)}"`);
    expect((await browser.get('/notes')).statusCode).toBe(403);
    expect(browser.authorizationUrl().href.length).toBeLessThan(3_000);
    await expectSane(siege, () => void (resourceServer.interfere = () => undefined));
  });

  it.each(ANSWERS)('with notes that are %s', async (_case, answer) => {
    const siege = await startAmongEnemies();
    const { resourceServer, browser } = siege;
    await siege.signIn();
    resourceServer.interfere = () => answer(siege);
    expect((await browser.get('/notes')).statusCode).toBe(503);
    resourceServer.interfere = () => undefined;
    expect((await browser.get('/notes')).statusCode).toBe(200);
    expectNothingLeaked(siege);
    expect(siege.elsewhere.requests).toEqual([]);
  });

  const challenges: [string, string][] = [
    ['of garbage', '=,,"\\,Bearer Bearer='],
    ['without end', `Bearer ${'a="b", '.repeat(1_500)}c="d"`],
    ['of many', Array.from({ length: 200 }, (_, index) => `Scheme${index} a="b"`).join(', ')],
    ['with a script', 'Bearer error="insufficient_scope", scope="<script>alert(1)</script>"'],
    ['with a scope that asks for everything', 'Bearer error="insufficient_scope", scope="openid offline_access admin:users"'],
    ['with addresses inside', 'Bearer resource_metadata="http://169.254.169.254/latest/meta-data"'],
    ['with a scheme that is no address', 'Bearer resource_metadata="javascript:alert(1)"'],
    ['of a user who has to be somebody else', 'Bearer error="insufficient_user_authentication", acr_values="<script>", max_age="-1"'],
  ];

  it.each(challenges)('with a challenge %s', async (_case, header) => {
    const siege = await startAmongEnemies();
    const { resourceServer, browser } = siege;
    await siege.signIn();
    for (const status of [401, 403]) {
      resourceServer.interfere = () => ({ status, headers: { 'www-authenticate': header }, body: { error_description: SCRIPT } });
      await browser.get('/notes');
    }
    await expectSane(siege, () => void (resourceServer.interfere = () => undefined));
    expect(siege.elsewhere.requests).toEqual([]);
  });

  it('with challenges without end: each page makes a handful of requests, and then it is told', async () => {
    const siege = await startAmongEnemies();
    const { resourceServer, authorizationServer, browser } = siege;
    await siege.signIn();
    resourceServer.interfere = () => challenge(401, 'error="invalid_token"');
    for (let round = 0; round < 6; round += 1) {
      const before = authorizationServer.server.requests.length + resourceServer.server.requests.length;
      await browser.get('/notes');
      expect(authorizationServer.server.requests.length + resourceServer.server.requests.length - before).toBeLessThan(8);
      const link = String(browser.answers.at(-1)?.headers.location ?? '');
      if (link.startsWith(authorizationServer.issuer))
        await browser.callback({
          code: SECRETS.code,
          state: new URL(link).searchParams.get('state') ?? '',
          iss: authorizationServer.issuer,
        });
    }
    expect(browser.answers.some(({ body }) => body.includes('The API still refuses'))).toBe(true);
    expectNothingLeaked(siege);
  });

  it('that names a place of its choice for its metadata gets nothing but a question there', async () => {
    const siege = await startAmongEnemies();
    const { resourceServer, browser, elsewhere } = siege;
    await siege.signIn();
    resourceServer.interfere = () => challenge(401, `resource_metadata="${elsewhere.origin}/metadata"`);
    expect((await browser.get('/notes')).statusCode).toBe(503);
    expect(elsewhere.requests).toMatchObject([{ method: 'GET', url: '/metadata', body: '' }]);
    expect(elsewhere.requests[0]?.headers).not.toHaveProperty('authorization');
    await expectSane(siege, () => void (resourceServer.interfere = () => undefined));
  });

  it.each(['body', 'header'])('that repeats the token in a %s', async (place) => {
    const siege = await startAmongEnemies();
    const { resourceServer, browser } = siege;
    await siege.signIn();
    resourceServer.interfere = ({ headers }) =>
      place === 'header'
        ? challenge(403, `error="insufficient_scope", scope="${headers.authorization}"`)
        : { status: 400, body: { error: 'invalid_request', error_description: `bad token ${headers.authorization}` } };
    await browser.get('/notes');
    expect(browser.answers.at(-1)?.statusCode).toBe(503);
    await expectSane(siege, () => void (resourceServer.interfere = () => undefined));
  });

  it('SEC-39: with notes that are scripts: they are text', async () => {
    const siege = await startAmongEnemies();
    const { resourceServer, browser } = siege;
    await siege.signIn();
    const note = { id: 'n1', title: SCRIPT, body: `"><svg/onload=alert(1)>${SCRIPT}`, created_at: '2026-01-01T00:00:00Z' };
    resourceServer.interfere = () => ({ body: { notes: [note], next_cursor: '"><script>' } });
    const page = await browser.get('/notes');
    expect(page.statusCode).toBe(200);
    expect(page.body).not.toMatch(/<script|<img|<svg/);
    expect(unescapeHtml(page.body)).toContain(SCRIPT);
  });
});
