import { accessTokenClaims } from '@rolecall/contracts/access-token';
import { signingAlgorithm } from '@rolecall/contracts/jwks';
import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser } from './support/browser.ts';
import { authorize, authorizeUrl, open, postToken, redeem, responseParameters } from './support/flow.ts';
import { startTestServer, TEST_SECRET, type TestServer } from './support/test-server.ts';

describe('access token', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.close());

  const verify = async (token: string) =>
    jwtVerify(token, createLocalJWKSet((await server.app.inject('/jwks')).json()), {
      issuer: server.issuer,
      audience: 'http://localhost:4001',
      typ: 'at+jwt',
      algorithms: ['ES256'],
      currentDate: new Date(server.clock.now()),
    });
  const userToken = async (browser = openBrowser(server.app)): Promise<string> => {
    const code = responseParameters(await authorize(server, {}, browser)).get('code') as string;
    return (await redeem(server, code)).json().access_token;
  };

  it('AS-AT-01: is a JWT of type at+jwt, signed with a published key', async () => {
    const { protectedHeader } = await verify(await userToken());
    expect(protectedHeader).toEqual({ alg: 'ES256', typ: 'at+jwt', kid: expect.any(String) });
  });

  it.each(signingAlgorithm.options)('AS-AT-01: signed with %s where the resource has it so', async (algorithm) => {
    const identifier = `https://${algorithm.toLowerCase()}.example`;
    const scopes = [{ name: algorithm, description: 'Read' }];
    await server.registerResource({ identifier, name: algorithm, scopes, signingAlgorithm: algorithm });
    await server.register({ id: `client-of-${algorithm}`, scopes: [algorithm] });
    const form = { grant_type: 'client_credentials', client_id: `client-of-${algorithm}`, client_secret: TEST_SECRET, scope: algorithm };
    const response = (await postToken(server, form)).json();
    const { protectedHeader, payload } = await jwtVerify(
      response.access_token,
      createLocalJWKSet((await server.app.inject('/jwks')).json()),
      { issuer: server.issuer, audience: identifier, typ: 'at+jwt', algorithms: [algorithm], currentDate: new Date(server.clock.now()) },
    );
    expect(protectedHeader).toEqual({ alg: algorithm, typ: 'at+jwt', kid: expect.any(String) });
    expect(accessTokenClaims.strict().parse(payload)).toMatchObject({ aud: identifier, scope: algorithm });
  });

  it('AS-AT-02: has the claims of RFC 9068', async () => {
    const { payload } = await verify(await userToken());
    expect(accessTokenClaims.strict().parse(payload)).toMatchObject({
      iss: server.issuer,
      aud: 'http://localhost:4001',
      client_id: 'sample-client',
      sub: (await server.stores.users.findByUsername('alice'))?.id,
      scope: 'notes:read notes:write',
      exp: (payload.iat as number) + 600,
    });
  });

  it('AS-AT-02: no two have the same jti', async () => {
    const form = { grant_type: 'client_credentials', client_id: 'sample-service', client_secret: 'sample-service-secret' };
    const tokens = await Promise.all(Array.from({ length: 20 }, () => postToken(server, form)));
    expect(new Set(tokens.map((response) => decodeJwt(response.json().access_token).jti)).size).toBe(20);
  });

  it('AS-AT-03: says when the user logged in, not when the token was made', async () => {
    const browser = openBrowser(server.app);
    const loggedInAt = Math.floor(server.clock.now() / 1000);
    await authorize(server, {}, browser);
    server.clock.advance(1_000);
    const code = responseParameters(await open(browser, authorizeUrl())).get('code') as string;
    const { payload } = await verify((await redeem(server, code)).json().access_token);
    expect(payload['auth_time']).toBe(loggedInAt);
    expect(payload.iat).toBe(loggedInAt + 1_000);
  });

  it('AS-AT-04: cannot be taken for an ID token: no nonce, and the client is not its audience', async () => {
    const { payload } = await verify(await userToken());
    expect(payload).not.toHaveProperty('nonce');
    expect(payload).not.toHaveProperty('at_hash');
    expect(payload.aud).not.toBe('sample-client');
  });

  it('AS-AT-05: lives ten minutes', async () => {
    const { payload } = await verify(await userToken());
    expect((payload.exp as number) - (payload.iat as number)).toBe(600);
  });
});
