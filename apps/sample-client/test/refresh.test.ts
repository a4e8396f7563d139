import { describe, expect, it } from 'vitest';
import { startClient } from './support/client.ts';
import { ACCESS_TOKEN, tokens } from './support/fake-authorization-server.ts';
import { challenge } from './support/fake-resource-server.ts';
import { refreshes, rotateTokens } from './support/rotating-tokens.ts';

/** Tokens live for 600 seconds: 30 before that it is time for new ones. */
const DUE_SECONDS = 571;

async function connected(interfere?: Parameters<typeof rotateTokens>[1], environment: Record<string, string> = {}) {
  const client = await startClient(environment);
  rotateTokens(client.authorizationServer, interfere);
  await client.browser.connect();
  await client.browser.follow();
  const sent = () => client.resourceServer.calls().map(({ headers }) => headers.authorization);
  return { ...client, sent, refreshes: () => refreshes(client.authorizationServer) };
}

/** Fifty calls at once may take more than the second that is enough elsewhere, on a machine that does other things too. */
const PATIENT = { PEER_TIMEOUT: '10' };

const cookieOf = (browser: { cookies: Map<string, string> }) => [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');

describe('access that is about to expire', () => {
  it('C-TOK-07: is refreshed before it expires, with client authentication, for the same resource', async () => {
    const { browser, clock, authorizationServer, resourceServer, sent } = await connected();
    clock.advance(DUE_SECONDS - 2);
    await browser.get('/notes');
    expect(refreshes(authorizationServer)).toEqual([]);
    clock.advance(2);
    expect((await browser.get('/notes')).statusCode).toBe(200);
    const request = authorizationServer.server.requests.at(-1);
    expect(request?.headers.authorization).toMatch(/^Basic /);
    expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 'rt-0',
      resource: resourceServer.resource,
    });
    expect(sent().at(-1)).toBe('Bearer at-1');
  });

  it('C-TOK-07: a new refresh token replaces the old one at once', async () => {
    const { browser, clock, refreshes } = await connected();
    for (let round = 0; round < 3; round += 1) {
      clock.advance(DUE_SECONDS);
      expect((await browser.get('/notes')).statusCode).toBe(200);
    }
    expect(refreshes().map((form) => form.get('refresh_token'))).toEqual(['rt-0', 'rt-1', 'rt-2']);
  });

  it('C-TOK-07: a refresh token that is not replaced is used again', async () => {
    const { browser, clock, refreshes } = await connected(() => tokens({ access_token: 'again' }));
    for (let round = 0; round < 2; round += 1) {
      clock.advance(DUE_SECONDS);
      await browser.get('/notes');
    }
    expect(refreshes().map((form) => form.get('refresh_token'))).toEqual(['rt-0', 'rt-0']);
  });

  it('C-TOK-07: is refreshed long after it has expired, too', async () => {
    const { browser, clock, sent } = await connected();
    clock.advance(11 * 3_600);
    expect((await browser.get('/notes')).statusCode).toBe(200);
    expect(sent().at(-1)).toBe('Bearer at-1');
  });

  it('C-TOK-07: of a life of a minute a quarter is left for it, and not half', async () => {
    const { browser, clock, refreshes } = await connected(() => tokens({ access_token: 'short', expires_in: 60 }));
    clock.advance(DUE_SECONDS);
    await browser.get('/notes');
    clock.advance(44);
    await browser.get('/notes');
    expect(refreshes()).toHaveLength(1);
    clock.advance(2);
    await browser.get('/notes');
    expect(refreshes()).toHaveLength(2);
  });

  it('C-TOK-08: without a refresh token it is used to its end, then access is asked for again', async () => {
    const { browser, clock, authorizationServer } = await startClient();
    await browser.connect();
    clock.advance(599);
    expect((await browser.get('/notes')).statusCode).toBe(200);
    clock.advance(1);
    expect((await browser.get('/notes')).headers.location).toContain(`${authorizationServer.issuer}/authorize`);
    expect(refreshes(authorizationServer)).toEqual([]);
  });

  it('C-TOK-05: notices that a refresh gave less scope than there was', async () => {
    const { browser, clock } = await connected(() => tokens({ access_token: 'less', scope: 'notes:read' }));
    expect((await browser.get('/notes')).body).not.toContain('Not given');
    clock.advance(DUE_SECONDS);
    expect((await browser.get('/notes')).body).toContain('Not given: <strong>notes:write</strong>');
  });

  it('C-TOK-05: an answer without scope leaves it as it was', async () => {
    const { browser, clock } = await connected(() => tokens({ access_token: 'same', scope: undefined }));
    clock.advance(DUE_SECONDS);
    expect((await browser.get('/notes')).body).toContain('<dd>notes:read notes:write</dd>');
  });
});

