import { describe, expect, it, vi } from 'vitest';
import { startClient } from './support/client.ts';
import { tokens } from './support/fake-authorization-server.ts';
import type { ScriptedAnswer } from './support/scripted-server.ts';

const error = (code: string, status = 400): ScriptedAnswer => ({ status, body: { error: code } });
const pending = error('authorization_pending');

const authorization = (members: Record<string, unknown> = {}) => ({
  body: {
    device_code: 'never-shown',
    user_code: 'WDJB-MJHT',
    verification_uri: 'http://localhost:9/device',
    verification_uri_complete: 'http://localhost:9/device?user_code=WDJB-MJHT',
    expires_in: 600,
    interval: 5,
    ...members,
  },
});

/** A server with a device grant, and a page that waits for the user. */
async function waiting(members?: Record<string, unknown>) {
  const client = await startClient();
  const { browser, authorizationServer } = client;
  authorizationServer.metadata.device_authorization_endpoint = `${authorizationServer.issuer}/device_authorization`;
  authorizationServer.deviceAnswer = () => authorization(members);
  authorizationServer.tokenAnswer = () => pending;
  await browser.get('/device');
  const started = await browser.submit('/device');
  await browser.get('/device');
  return { ...client, started, questions: () => authorizationServer.tokenForms() };
}

