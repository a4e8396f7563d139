import { introspectionJwtClaims } from '@rolecall/contracts/introspection';
import { signingAlgorithm } from '@rolecall/contracts/jwks';
import type { LightMyRequestResponse } from 'fastify';
import { createLocalJWKSet, decodeJwt, type JWTVerifyResult, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Changes, expectError, getTokens, introspect, postToken } from './support/flow.ts';
import { startTestServer, TEST_SECRET, type TestServer } from './support/test-server.ts';

const TYPE = 'application/token-introspection+jwt';
const RESOURCE_SERVER = { client_id: 'resource-server', client_secret: 'resource-server-secret' };

describe('introspection response as a JWT', () => {
  let server: TestServer;
  let token: string;
  beforeAll(async () => {
    server = await startTestServer();
    token = (await getTokens(server)).access_token;
  });
  afterAll(() => server.close());

  const ask = (changes: Changes = {}, accept: string | undefined = TYPE): Promise<LightMyRequestResponse> =>
    postToken(server, { token, ...RESOURCE_SERVER, ...changes }, { ...(accept !== undefined && { accept }) }, '/introspect');
  const verified = async (
    response: LightMyRequestResponse,
    audience = 'resource-server',
    algorithm = 'RS256',
  ): Promise<JWTVerifyResult> => {
    expect(response.statusCode).toBe(200);
    expect(response.headers['content-type']).toBe(TYPE);
    expect(response.headers['cache-control']).toBe('no-store');
    return jwtVerify(response.body, createLocalJWKSet((await server.app.inject('/jwks')).json()), {
      issuer: server.issuer,
      audience,
      typ: 'token-introspection+jwt',
      algorithms: [algorithm],
      currentDate: new Date(server.clock.now()),
    });
  };

  it.each([TYPE, TYPE.toUpperCase(), `${TYPE};q=0.5`, `application/json;q=0.4, ${TYPE};q=0.5`, `text/html, ${TYPE}, */*`])(
    'AS-JINT-01: is given to who accepts %s',
    async (accept) => {
      const { protectedHeader } = await verified(await ask({}, accept));
      expect(protectedHeader).toEqual({ alg: 'RS256', typ: 'token-introspection+jwt', kid: expect.any(String) });
    },
  );

  it.each([
    '',
    '*/*',
    'application/*',
    'application/json',
    'application/jwt',
    `${TYPE};q=0`,
    `${TYPE};q=x`,
    `application/json, ${TYPE};q=0.9`,
  ])('AS-JINT-01: is JSON for who accepts "%s"', async (accept) => {
    const response = await ask({}, accept);
    expect(response.headers['content-type']).toMatch(/^application\/json/);
    expect(response.json()).toMatchObject({ active: true });
  });

  it('AS-JINT-02: says who answers whom and when, and everything of the token inside token_introspection alone', async () => {
    const { payload } = await verified(await ask());
    expect(introspectionJwtClaims.parse(payload)).toEqual(payload);
    expect(payload).toEqual({
      iss: server.issuer,
      aud: 'resource-server',
      iat: Math.floor(server.clock.now() / 1000),
      token_introspection: await introspect(server, token),
    });
    expect(payload['token_introspection']).toMatchObject({ active: true, sub: decodeJwt(token).sub, exp: decodeJwt(token).exp });
  });

  it('AS-JINT-02: cannot be used as an access token', async () => {
    const { body } = await ask();
    expect(await introspect(server, body)).toEqual({ active: false });
  });

  it('AS-JINT-03: of a token that is unknown, dead or for somebody else it says that it is not active, and no more', async () => {
    await server.registerResource({ identifier: 'https://b.example', name: 'B', scopes: [], resourceServers: ['other-server'] });
    await server.register({ id: 'other-server', grantTypes: [], redirectUris: [], scopes: [] });
    const inactive = { active: false };
    expect((await verified(await ask({ token: 'unknown' }))).payload['token_introspection']).toEqual(inactive);
    const asOther = { client_id: 'other-server', client_secret: TEST_SECRET };
    expect((await verified(await ask(asOther), 'other-server')).payload['token_introspection']).toEqual(inactive);

    const own = (await getTokens(server)).access_token;
    await postToken(server, { token: own, client_id: 'sample-client', client_secret: 'sample-client-secret' }, {}, '/revoke');
    expect((await verified(await ask({ token: own }))).payload['token_introspection']).toEqual(inactive);
  });

  it.each([
    ['nobody', { client_id: undefined, client_secret: undefined }],
    ['an unknown client', { client_id: 'unknown' }],
    ['a wrong secret', { client_secret: 'wrong' }],
    ['no secret', { client_secret: undefined }],
    ['a public client', { client_id: 'sample-spa', client_secret: undefined }],
  ])('AS-JINT-04: %s is refused with 400, and gets no JWT', async (_who, changes) => {
    const response = await ask(changes);
    expectError(response, 400, 'invalid_client');
    expect(response.headers).not.toHaveProperty('www-authenticate');
    expectError(await ask(changes, 'application/json'), 401, 'invalid_client');
  });

  it('AS-JINT-04: a request without a token is refused in JSON', async () => {
    expectError(await ask({ token: undefined }), 400, 'invalid_request');
  });

  it.each([undefined, ...signingAlgorithm.options])(
    'AS-JINT-05: a caller that has registered %s gets that, or RS256',
    async (algorithm) => {
      const id = `server-with-${algorithm}`;
      await server.register({
        id,
        grantTypes: [],
        redirectUris: [],
        ...(algorithm !== undefined && { introspectionSignedResponseAlg: algorithm }),
      });
      const { protectedHeader } = await verified(await ask({ client_id: id, client_secret: TEST_SECRET }), id, algorithm ?? 'RS256');
      expect(protectedHeader.alg).toBe(algorithm ?? 'RS256');
    },
  );

  it('AS-META-20: the metadata names the algorithms, and none is not among them', async () => {
    const metadata = (await server.app.inject('/.well-known/oauth-authorization-server')).json();
    expect(metadata.introspection_signing_alg_values_supported).toEqual(['ES256', 'RS256', 'EdDSA']);
  });
});