describe('refreshes at the same time', () => {
  it.each([
    ['one instance', 1],
    ['two instances on one store', 2],
  ])('C-TOK-07: fifty page loads make one token request (%s)', async (_case, instances) => {
    const { app, browser, clock, refreshes, sent, start } = await connected(undefined, PATIENT);
    const apps = [app, ...(await Promise.all(Array.from({ length: instances - 1 }, () => start())))];
    clock.advance(DUE_SECONDS + 60);
    const headers = { cookie: cookieOf(browser) };
    const pages = await Promise.all(
      Array.from({ length: 50 }, (_, index) => (apps[index % apps.length] as typeof app).inject({ url: '/notes', headers })),
    );
    expect(pages.map(({ statusCode }) => statusCode)).toEqual(Array(50).fill(200));
    expect(refreshes()).toHaveLength(1);
    expect(new Set(sent().slice(-50))).toEqual(new Set(['Bearer at-1']));
  });

  it('C-TOK-07: fifty refused calls make one token request, and each is repeated once', async () => {
    const { app, browser, resourceServer, refreshes, sent } = await connected(undefined, PATIENT);
    resourceServer.interfere = ({ headers }) =>
      headers.authorization === 'Bearer at-1' ? undefined : challenge(401, 'error="invalid_token"');
    const before = sent().length;
    const headers = { cookie: cookieOf(browser) };
    const pages = await Promise.all(Array.from({ length: 50 }, () => app.inject({ url: '/notes', headers })));
    expect(pages.map(({ statusCode }) => statusCode)).toEqual(Array(50).fill(200));
    expect(refreshes()).toHaveLength(1);
    expect(sent().length - before).toBeLessThanOrEqual(100);
  });

  it('C-TOK-07: a slower request does not bring the older tokens back when it writes its session', async () => {
    const { app, browser, clock, resourceServer, refreshes } = await connected();
    const held = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    resourceServer.hold = async ({ method }) => {
      if (method !== 'POST') return;
      arrived.resolve();
      await held.promise;
    };
    await browser.get('/notes');
    const slow = browser.submit('/notes', { title: 'Slow' });
    await arrived.promise;
    clock.advance(DUE_SECONDS);
    const page = await app.inject({ url: '/notes', headers: { cookie: cookieOf(browser) } });
    expect(page.statusCode).toBe(200);
    held.resolve();
    expect((await slow).statusCode).toBe(303);
    clock.advance(DUE_SECONDS);
    expect((await browser.get('/notes')).statusCode).toBe(200);
    expect(refreshes().map((form) => form.get('refresh_token'))).toEqual(['rt-0', 'rt-1']);
  });

  it('C-TOK-07: an instance that died while refreshing holds nobody up for longer than its mark lives', async () => {
    const { browser, clock, store, refreshes } = await connected();
    const claims: string[] = [];
    const { claim } = store;
    store.claim = async (key, seconds) => (claims.push(key), claim(key, seconds));
    clock.advance(DUE_SECONDS);
    await browser.get('/notes');
    const mark = claims.find((key) => key.startsWith('renewing:')) as string;
    clock.advance(DUE_SECONDS);
    await claim(mark, 8);
    // Still good: the page is shown with what there is.
    expect((await browser.get('/notes')).statusCode).toBe(200);
    expect(refreshes()).toHaveLength(1);
    clock.advance(11);
    expect((await browser.get('/notes')).statusCode).toBe(200);
    expect(refreshes()).toHaveLength(2);
  });
});

describe('a store that fails', () => {
  it('C-TOK-07: between the refresh and keeping it: the page says so, and the next one asks again with what is there', async () => {
    const { browser, clock, store, refreshes } = await connected(() => tokens({ access_token: 'at-1', refresh_token: 'rt-1' }));
    const { replace } = store;
    store.replace = async (key, ...rest) => {
      if (key.startsWith('access:')) throw new Error('the store is gone');
      return replace(key, ...rest);
    };
    clock.advance(DUE_SECONDS);
    const page = await browser.get('/notes');
    expect([page.statusCode, page.body]).toEqual([503, expect.stringContaining('This client is not available')]);
    store.replace = replace;
    expect((await browser.get('/notes')).statusCode).toBe(200);
    // A server that rotates answers the same successor for a moment.
    expect(refreshes().map((form) => form.get('refresh_token'))).toEqual(['rt-0', 'rt-0']);
  });
});