describe('the device flow', () => {
  it('says so where the authorization server does not offer it', async () => {
    const { browser } = await startClient();
    const page = await browser.get('/device');
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain('does not offer this');
    expect(page.body).not.toContain('<form');
  });

  it('C-TOK-09: shows the code, the address and both as a QR code, and never the device code', async () => {
    const { browser, authorizationServer, resourceServer, logs } = await waiting();
    const request = authorizationServer.server.requests.find(({ url }) => url === '/device_authorization');
    expect(request?.headers.authorization).toMatch(/^Basic /);
    expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
      client_id: 'sample-client',
      resource: resourceServer.resource,
      scope: 'notes:read notes:write',
    });
    const page = browser.answers.at(-1);
    expect(page?.body).toContain('>WDJB-MJHT<');
    expect(page?.body).toContain('href="http://localhost:9/device"');
    expect(page?.body).toMatch(
      /role="img" aria-label="QR code with the address http:\/\/localhost:9\/device\?user_code(=|&#61;)WDJB-MJHT"><svg /,
    );
    expect(page?.headers.refresh).toBe('5; url=/device');
    for (const { body, headers } of browser.answers) expect(body + JSON.stringify(headers)).not.toContain('never-shown');
    expect(logs.join()).not.toContain('never-shown');
  });

  it('C-TOK-09: asks at the interval, however often the page is loaded and by however many', async () => {
    const { browser, clock, questions } = await waiting();
    expect(questions()).toEqual([]);
    clock.advance(4);
    await browser.get('/device');
    expect(questions()).toEqual([]);
    clock.advance(1);
    await Promise.all(Array.from({ length: 10 }, () => browser.get('/device')));
    expect(questions()).toHaveLength(1);
    clock.advance(4);
    await browser.get('/device');
    expect(questions()).toHaveLength(1);
    clock.advance(1);
    await browser.get('/device');
    expect(questions()).toHaveLength(2);
    expect(Object.fromEntries(questions()[0] ?? [])).toMatchObject({
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      device_code: 'never-shown',
    });
  });

  it('C-TOK-09: five seconds are the interval where the server names none', async () => {
    const { browser, clock, questions } = await waiting({ interval: undefined });
    clock.advance(4);
    await browser.get('/device');
    expect(questions()).toEqual([]);
    clock.advance(1);
    await browser.get('/device');
    expect(questions()).toHaveLength(1);
  });

  it('C-TOK-09: waits five seconds more after each slow_down, and goes on so', async () => {
    const { browser, clock, questions, authorizationServer } = await waiting();
    authorizationServer.tokenAnswer = () => error('slow_down');
    clock.advance(5);
    expect((await browser.get('/device')).headers.refresh).toBe('10; url=/device');
    clock.advance(9);
    await browser.get('/device');
    expect(questions()).toHaveLength(1);
    clock.advance(1);
    expect((await browser.get('/device')).headers.refresh).toBe('15; url=/device');
    authorizationServer.tokenAnswer = () => pending;
    clock.advance(15);
    expect((await browser.get('/device')).headers.refresh).toBe('15; url=/device');
    expect(questions()).toHaveLength(3);
  });

  it.each([
    [300, 300],
    [0.5, 1],
    [1e12, 1_800],
  ])('C-TOK-09: takes an interval of %d seconds as %d', async (interval, seconds) => {
    const { browser, clock, authorizationServer } = await waiting({ interval, expires_in: 3_600 });
    expect(browser.answers.at(-1)?.headers.refresh).toBe(`${seconds}; url=/device`);
    authorizationServer.tokenAnswer = () => error('slow_down');
    clock.advance(seconds);
    const page = await browser.get('/device');
    expect(page.headers.refresh ?? 'ended').toBe(interval === 1e12 ? 'ended' : `${seconds + 5}; url=/device`);
  });

  it.each([
    ['a time-out', 'silence' as const],
    ['503', { status: 503, body: 'busy' }],
  ])('C-TOK-09: waits twice as long after %s, and then works', async (_case, answer) => {
    const { browser, clock, authorizationServer } = await waiting();
    authorizationServer.tokenAnswer = () => answer;
    clock.advance(5);
    const page = await browser.get('/device');
    expect([page.statusCode, page.headers.refresh]).toEqual([200, '10; url=/device']);
    authorizationServer.tokenAnswer = () => tokens();
    clock.advance(10);
    expect((await browser.get('/device')).headers.location).toBe('/notes');
  });

  it('C-TOK-09: once the user has agreed the device is connected, in a new session', async () => {
    const { browser, clock, authorizationServer } = await waiting();
    const before = [...browser.cookies.values()];
    authorizationServer.tokenAnswer = () => tokens({ refresh_token: 'rt' });
    clock.advance(5);
    const answer = await browser.get('/device');
    expect([answer.statusCode, answer.headers.location]).toEqual([303, '/notes']);
    expect([...browser.cookies.values()]).not.toEqual(before);
    expect((await browser.follow()).body).toContain('Your notes');
    expect((await browser.get('/device')).headers.location).toBe('/notes');
  });

  it.each([
    ['access_denied', 'You did not allow access'],
    ['expired_token', 'The code has expired'],
    ['invalid_grant', 'The authorization server refused'],
    ['unauthorized_client', 'The authorization server refused'],
  ])('C-TOK-09: stops on %s', async (code, words) => {
    const { browser, clock, questions, authorizationServer } = await waiting();
    authorizationServer.tokenAnswer = () => error(code);
    clock.advance(5);
    const page = await browser.get('/device');
    expect(page.body).toContain(words);
    expect(page.headers.refresh).toBeUndefined();
    clock.advance(60);
    expect((await browser.get('/device')).body).toContain(words);
    expect(questions()).toHaveLength(1);
    expect((await browser.submit('/device')).headers.location).toBe('/device');
    expect((await browser.follow()).body).toContain('WDJB-MJHT');
  });

  it('C-TOK-09: stops by itself when the code has expired', async () => {
    const { browser, clock, questions } = await waiting({ expires_in: 60 });
    clock.advance(61);
    const page = await browser.get('/device');
    expect(page.body).toContain('The code has expired');
    expect(page.headers.refresh).toBeUndefined();
    expect(questions()).toEqual([]);
  });

  it('who cancels while the question is under way is not connected, and what came is revoked', async () => {
    const { app, browser, clock, authorizationServer } = await waiting();
    const [asked, decided] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    authorizationServer.tokenAnswer = async () => {
      asked.resolve();
      await decided.promise;
      return tokens({ refresh_token: 'too-late' });
    };
    clock.advance(5);
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const looking = app.inject({ url: '/device', headers: { cookie } });
    await asked.promise;
    expect((await browser.submit('/device/cancel')).headers.location).toBe('/');
    decided.resolve();
    expect((await looking).body).toContain('Show me a code');
    await vi.waitFor(() => expect(authorizationServer.revoked()).toContain('refresh_token too-late'), { timeout: 8_000, interval: 20 });
    expect((await browser.get('/notes')).headers.location).toBe('/');
  });

  it('an answer is not lost where only the mark of the question cannot be taken away', async () => {
    const { browser, clock, store, authorizationServer } = await waiting();
    const { delete: remove } = store;
    store.delete = async (key) => (key.startsWith('asking-for-device:') ? Promise.reject(new Error('away')) : remove(key));
    authorizationServer.tokenAnswer = () => tokens();
    clock.advance(5);
    expect((await browser.get('/device')).headers.location).toBe('/notes');
  });

  it('asks for nobody who has cancelled', async () => {
    const { browser, clock, questions } = await waiting();
    expect((await browser.submit('/device/cancel')).headers.location).toBe('/');
    clock.advance(10);
    expect((await browser.get('/device')).body).toContain('Show me a code');
    expect(questions()).toEqual([]);
  });

  it.each([
    { verification_uri: 'javascript:alert(1)' },
    { verification_uri: 'http://10.0.0.1/' },
    { user_code: '<b>\u202e</b>' },
    { user_code: 'x'.repeat(100) },
    { expires_in: 'soon' },
    { device_code: undefined },
  ])('SEC-60: shows nothing of an answer with %j', async (members) => {
    const { started } = await waiting(members);
    expect(started.statusCode).toBe(503);
    expect(started.body).not.toMatch(/javascript|10\.0\.0\.1|<b>|xxx/);
  });

  const addresses: [string, string][] = [
    ['is none', 'javascript:alert(1)'],
    ['is too long for a QR code', `http://localhost:9/${'x'.repeat(5_000)}`],
    ['becomes too long as bytes', `http://localhost:9/${'\u{1f511}'.repeat(400)}`],
  ];

  it.each(addresses)('SEC-60: shows nothing of a complete address that %s, and the other instead', async (_case, address) => {
    const { browser } = await waiting({ verification_uri_complete: address });
    const page = browser.answers.at(-1);
    expect(page?.statusCode).toBe(200);
    expect(page?.body).not.toContain(address);
    expect(page?.body).toContain('QR code with the address http://localhost:9/device"');
    expect(page?.body).toContain('WDJB-MJHT');
  });

  it.each(addresses)('SEC-60: begins nothing where the address for the user %s', async (_case, address) => {
    const { started } = await waiting({ verification_uri: address });
    expect(started.statusCode).toBe(503);
  });

  it('says what the authorization server said when it gives no code', async () => {
    const { browser, authorizationServer } = await waiting();
    authorizationServer.deviceAnswer = () => error('unauthorized_client');
    await browser.submit('/device/cancel');
    await browser.get('/device');
    const page = await browser.submit('/device');
    expect([page.statusCode, page.body]).toEqual([502, expect.stringContaining('<code>unauthorized_client</code>')]);
  });

  it('C-BFF-03: is not begun for a form of another session, nor by a link', async () => {
    const { browser, authorizationServer } = await waiting();
    const begun = () => authorizationServer.server.requests.filter(({ url }) => url === '/device_authorization').length;
    expect((await browser.post('/device', {})).statusCode).toBe(403);
    expect((await browser.post('/device/cancel', {})).statusCode).toBe(403);
    expect(begun()).toBe(1);
  });
});
