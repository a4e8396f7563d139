import { StoreUnavailableError } from '@rolecall/storage/store-unavailable-error';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuthorizationCode } from '../src/authorize/authorization-code.ts';
import { tokenHash } from '../src/random.ts';
import { openBrowser } from './support/browser.ts';
import {
  authorizeParameters,
  CHALLENGE,
  expectError,
  getCode,
  getTokens,
  introspect,
  logIn,
  open,
  redeem,
  refresh,
} from './support/flow.ts';
import { decide, responseParameters } from './support/flow.ts';
import { startTestServer, TEST_SECRET, type TestServer } from './support/test-server.ts';

const DAY = 86_400;

describe('refresh token grant', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.close());

  const spa = { client_id: 'sample-spa', redirect_uri: 'http://localhost:4002/spa/callback' };
  const asSpa = { ...spa, client_secret: undefined };

  /** A client with settings of its own, and its first tokens. */
  async function tokensOf(id: string, settings: Parameters<TestServer['register']>[0] | object) {
    await server.register({ id, grantTypes: ['authorization_code', 'refresh_token'], ...settings });
    const client = { client_id: id, client_secret: TEST_SECRET };
    const redirect = { redirect_uri: 'https://client.example/callback' };
    return { client, tokens: await getTokens(server, { client_id: id, ...redirect }, { ...client, ...redirect }) };
  }

  it('AS-RT-01: gives a new access token with the original scope', async () => {
    const first = await getTokens(server);
    const response = await refresh(server, first.refresh_token);
    expect(response.statusCode).toBe(200);
    expect(response.headers['cache-control']).toBe('no-store');
    expect(response.json()).toMatchObject({ token_type: 'Bearer', expires_in: 600, scope: 'notes:read notes:write' });
    const [before, after] = [first.access_token, response.json().access_token].map((token) => decodeJwt(token));
    expect(after?.jti).not.toBe(before?.jti);
    expect(after).toMatchObject({ sub: before?.sub, aud: before?.aud, auth_time: before?.auth_time, grant_id: before?.grant_id });
  });

  it('AS-AT-03: auth_time stays what it was, hours later', async () => {
    const first = await getTokens(server);
    server.clock.advance(7_200);
    const later = await refresh(server, first.refresh_token);
    expect(decodeJwt(later.json().access_token).auth_time).toBe(decodeJwt(first.access_token).auth_time);
  });

  it('AS-RT-01 AS-RT-03: a narrower scope for this access token; the next one has the original scope again', async () => {
    const first = await getTokens(server);
    const narrowed = await refresh(server, first.refresh_token, { scope: 'notes:read' });
    expect(narrowed.json().scope).toBe('notes:read');
    expect(decodeJwt(narrowed.json().access_token).scope).toBe('notes:read');
    expect((await refresh(server, narrowed.json().refresh_token)).json().scope).toBe('notes:read notes:write');
  });

  it('AS-RT-03 AS-TOKEN-05: a wider scope is refused, and the token unharmed', async () => {
    const { refresh_token } = await getTokens(server, { scope: 'notes:read' });
    expectError(await refresh(server, refresh_token, { scope: 'notes:read notes:write' }), 400, 'invalid_scope');
    expectError(await refresh(server, refresh_token, { scope: 'no-such-scope' }), 400, 'invalid_scope');
    expectError(await refresh(server, refresh_token, { scope: 'a"b' }), 400, 'invalid_scope');
    expect((await refresh(server, refresh_token)).statusCode).toBe(200);
  });

  it('AS-RT-02 SEC-04: another client’s token is refused, and stays good for its owner', async () => {
    const { refresh_token } = await getTokens(server);
    await server.register({ id: 'other', grantTypes: ['refresh_token'] });
    expectError(await refresh(server, refresh_token, { client_id: 'other', client_secret: TEST_SECRET }), 400, 'invalid_grant');
    expectError(await refresh(server, refresh_token, asSpa), 400, 'invalid_grant');
    expect((await refresh(server, refresh_token)).statusCode).toBe(200);
  });

  it('AS-CAUTH-06: a confidential client must prove who it is here too', async () => {
    const { refresh_token } = await getTokens(server);
    expectError(await refresh(server, refresh_token, { client_secret: undefined }), 401, 'invalid_client');
    expect((await refresh(server, refresh_token)).statusCode).toBe(200);
  });

  it('AS-TOKEN-03: a client that may not refresh is refused, and gets no refresh token to begin with', async () => {
    await server.register({ id: 'no-refresh', grantTypes: ['authorization_code'] });
    const client = { client_id: 'no-refresh', client_secret: TEST_SECRET, redirect_uri: 'https://client.example/callback' };
    const response = await redeem(server, await getCode(server, { client_id: 'no-refresh', redirect_uri: client.redirect_uri }), client);
    expect(response.json()).not.toHaveProperty('refresh_token');
    expectError(await refresh(server, 'rc_rt_anything', client), 400, 'unauthorized_client');
  });

  it('AS-TOKEN-04: refresh_token missing or empty is an invalid request', async () => {
    expectError(await refresh(server, '', {}), 400, 'invalid_request');
  });

  it.each(['', 'rc_rt_', 'x', '\u0000', 'rc_rt_' + 'A'.repeat(43), 'rc_at_' + 'A'.repeat(43), "'; --"])(
    'AS-RT-07: an unknown or malformed token is refused: %j',
    async (token) => {
      const response = await refresh(server, token || ' ');
      expect(response.statusCode).toBe(400);
    },
  );

  it('AS-RT-11: neither an access token nor a code is a refresh token', async () => {
    const { access_token } = await getTokens(server);
    expectError(await refresh(server, access_token), 400, 'invalid_grant');
    expectError(await refresh(server, await getCode(server)), 400, 'invalid_grant');
  });

  it('AS-RT-04: a public client gets a new refresh token every time, whatever its policy says', async () => {
    await server.register({
      id: 'public',
      tokenEndpointAuthMethod: 'none',
      refreshTokenRotation: 'never',
      grantTypes: ['authorization_code', 'refresh_token'],
    });
    const client = { client_id: 'public', client_secret: undefined };
    const redirect = { redirect_uri: 'https://client.example/callback' };
    const first = await getTokens(server, { client_id: 'public', ...redirect }, { ...client, ...redirect });
    const second = (await refresh(server, first.refresh_token, client)).json();
    expect(second.refresh_token).toMatch(/^rc_rt_[A-Za-z0-9_-]{43}$/);
    expect(second.refresh_token).not.toBe(first.refresh_token);
    server.clock.advance(11);
    expectError(await refresh(server, first.refresh_token, client), 400, 'invalid_grant');
  });

  it('SEC-02: a client that lost the answer gets the same successor within the grace', async () => {
    const { refresh_token } = await getTokens(server);
    const [one, other] = [await refresh(server, refresh_token), await refresh(server, refresh_token)];
    expect(one.statusCode).toBe(200);
    expect(other.json().refresh_token).toBe(one.json().refresh_token);
    server.clock.advance(9);
    expect((await refresh(server, refresh_token)).json().refresh_token).toBe(one.json().refresh_token);
    expect((await refresh(server, one.json().refresh_token)).statusCode).toBe(200);
  });

  it('SEC-02 SEC-04: the grace is for its own client alone', async () => {
    const { refresh_token } = await getTokens(server);
    const successor = (await refresh(server, refresh_token)).json().refresh_token;
    await server.register({ id: 'greedy', grantTypes: ['refresh_token'] });
    expectError(await refresh(server, refresh_token, { client_id: 'greedy', client_secret: TEST_SECRET }), 400, 'invalid_grant');
    expect((await refresh(server, successor)).statusCode).toBe(200);
  });

  it.each([2, 8, 32])('SEC-02: %i requests at once with one token get one successor', async (count) => {
    const { refresh_token } = await getTokens(server);
    const responses = await Promise.all(Array.from({ length: count }, () => refresh(server, refresh_token)));
    expect(responses.map((response) => response.statusCode)).toEqual(Array.from({ length: count }, () => 200));
    const successors = new Set(responses.map((response) => response.json().refresh_token));
    expect(successors.size).toBe(1);
    const jtis = new Set(responses.map((response) => decodeJwt(response.json().access_token).jti));
    expect(jtis.size).toBe(count);
    expect((await refresh(server, [...successors][0] as string)).statusCode).toBe(200);
  });

  it('AS-RT-05 SEC-03: used again after the grace it is theft: the whole family dies, and an audit event says so', async () => {
    const first = await getTokens(server);
    const second = (await refresh(server, first.refresh_token)).json();
    expect(await introspect(server, second.access_token)).toMatchObject({ active: true });
    server.clock.advance(11);
    expectError(await refresh(server, first.refresh_token), 400, 'invalid_grant');
    expectError(await refresh(server, second.refresh_token), 400, 'invalid_grant');
    for (const token of [first.access_token, second.access_token]) expect(await introspect(server, token)).toEqual({ active: false });
    expect(server.logged()).toMatch(/"type":"refresh_token_reused".*"clientId":"sample-client"/);
  });

  it('AS-RT-05 SEC-03: an older ancestor is theft even within the grace', async () => {
    const first = await getTokens(server);
    const second = (await refresh(server, first.refresh_token)).json();
    const third = (await refresh(server, second.refresh_token)).json();
    expectError(await refresh(server, first.refresh_token), 400, 'invalid_grant');
    expectError(await refresh(server, third.refresh_token), 400, 'invalid_grant');
    expect(await introspect(server, third.access_token)).toEqual({ active: false });
  });

  it('SEC-03: a token that was used and has expired since is theft like any other that was used', async () => {
    const { client, tokens } = await tokensOf('short-lived', { refreshTokenIdleLifetime: 60 });
    server.clock.advance(50);
    const second = (await refresh(server, tokens.refresh_token, client)).json();
    server.clock.advance(15);
    expectError(await refresh(server, tokens.refresh_token, client), 400, 'invalid_grant');
    expectError(await refresh(server, second.refresh_token, client), 400, 'invalid_grant');
    expect((await introspect(server, second.access_token))['active']).toBe(false);
  });

  it('AS-RT-03: a scope that was taken from the client since is not issued', async () => {
    const { client, tokens } = await tokensOf('reduced', { scopes: ['notes:read', 'notes:write'] });
    await server.register({ id: 'reduced', grantTypes: ['authorization_code', 'refresh_token'], scopes: ['notes:read'] });
    const response = await refresh(server, tokens.refresh_token, client);
    expect(response.json().scope).toBe('notes:read');
    expect(decodeJwt(response.json().access_token).scope).toBe('notes:read');
    expectError(await refresh(server, response.json().refresh_token, { ...client, scope: 'notes:write' }), 400, 'invalid_scope');
  });

  it('SEC-03: theft in one family leaves the user’s other ones alone', async () => {
    const [stolen, other] = [await getTokens(server), await getTokens(server)];
    await refresh(server, stolen.refresh_token);
    server.clock.advance(11);
    expectError(await refresh(server, stolen.refresh_token), 400, 'invalid_grant');
    expect((await refresh(server, other.refresh_token)).statusCode).toBe(200);
  });

  it('AS-RT-07: a token that was not used for thirty days is refused; use keeps it alive', async () => {
    const idle = await getTokens(server);
    const used = await getTokens(server);
    server.clock.advance(20 * DAY);
    const next = (await refresh(server, used.refresh_token)).json();
    server.clock.advance(11 * DAY);
    expectError(await refresh(server, idle.refresh_token), 400, 'invalid_grant');
    expect((await refresh(server, next.refresh_token)).statusCode).toBe(200);
  });

  it('AS-RT-06: rotation never goes beyond the absolute lifetime', async () => {
    const { client, tokens } = await tokensOf('short', { refreshTokenIdleLifetime: 60, refreshTokenAbsoluteLifetime: 150 });
    let token = tokens.refresh_token;
    for (let elapsed = 50; elapsed < 150; elapsed += 50) {
      server.clock.advance(50);
      token = (await refresh(server, token, client)).json().refresh_token;
    }
    server.clock.advance(49);
    const last = await refresh(server, token, client);
    expect(last.statusCode).toBe(200);
    server.clock.advance(2);
    expectError(await refresh(server, last.json().refresh_token, client), 400, 'invalid_grant');
  });

  it('a confidential client whose tokens never rotate keeps its token, whose idle lifetime begins anew', async () => {
    const { client, tokens } = await tokensOf('steady', {
      refreshTokenRotation: 'never',
      refreshTokenIdleLifetime: 100,
      refreshTokenAbsoluteLifetime: 250,
    });
    for (const _ of [1, 2, 3]) {
      server.clock.advance(80);
      const response = await refresh(server, tokens.refresh_token, client);
      expect(response.json().refresh_token).toBe(tokens.refresh_token);
    }
    server.clock.advance(11);
    expectError(await refresh(server, tokens.refresh_token, client), 400, 'invalid_grant');
  });

  it('a confidential client that rotates near expiry keeps its token until a quarter of its time is left', async () => {
    const { client, tokens } = await tokensOf('near', { refreshTokenRotation: 'near_expiry', refreshTokenIdleLifetime: 100 });
    server.clock.advance(70);
    expect((await refresh(server, tokens.refresh_token, client)).json().refresh_token).toBe(tokens.refresh_token);
    server.clock.advance(10);
    const next = (await refresh(server, tokens.refresh_token, client)).json().refresh_token;
    expect(next).not.toBe(tokens.refresh_token);
    server.clock.advance(11);
    expectError(await refresh(server, tokens.refresh_token, client), 400, 'invalid_grant');
    expectError(await refresh(server, next, client), 400, 'invalid_grant');
  });

  it('AS-RT-07: nothing comes of a token whose user or client was disabled or deleted', async () => {
    const { client, tokens } = await tokensOf('gone', {});
    await server.stores.clients.setDisabled('gone', server.clock.now());
    expectError(await refresh(server, tokens.refresh_token, client), 401, 'invalid_client');
    await server.stores.clients.setDisabled('gone', undefined);
    // What it had stays dead when it may act again.
    expectError(await refresh(server, tokens.refresh_token, client), 400, 'invalid_grant');
    const alice = (await server.stores.users.findByUsername('alice'))?.id as string;
    const other = await tokensOf('going', {});
    await server.stores.users.setDisabled(alice, server.clock.now());
    expectError(await refresh(server, other.tokens.refresh_token, other.client), 400, 'invalid_grant');
    await server.stores.users.setDisabled(alice, undefined);
    expectError(await refresh(server, other.tokens.refresh_token, other.client), 400, 'invalid_grant');
    // Beyond the time in which tokens may still have been issued for her.
    server.clock.advance(16);
    const last = await tokensOf('removed', {});
    await server.stores.clients.remove('removed');
    expectError(await refresh(server, last.tokens.refresh_token, last.client), 401, 'invalid_client');
  });

  it('AS-CODE-04 SEC-05: a replayed code kills the refresh token and the access token that it gave', async () => {
    const code = await getCode(server);
    const tokens = (await redeem(server, code)).json();
    expect(await introspect(server, tokens.access_token)).toMatchObject({ active: true });
    expectError(await redeem(server, code), 400, 'invalid_grant');
    expectError(await refresh(server, tokens.refresh_token), 400, 'invalid_grant');
    expect(await introspect(server, tokens.access_token)).toEqual({ active: false });
  });

  it('AS-CODE-05: a replay with a wrong verifier, or by a client that is not authenticated, kills nothing', async () => {
    const code = await getCode(server);
    const tokens = (await redeem(server, code)).json();
    expectError(await redeem(server, code, { code_verifier: CHALLENGE }), 400, 'invalid_grant');
    expectError(await redeem(server, code, { client_secret: 'wrong' }), 401, 'invalid_client');
    expect((await refresh(server, tokens.refresh_token)).statusCode).toBe(200);
  });

  it('AS-RT-13 AS-RI-02: a resource within the grant narrows the audience, another one is refused', async () => {
    await server.registerResource({ identifier: 'https://other.example', name: 'Other', scopes: [{ name: 'other', description: 'O' }] });
    await server.registerResource({ identifier: 'https://third.example', name: 'Third', scopes: [{ name: 'third', description: 'T' }] });
    await server.register({
      id: 'both',
      scopes: ['notes:read', 'other', 'third'],
      grantTypes: ['authorization_code', 'refresh_token'],
    });
    const client = { client_id: 'both', client_secret: TEST_SECRET };
    const redirect_uri = 'https://client.example/callback';
    const browser = openBrowser(server.app);
    const query = authorizeParameters({ client_id: 'both', redirect_uri, scope: 'notes:read other' }).toString();
    await open(browser, `/authorize?${query}&resource=https%3A%2F%2Fother.example`);
    await logIn(browser);
    const code = responseParameters(await decide(browser, 'approve')).get('code') as string;
    let token = (await redeem(server, code, { ...client, redirect_uri })).json().refresh_token;
    expectError(await refresh(server, token, { ...client, resource: 'https://third.example' }), 400, 'invalid_target');
    expectError(await refresh(server, token, { ...client, resource: 'not a uri' }), 400, 'invalid_target');
    for (const [asked, aud, scope] of [
      [{ resource: 'https://other.example' }, 'https://other.example', 'other'],
      [{ resource: 'http://localhost:4001' }, 'http://localhost:4001', 'notes:read'],
      [{ scope: 'other' }, 'https://other.example', 'other'],
      [{}, 'http://localhost:4001', 'notes:read'],
    ] as const) {
      const response = (await refresh(server, token, { ...client, ...asked })).json();
      expect(decodeJwt(response.access_token)).toMatchObject({ aud, scope });
      token = response.refresh_token;
    }
  });

  it('AS-RT-15: the grant holds what was approved, no more', async () => {
    const code = await getCode(server, { scope: 'notes:read' });
    const record = await server.shortLived.get<AuthorizationCode>(`code:${tokenHash(code)}`);
    expect(record?.grant).toMatchObject({ granted: [{ resource: 'http://localhost:4001', scopes: ['notes:read'] }] });
    const { refresh_token } = (await redeem(server, code)).json();
    expect((await refresh(server, refresh_token)).json().scope).toBe('notes:read');
  });

  it('SEC-49: the database is away in the middle of a refresh: 503, and the token is good afterwards', async () => {
    const own = await startTestServer();
    const { refresh_token } = await getTokens(own);
    const { use } = own.serverStores.refreshTokens;
    own.serverStores.refreshTokens.use = () => Promise.reject(new StoreUnavailableError('down'));
    for (const _ of [1, 2, 3]) expect((await refresh(own, refresh_token)).statusCode).toBe(503);
    own.serverStores.refreshTokens.use = use;
    expect((await refresh(own, refresh_token)).statusCode).toBe(200);
    await own.close();
  });

  it('SEC-32: neither the database nor the log holds a refresh token, used or not', async () => {
    const first = await getTokens(server);
    const second = (await refresh(server, first.refresh_token)).json();
    for (const token of [first.refresh_token, second.refresh_token]) {
      expect(server.logged()).not.toContain(token);
      expect(await server.stores.refreshTokens.find(token, server.clock.now())).toBeUndefined();
      expect(await server.stores.refreshTokens.find(tokenHash(token), server.clock.now())).toBeDefined();
    }
  });
});
