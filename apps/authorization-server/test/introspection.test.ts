import { decodeJwt, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { introspectionResponse } from '@rolecall/contracts/introspection';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectError, getTokens, introspect, postToken, refresh } from './support/flow.ts';
import { startTestServer, TEST_SECRET, type TestServer } from './support/test-server.ts';

const OPAQUE = 'https://opaque.example';

describe('introspection', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
    await server.registerResource({
      identifier: OPAQUE,
      name: 'Opaque',
      scopes: [{ name: 'opaque', description: 'See through' }],
      accessTokenFormat: 'opaque',
      accessTokenLifetime: 300,
      resourceServers: ['opaque-server'],
    });
    await server.register({ id: 'opaque-server', grantTypes: [], redirectUris: [], scopes: [] });
    await server.register({ id: 'service', scopes: ['notes:read', 'opaque'] });
  });
  afterAll(() => server.close());

  const asOpaqueServer = { client_id: 'opaque-server', client_secret: TEST_SECRET };
  const asService = { client_id: 'service', client_secret: TEST_SECRET };

  async function serviceToken(scope: string): Promise<string> {
    const response = await postToken(server, { grant_type: 'client_credentials', scope, ...asService });
    expect(response.statusCode).toBe(200);
    return response.json().access_token;
  }

  it('AS-INTRO-01: tells a resource server what a token for it is', async () => {
    const { access_token } = await getTokens(server);
    const found = await introspect(server, access_token);
    expect(found).toEqual({ ...decodeJwt(access_token), active: true, token_type: 'Bearer' });
    expect(introspectionResponse.parse(found)).toEqual(found);
    expect(found).toMatchObject({
      iss: server.issuer,
      aud: 'http://localhost:4001',
      client_id: 'sample-client',
      scope: 'notes:read notes:write',
      auth_time: Math.floor(server.clock.now() / 1000),
    });
  });

  it('AS-INTRO-01: the same for an opaque token, which says nothing by itself', async () => {
    const token = await serviceToken('opaque');
    expect(token).toMatch(/^rc_at_[A-Za-z0-9_-]+$/);
    expect(Buffer.from(token.slice(6), 'base64url').toString('latin1')).not.toContain('service');
    const found = await introspect(server, token, asOpaqueServer);
    expect(found).toMatchObject({ active: true, aud: OPAQUE, sub: 'service', client_id: 'service', scope: 'opaque', token_type: 'Bearer' });
    expect((found['exp'] as number) - (found['iat'] as number)).toBe(300);
  });

  it('AS-INTRO-02: a caller that does not authenticate learns nothing', async () => {
    const { access_token } = await getTokens(server);
    const ask = (changes: Record<string, string | undefined>) => postToken(server, { token: access_token, ...changes }, {}, '/introspect');
    expectError(await ask({}), 401, 'invalid_client');
    expectError(await ask({ client_id: 'resource-server' }), 401, 'invalid_client');
    expectError(await ask({ client_id: 'resource-server', client_secret: 'wrong' }), 401, 'invalid_client');
    expectError(
      await postToken(server, { token: access_token }, { authorization: `Bearer ${access_token}` }, '/introspect'),
      401,
      'invalid_client',
    );
  });

  it('AS-INTRO-02: a public client cannot prove who it is, and learns nothing, not even of its own tokens', async () => {
    const spa = { client_id: 'sample-spa', redirect_uri: 'http://localhost:4002/spa/callback' };
    const { access_token } = await getTokens(server, spa, { ...spa, client_secret: undefined });
    const response = await postToken(server, { token: access_token, client_id: 'sample-spa' }, {}, '/introspect');
    expectError(response, 401, 'invalid_client');
  });

  it.each(['x', 'rc_at_', 'rc_at_' + 'A'.repeat(200), 'rc_rt_' + 'A'.repeat(43), 'a.b.c', '..', '{}', 'é', 'A'.repeat(20_000)])(
    'AS-INTRO-03 AS-INTRO-07 SEC-44: an unknown or malformed token is inactive, and nothing else is said: %.30s',
    async (token) => {
      expect(await introspect(server, token)).toEqual({ active: false });
    },
  );

  it('AS-INTRO-03: an expired token is inactive', async () => {
    const own = await startTestServer();
    const { access_token } = await getTokens(own);
    own.clock.advance(599);
    expect(await introspect(own, access_token)).toMatchObject({ active: true });
    own.clock.advance(1);
    expect(await introspect(own, access_token)).toEqual({ active: false });
    await own.close();
  });

  it('AS-INTRO-03: a token of another server’s, and one that was changed, is inactive', async () => {
    const { access_token } = await getTokens(server);
    const [header, , signature] = access_token.split('.') as [string, string, string];
    const more = Buffer.from(JSON.stringify({ ...decodeJwt(access_token), scope: 'everything' })).toString('base64url');
    expect(await introspect(server, `${header}.${more}.${signature}`)).toEqual({ active: false });
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    const kid = (JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string }).kid;
    const forge = (protectedHeader: object) =>
      new SignJWT(decodeJwt(access_token)).setProtectedHeader({ alg: 'ES256', ...protectedHeader } as never).sign(privateKey);
    expect(await introspect(server, await forge({ kid, typ: 'at+jwt' }))).toEqual({ active: false });
    expect(await introspect(server, await forge({ typ: 'at+jwt', jwk: await exportJWK(publicKey) }))).toEqual({ active: false });
    const opaque = await serviceToken('opaque');
    const changed = opaque.slice(0, -2) + (opaque.endsWith('A') ? 'B' : 'A') + 'A';
    expect(await introspect(server, changed, asOpaqueServer)).toEqual({ active: false });
  });

  it('AS-INTRO-04: a token for another resource is inactive to this resource server', async () => {
    const token = await serviceToken('opaque');
    expect(await introspect(server, token)).toEqual({ active: false });
    const { access_token } = await getTokens(server);
    expect(await introspect(server, access_token, asOpaqueServer)).toEqual({ active: false });
  });

  it('AS-INTRO-04: the client that it was issued to may ask, another one may not', async () => {
    const { access_token } = await getTokens(server);
    expect(await introspect(server, access_token, { client_id: 'sample-client', client_secret: 'sample-client-secret' })).toMatchObject({
      active: true,
    });
    expect(await introspect(server, access_token, asService)).toEqual({ active: false });
  });

  it('AS-INTRO-05: token missing is an invalid request; a wrong hint does no harm', async () => {
    const caller = { client_id: 'resource-server', client_secret: 'resource-server-secret' };
    expectError(await postToken(server, { ...caller, token: '' }, {}, '/introspect'), 400, 'invalid_request');
    expectError(await postToken(server, caller, {}, '/introspect'), 400, 'invalid_request');
    const { access_token, refresh_token } = await getTokens(server);
    for (const token_type_hint of ['refresh_token', 'access_token', 'nonsense'])
      expect(await introspect(server, access_token, { token_type_hint })).toMatchObject({ active: true });
    const client = { client_id: 'sample-client', client_secret: 'sample-client-secret', token_type_hint: 'access_token' };
    expect(await introspect(server, refresh_token, client)).toMatchObject({ active: true });
  });

  it('AS-INTRO-06 AS-RT-11: a refresh token is known to its own client alone, never to a resource server', async () => {
    const { refresh_token } = await getTokens(server);
    expect(await introspect(server, refresh_token)).toEqual({ active: false });
    expect(await introspect(server, refresh_token, asService)).toEqual({ active: false });
    const own = await introspect(server, refresh_token, { client_id: 'sample-client', client_secret: 'sample-client-secret' });
    expect(introspectionResponse.parse(own)).toEqual(own);
    expect(own).toMatchObject({ active: true, client_id: 'sample-client', scope: 'notes:read notes:write' });
    expect(own).not.toHaveProperty('aud');
  });

  it('AS-INTRO-03: a refresh token that was used is inactive', async () => {
    const { refresh_token } = await getTokens(server);
    await refresh(server, refresh_token);
    const client = { client_id: 'sample-client', client_secret: 'sample-client-secret' };
    expect(await introspect(server, refresh_token, client)).toEqual({ active: false });
  });

  it('AS-GEN-14 AS-GEN-15: only a form by POST', async () => {
    expect((await server.app.inject('/introspect')).statusCode).toBe(405);
    const json = await server.app.inject({ method: 'POST', url: '/introspect', payload: { token: 'x' } });
    expectError(json as never, 400, 'invalid_request');
    expectError(await postToken(server, 'token=a&token=b&client_id=x', {}, '/introspect'), 400, 'invalid_request');
  });

  it('AS-GEN-12: credentials in the query are not accepted', async () => {
    const response = await postToken(
      server,
      { token: 'x' },
      {},
      '/introspect?client_id=resource-server&client_secret=resource-server-secret',
    );
    expectError(response, 401, 'invalid_client');
  });

  it('AS-GEN-07: no other origin may read what it says', async () => {
    const response = await server.app.inject({ method: 'POST', url: '/introspect', headers: { origin: 'https://app.example' } });
    expect(response.headers).not.toHaveProperty('access-control-allow-origin');
  });
});
