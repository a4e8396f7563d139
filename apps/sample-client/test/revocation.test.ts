import { describe, expect, it, vi } from 'vitest';
import { startClient } from './support/client.ts';
import { ACCESS_TOKEN } from './support/fake-authorization-server.ts';
import type { ScriptedAnswer } from './support/scripted-server.ts';
import { rotateTokens } from './support/rotating-tokens.ts';

async function connected(
  prepare: (client: Awaited<ReturnType<typeof startClient>>) => void = ({ authorizationServer }) => rotateTokens(authorizationServer),
) {
  const client = await startClient();
  prepare(client);
  await client.browser.connect();
  await client.browser.follow();
  return { ...client, revoked: client.authorizationServer.revoked };
}

/** What is done in the background is seen once it has come over the wire. */
const until = (check: () => void) => vi.waitFor(check, { timeout: 8_000, interval: 20 });

describe('logging out', () => {
  it('C-TOK-10: revokes the refresh token and the access token at the server, with client authentication', async () => {
    const { browser, authorizationServer, revoked } = await connected();
    expect((await browser.submit('/logout')).headers.location).toBe('/logged-out');
    await until(() => expect(revoked().sort()).toEqual(['access_token at-0', 'refresh_token rt-0']));
    const request = authorizationServer.server.requests.find(({ url }) => url === '/revoke');
    expect(request?.headers.authorization).toMatch(/^Basic /);
  });

  it('C-TOK-10: revokes the tokens of now, not those of the sign-in', async () => {
    const { browser, clock, revoked } = await connected();
    clock.advance(571);
    await browser.get('/notes');
    await browser.submit('/logout');
    await until(() => expect(revoked().sort()).toEqual(['access_token at-1', 'refresh_token rt-1']));
  });

  it('C-TOK-10: revokes the access token where there is no refresh token', async () => {
    const { browser, revoked } = await connected(() => {});
    await browser.submit('/logout');
    await until(() => expect(revoked()).toEqual([`access_token ${ACCESS_TOKEN}`]));
  });

  it.each([
    ['503', { status: 503, headers: { 'retry-after': '1' }, body: 'busy' }],
    ['429', { status: 429, body: { error: 'temporarily_unavailable' } }],
    ['a broken connection', { status: 500, body: '' }],
  ])('C-TOK-10: is tried again after %s, and logging out does not wait for it', async (_case, answer) => {
    let failures = 2;
    const { app, browser, authorizationServer, revoked } = await connected();
    authorizationServer.revocationAnswer = (): ScriptedAnswer => ((failures -= 1) >= 0 ? answer : {});
    const ended = await browser.submit('/logout');
    expect([ended.statusCode, ended.headers.location]).toEqual([303, '/logged-out']);
    await until(() => expect(revoked()).toHaveLength(4));
    expect(new Set(revoked())).toEqual(new Set(['access_token at-0', 'refresh_token rt-0']));
    await app.close();
    expect(revoked()).toHaveLength(4);
  });

  it('C-TOK-10: does not hang with a server that never answers, and asks once more before this process ends', async () => {
    const { app, browser, authorizationServer, revoked, logs } = await connected();
    authorizationServer.revocationAnswer = () => 'silence';
    expect((await browser.submit('/logout')).statusCode).toBe(303);
    expect((await browser.follow()).statusCode).toBe(200);
    await until(() => expect(logs.join()).toContain('a token could not be revoked'));
    authorizationServer.revocationAnswer = () => ({});
    await app.close();
    expect(revoked().filter((line) => line.includes('rt-0'))).toHaveLength(2);
    expect(logs.join()).not.toMatch(/rt-0|at-0/);
  });

  it.each([
    ['an error that stays', { status: 400, body: { error: 'invalid_request' } }],
    ['wrong credentials', { status: 401, headers: { 'www-authenticate': 'Basic' }, body: { error: 'invalid_client' } }],
  ])('C-TOK-10: is not tried again after %s, and works all the same', async (_case, answer) => {
    const { app, browser, authorizationServer, revoked, logs } = await connected();
    authorizationServer.revocationAnswer = () => answer;
    expect((await browser.submit('/logout')).headers.location).toBe('/logged-out');
    await until(() => expect(logs.filter((line) => line.includes('a token could not be revoked'))).toHaveLength(2));
    await app.close();
    expect(revoked()).toHaveLength(2);
  });

  it('C-TOK-10: takes it as it is that a server cannot revoke a token of that kind', async () => {
    const { app, browser, authorizationServer, revoked, logs } = await connected();
    authorizationServer.revocationAnswer = (form) =>
      form.get('token_type_hint') === 'access_token' ? { status: 400, body: { error: 'unsupported_token_type' } } : {};
    await browser.submit('/logout');
    await app.close();
    expect(revoked()).toHaveLength(2);
    expect(logs.join()).not.toContain('could not be revoked');
  });

  it('C-TOK-10: works at a server without revocation endpoint', async () => {
    const { app, browser, logs } = await connected(
      ({ authorizationServer }) => void delete authorizationServer.metadata.revocation_endpoint,
    );
    expect((await browser.submit('/logout')).headers.location).toBe('/logged-out');
    await app.close();
    expect(logs.join()).not.toContain('could not be revoked');
  });

  it.each(['http://10.0.0.1/revoke', 'javascript:alert(1)', 'https://'])(
    'SEC-60: sends no token to %s, whatever the metadata says',
    async (address) => {
      const { app, browser, logs } = await connected(
        ({ authorizationServer }) => void (authorizationServer.metadata.revocation_endpoint = address),
      );
      expect((await browser.submit('/logout')).headers.location).toBe('/logged-out');
      await app.close();
      expect(logs.join()).toContain('could not be revoked');
    },
  );

  it('C-TOK-10 C-DISC-08: shows no server the tokens of another one', async () => {
    const { browser, afterRestart, authorizationServer } = await connected();
    const before = authorizationServer.server.requests.length;
    const restarted = await afterRestart({ RESOURCE: 'http://localhost:9/other', ISSUER: `${authorizationServer.issuer}/other` });
    await browser.get('/notes');
    const token = /name="_csrf" value="([^"]*)"/.exec(browser.answers.at(-1)?.body ?? '')?.[1] ?? '';
    expect((await restarted.post('/logout', { _csrf: token })).headers.location).toBe('/logged-out');
    expect(authorizationServer.server.requests.slice(before).filter(({ url }) => url === '/revoke')).toEqual([]);
  });

  it('C-TOK-10: while a refresh is under way leaves nothing alive: what comes for the ended session is revoked', async () => {
    const held = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    const { app, browser, clock, revoked } = await connected(({ authorizationServer }) =>
      rotateTokens(authorizationServer, async () => {
        arrived.resolve();
        await held.promise;
        return undefined;
      }),
    );
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    clock.advance(571);
    const page = app.inject({ url: '/notes', headers: { cookie } });
    await arrived.promise;
    await browser.submit('/logout');
    held.resolve();
    await page;
    await until(() => expect(revoked()).toEqual(expect.arrayContaining(['refresh_token rt-1', 'access_token at-1'])));
    expect((await app.inject({ url: '/notes', headers: { cookie } })).headers.location).toBe('/');
  });

  it('C-TOK-10: can be tried again where the store fails in between: no token stays behind', async () => {
    const { browser, store, revoked } = await connected();
    const { take } = store;
    store.take = () => Promise.reject(new Error('away'));
    const page = browser.answers.length - 1;
    expect((await browser.submit('/logout')).statusCode).toBe(503);
    store.take = take;
    browser.answers.push(browser.answers[page] as (typeof browser.answers)[number]);
    expect((await browser.submit('/logout')).headers.location).toBe('/logged-out');
    await until(() => expect(revoked()).toEqual(expect.arrayContaining(['refresh_token rt-0', 'access_token at-0'])));
  });
});

describe('access that cannot be kept', () => {
  it('C-TOK-10: is revoked: the store failed after the tokens had come', async () => {
    const client = await startClient();
    const { browser, store, authorizationServer } = client;
    rotateTokens(authorizationServer);
    await browser.get('/');
    const state = browser.authorizationUrl().searchParams.get('state') ?? '';
    const { set } = store;
    store.set = async (key, ...others) => (key.startsWith('access:') ? Promise.reject(new Error('full')) : set(key, ...others));
    const answer = await browser.callback({ code: 'a-code', state, iss: authorizationServer.issuer });
    expect(answer.statusCode).toBe(503);
    await until(() => expect(authorizationServer.revoked()).toContain('refresh_token rt-0'));
  });
});
