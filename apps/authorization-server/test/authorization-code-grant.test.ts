import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuthorizationCode } from '../src/authorize/authorization-code.ts';
import { tokenHash } from '../src/random.ts';
import { openBrowser } from './support/browser.ts';
import {
  authorizeParameters,
  CHALLENGE,
  decide,
  expectError,
  getCode,
  logIn,
  open,
  postToken,
  redeem,
  responseParameters,
  VERIFIER,
} from './support/flow.ts';
import { startTestServer, TEST_SECRET, type TestServer } from './support/test-server.ts';

describe('authorization code grant', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
    await server.register({ id: 'other' });
  });
  afterAll(() => server.close());

  const grantOf = async (code: string) => {
    const record = await server.shortLived.get<AuthorizationCode>(`code:${tokenHash(code)}`);
    return record?.grant.id as string;
  };

  it('AS-CODE-01: the right client, code and verifier get a token for what was approved', async () => {
    const response = await redeem(server, await getCode(server));
    expect(response.statusCode).toBe(200);
    expect(response.json().scope).toBe('notes:read notes:write');
    expect(decodeJwt(response.json().access_token)).toMatchObject({ aud: 'http://localhost:4001', client_id: 'sample-client' });
  });

  it.each(['rc_ac_unknown', 'x', `rc_ac_${'A'.repeat(43)}`, '%00', 'ü', 'x'.repeat(10_000)])(
    'AS-CODE-02: an unknown code is refused: %.20s',
    async (code) => {
      expectError(await redeem(server, code), 400, 'invalid_grant');
    },
  );

  it('AS-CODE-02 AS-AUTHZ-26: a code is refused after 60 seconds', async () => {
    const code = await getCode(server);
    server.clock.advance(60);
    expectError(await redeem(server, code), 400, 'invalid_grant');
  });

  it('AS-CODE-03: another client’s code is refused, and stays good for its owner', async () => {
    const code = await getCode(server);
    expectError(await redeem(server, code, { client_id: 'other', client_secret: TEST_SECRET }), 400, 'invalid_grant');
    expect((await redeem(server, code)).statusCode).toBe(200);
  });

  it('AS-CODE-04 SEC-05: a second redemption is refused, and revokes the grant', async () => {
    const code = await getCode(server);
    const grant = await grantOf(code);
    expect((await redeem(server, code)).statusCode).toBe(200);
    expect((await server.stores.grants.find(grant))?.revokedAt).toBeUndefined();
    expectError(await redeem(server, code), 400, 'invalid_grant');
    expect((await server.stores.grants.find(grant))?.revokedAt).toBeDefined();
  });

  it('AS-CODE-04 SEC-05: so does one that comes after the code has expired', async () => {
    const code = await getCode(server);
    const grant = await grantOf(code);
    await redeem(server, code);
    server.clock.advance(300);
    expectError(await redeem(server, code), 400, 'invalid_grant');
    expect((await server.stores.grants.find(grant))?.revokedAt).toBeDefined();
  });

  it.each([
    ['a wrong verifier', { code_verifier: CHALLENGE }],
    ['a wrong secret', { client_secret: 'wrong' }],
    ['another client', { client_id: 'other', client_secret: TEST_SECRET }],
  ])('AS-CODE-05: a replay with %s is refused and revokes nothing', async (_case, change) => {
    const code = await getCode(server);
    const grant = await grantOf(code);
    await redeem(server, code);
    expect((await redeem(server, code, change)).statusCode).toBeGreaterThanOrEqual(400);
    expect((await server.stores.grants.find(grant))?.revokedAt).toBeUndefined();
  });

  it('AS-CODE-06 SEC-01: of many redemptions at once exactly one succeeds', async () => {
    for (const parallel of [2, 8, 32, 2, 8, 2]) {
      const code = await getCode(server);
      const responses = await Promise.all(Array.from({ length: parallel }, () => redeem(server, code)));
      const [success, ...refused] = responses.sort((a, b) => a.statusCode - b.statusCode);
      expect(success?.statusCode).toBe(200);
      for (const response of refused) expectError(response, 400, 'invalid_grant');
    }
  });

  it('a code of a user who was disabled or deleted meanwhile is refused', async () => {
    const own = await startTestServer();
    const code = await getCode(own);
    const alice = await own.stores.users.findByUsername('alice');
    await own.stores.users.setDisabled(alice?.id as string, Date.now());
    expectError(await redeem(own, code), 400, 'invalid_grant');
    await own.close();
  });

  it('AS-CODE-07 SEC-15: the verifier missing is an invalid grant', async () => {
    const code = await getCode(server);
    expectError(await redeem(server, code, { code_verifier: undefined }), 400, 'invalid_grant');
    expectError(await redeem(server, code, { code_verifier: '' }), 400, 'invalid_grant');
  });

  it('AS-CODE-08 SEC-06: a wrong verifier is refused, and does not use the code up', async () => {
    const code = await getCode(server);
    expectError(await redeem(server, code, { code_verifier: CHALLENGE }), 400, 'invalid_grant');
    expectError(await redeem(server, code, { code_verifier: 'x'.repeat(43) }), 400, 'invalid_grant');
    expect((await redeem(server, code)).statusCode).toBe(200);
  });

  it('AS-CODE-09 SEC-15: a verifier without a challenge is an invalid request', async () => {
    const legacy = { client_id: 'legacy-web', redirect_uri: 'http://localhost:4002/legacy/callback' };
    const code = await getCode(server, { ...legacy, code_challenge: undefined, code_challenge_method: undefined });
    expectError(await redeem(server, code, { ...legacy, client_secret: 'legacy-web-secret' }), 400, 'invalid_request');
  });

  it.each(['short', 'x'.repeat(42), 'x'.repeat(129), `${'x'.repeat(43)}+`, `${'x'.repeat(43)} `])(
    'AS-CODE-10: a malformed verifier is refused: %.50s',
    async (code_verifier) => {
      expectError(await redeem(server, await getCode(server), { code_verifier }), 400, 'invalid_grant');
    },
  );

  it.each(['http://localhost:4002/callback/', 'http://localhost:4002/other', 'https://evil.example/', 'x'])(
    'AS-CODE-11 SEC-12: redirect_uri %s is not the one of the request',
    async (redirect_uri) => {
      expectError(await redeem(server, await getCode(server), { redirect_uri }), 400, 'invalid_grant');
    },
  );

  it('AS-CODE-11: redirect_uri may be absent where PKCE binds the code', async () => {
    expect((await redeem(server, await getCode(server), { redirect_uri: undefined })).statusCode).toBe(200);
  });

  it('AS-CODE-11: redirect_uri must be there for a client without PKCE', async () => {
    const legacy = { client_id: 'legacy-web', redirect_uri: 'http://localhost:4002/legacy/callback' };
    const code = await getCode(server, { ...legacy, code_challenge: undefined, code_challenge_method: undefined });
    const change = { client_id: 'legacy-web', client_secret: 'legacy-web-secret', code_verifier: undefined };
    expectError(await redeem(server, code, { ...change, redirect_uri: undefined }), 400, 'invalid_grant');
    expect((await redeem(server, code, { ...change, redirect_uri: legacy.redirect_uri })).statusCode).toBe(200);
  });

  it('AS-CODE-11: any port of a loopback address counts as the one that was used', async () => {
    const native = { client_id: 'sample-cli', redirect_uri: 'http://127.0.0.1:50123/callback' };
    const code = await getCode(server, native);
    const change = { ...native, client_secret: undefined };
    expectError(await redeem(server, code, { ...change, redirect_uri: 'http://127.0.0.1:50124/callback' }), 400, 'invalid_grant');
    expect((await redeem(server, code, change)).statusCode).toBe(200);
  });

  it('AS-RI-02: a resource outside the authorization is refused', async () => {
    await server.registerResource({
      identifier: 'https://other.example',
      name: 'Other',
      scopes: [{ name: 'other', description: 'Other' }],
    });
    const code = await getCode(server);
    expectError(await redeem(server, code, { resource: 'https://other.example' }), 400, 'invalid_target');
    expect((await redeem(server, code, { resource: 'http://localhost:4001' })).statusCode).toBe(200);
  });

  it('AS-RI-02: of several authorized resources the token is for the asked one, with its scopes alone', async () => {
    await server.registerResource({
      identifier: 'https://other.example',
      name: 'Other',
      scopes: [{ name: 'other', description: 'Other' }],
    });
    await server.register({ id: 'both', scopes: ['notes:read', 'other'] });
    const both = { client_id: 'both', client_secret: TEST_SECRET, redirect_uri: 'https://client.example/callback' };
    const query = { client_id: 'both', redirect_uri: both.redirect_uri, scope: 'notes:read other' };
    const browser = openBrowser(server.app);
    await open(browser, `/authorize?${authorizeParameters(query).toString()}&resource=https%3A%2F%2Fother.example`);
    await logIn(browser);
    const code = responseParameters(await decide(browser, 'approve')).get('code') as string;
    const response = await redeem(server, code, { ...both, resource: 'https://other.example' });
    expect(response.json().scope).toBe('other');
    expect(decodeJwt(response.json().access_token).aud).toBe('https://other.example');
  });

  it('AS-RI-02 AS-RI-03: two resources at once are refused; without any, the token is for the first one that was granted', async () => {
    const both = { client_id: 'both', client_secret: TEST_SECRET, redirect_uri: 'https://client.example/callback' };
    const query = { client_id: 'both', redirect_uri: both.redirect_uri, scope: 'notes:read other' };
    const browser = openBrowser(server.app);
    await open(browser, `/authorize?${authorizeParameters(query).toString()}&resource=https%3A%2F%2Fother.example`);
    // Agreed to before: nobody is asked.
    const code = responseParameters(await logIn(browser)).get('code') as string;
    const twice = new URLSearchParams({ grant_type: 'authorization_code', code, ...both, code_verifier: VERIFIER });
    for (const resource of ['https://other.example', 'http://localhost:4001']) twice.append('resource', resource);
    expectError(await postToken(server, twice.toString()), 400, 'invalid_target');
    const response = await redeem(server, code, both);
    expect(response.json().scope).toBe('notes:read');
    expect(decodeJwt(response.json().access_token).aud).toBe('http://localhost:4001');
  });

  it('SEC-50 SEC-53: what was redeemed stays redeemed, in another process and with the short-lived store emptied', async () => {
    const code = await getCode(server);
    const grant = (await server.shortLived.get<AuthorizationCode>(`code:${tokenHash(code)}`))?.grant;
    await redeem(server, code);
    expect(await server.stores.grants.create({ ...(grant as AuthorizationCode['grant']), createdAt: 0, expiresAt: 0 })).toBe(false);
    await server.shortLived.delete(`code:${tokenHash(code)}`);
    expectError(await redeem(server, code), 400, 'invalid_grant');
  });

  it('AS-CODE-12 SEC-32: neither the logs nor the stores hold a code, a token, a secret or a password', async () => {
    const code = await getCode(server);
    const response = await redeem(server, code);
    const secrets = [code, response.json().access_token, 'sample-client-secret', 'wonderland', 'the-verifier-of-the-tests'];
    for (const secret of secrets) expect(server.logged().includes(secret), secret).toBe(false);
    const client = JSON.stringify(await server.stores.clients.find('sample-client'));
    const user = JSON.stringify(await server.stores.users.findByUsername('alice'));
    for (const text of [client, user]) for (const secret of secrets) expect(text.includes(secret)).toBe(false);
    expect(await server.shortLived.get(`code:${code}`)).toBeUndefined();
  });
});