describe('a refresh that fails', () => {
  it('C-TOK-07: with invalid_grant drops all tokens, says so, and starts over', async () => {
    const { browser, clock, resourceServer, authorizationServer, refreshes } = await connected(() => ({
      status: 400,
      body: { error: 'invalid_grant' },
    }));
    clock.advance(DUE_SECONDS);
    const calls = resourceServer.calls().length;
    const page = await browser.get('/notes');
    expect(page.statusCode).toBe(403);
    expect(page.body).toContain('Your connection has ended');
    expect(page.body).toContain('The authorization server has ended');
    expect(browser.authorizationUrl().searchParams.get('scope')).toBe('notes:read notes:write');
    expect(resourceServer.calls()).toHaveLength(calls);
    await browser.callback({
      code: 'c',
      state: browser.authorizationUrl().searchParams.get('state') ?? '',
      iss: authorizationServer.issuer,
    });
    expect((await browser.follow()).statusCode).toBe(200);
    expect(refreshes()).toHaveLength(1);
  });

  it('C-TOK-07: with invalid_grant loses nothing of what was typed', async () => {
    const { browser, clock } = await connected(() => ({ status: 400, body: { error: 'invalid_grant' } }));
    clock.advance(DUE_SECONDS);
    const page = await browser.submit('/notes', { title: 'Typed', body: 'before' });
    expect([page.statusCode, page.body]).toEqual([403, expect.stringContaining('Your note is kept')]);
  });

  it.each([
    ['503', { status: 503, body: 'busy' }],
    ['429', { status: 429, body: { error: 'temporarily_unavailable' } }],
    ['silence', 'silence' as const],
    ['an unusable answer', { body: { access_token: 'x', token_type: 'mac' } }],
    ['invalid_client', { status: 401, headers: { 'www-authenticate': 'Basic' }, body: { error: 'invalid_client' } }],
  ])('C-TOK-07: with %s loses nothing: the token is used while it is good, then renewed', async (_case, answer) => {
    let broken = true;
    const { browser, clock, sent, refreshes } = await connected(() => (broken ? answer : undefined));
    clock.advance(DUE_SECONDS);
    expect((await browser.get('/notes')).statusCode).toBe(200);
    expect(sent().at(-1)).toBe('Bearer at-0');
    // Not every page waits for a server that is down.
    expect((await browser.get('/notes')).statusCode).toBe(200);
    expect(refreshes()).toHaveLength(1);
    broken = false;
    clock.advance(11);
    expect((await browser.get('/notes')).statusCode).toBe(200);
    expect(sent().at(-1)).toBe('Bearer at-1');
  });

  it('C-TOK-07: with 503 after the expiry is a page that says who is not available, and nothing is lost', async () => {
    let broken = true;
    const { browser, clock, sent } = await connected(() => (broken ? { status: 503, body: 'busy' } : undefined));
    clock.advance(601);
    const page = await browser.get('/notes');
    expect([page.statusCode, page.body]).toEqual([503, expect.stringContaining('The authorization server is not available')]);
    const form = await browser.get('/notes');
    expect(form.statusCode).toBe(503);
    broken = false;
    expect((await browser.get('/notes')).statusCode).toBe(200);
    expect(sent().at(-1)).toBe('Bearer at-1');
  });

  it.each(['unauthorized_client', 'unsupported_grant_type', 'invalid_scope'])(
    'C-TOK-07: with %s is not tried again; the token is used to its end',
    async (error) => {
      const { browser, clock, refreshes, authorizationServer } = await connected(() => ({ status: 400, body: { error } }));
      clock.advance(DUE_SECONDS);
      expect((await browser.get('/notes')).statusCode).toBe(200);
      clock.advance(15);
      expect((await browser.get('/notes')).statusCode).toBe(200);
      clock.advance(20);
      expect((await browser.get('/notes')).headers.location).toContain(`${authorizationServer.issuer}/authorize`);
      expect(refreshes()).toHaveLength(1);
    },
  );
});

describe('a token that the API refuses', () => {
  it('C-API-02: is refreshed once, and the call repeated', async () => {
    const { browser, resourceServer, sent } = await connected();
    resourceServer.interfere = ({ headers }) =>
      headers.authorization === 'Bearer at-0' ? challenge(401, 'error="invalid_token"') : undefined;
    const page = await browser.submit('/notes', { title: 'One' });
    expect(page.headers.location).toBe('/notes');
    expect(sent().slice(-2)).toEqual(['Bearer at-0', 'Bearer at-1']);
    expect(resourceServer.notes).toHaveLength(1);
  });

  it('C-API-02: is refreshed once and no more: then access is asked for again', async () => {
    const { browser, resourceServer, refreshes, authorizationServer } = await connected();
    resourceServer.interfere = () => challenge(401, 'error="invalid_token"');
    const answer = await browser.get('/notes');
    expect(answer.headers.location).toContain(`${authorizationServer.issuer}/authorize`);
    expect(refreshes()).toHaveLength(1);
    resourceServer.interfere = () => undefined;
    expect((await browser.get('/notes')).headers.location).toBe('/');
  });

  it('C-API-04: is not refreshed where the user has to be authenticated anew', async () => {
    const { browser, resourceServer, refreshes } = await connected();
    resourceServer.interfere = () => challenge(401, 'error="insufficient_user_authentication", max_age="60"');
    expect((await browser.get('/notes')).body).toContain('Please confirm that it is you');
    expect(refreshes()).toEqual([]);
  });
});

it('C-BFF-01: neither token is in an answer to the browser or in the log', async () => {
  const { browser, clock, logs } = await connected((form) =>
    form.get('refresh_token') === 'rt-1' ? { status: 400, body: { error: 'invalid_grant' } } : undefined,
  );
  for (let round = 0; round < 2; round += 1) {
    clock.advance(DUE_SECONDS);
    await browser.get('/notes');
  }
  const seen = [...browser.answers.map(({ body, headers }) => body + JSON.stringify(headers)), ...logs].join();
  for (const secret of ['rt-0', 'rt-1', 'at-0', 'at-1', ACCESS_TOKEN]) expect(seen).not.toContain(secret);
});
