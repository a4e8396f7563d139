import { tokenResponse } from '@rolecall/contracts/token-response';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectError, getCode, postToken, redeem } from './support/flow.ts';
import { startTestServer, type TestServer } from './support/test-server.ts';

const SERVICE = { grant_type: 'client_credentials', client_id: 'sample-service', client_secret: 'sample-service-secret' };

describe('token endpoint', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.close());

  it('AS-TOKEN-01 AS-GEN-02: answers with a token, its type, its lifetime and its scope, never to be stored', async () => {
    const response = await postToken(server, SERVICE);
    expect(response.statusCode).toBe(200);
    expect(response.headers['content-type']).toMatch(/^application\/json/);
    expect(response.headers['cache-control']).toBe('no-store');
    expect(tokenResponse.parse(response.json())).toMatchObject({ token_type: 'Bearer', expires_in: 600, scope: 'notes:read notes:write' });
  });

  it('AS-TOKEN-02: grant_type missing is an invalid request', async () => {
    expectError(await postToken(server, { ...SERVICE, grant_type: undefined }), 400, 'invalid_request');
    expectError(await postToken(server, { ...SERVICE, grant_type: '' }), 400, 'invalid_request');
  });

  it.each(['password', 'implicit', 'urn:example:unknown', '__proto__', 'constructor'])(
    'AS-TOKEN-02: grant_type=%s is unsupported',
    async (grant_type) => {
      expectError(await postToken(server, { ...SERVICE, grant_type }), 400, 'unsupported_grant_type');
    },
  );

  it('AS-TOKEN-03: a grant that this client may not use is refused', async () => {
    expectError(await postToken(server, { ...SERVICE, grant_type: 'authorization_code', code: 'x' }), 400, 'unauthorized_client');
  });

  it('AS-TOKEN-04: code missing is an invalid request', async () => {
    expectError(await redeem(server, ''), 400, 'invalid_request');
  });

  it.each(['unknown', 'notes:read unknown', 'notes:read  notes:write', 'a"b'])('AS-TOKEN-05: scope "%s" is refused', async (scope) => {
    expectError(await postToken(server, { ...SERVICE, scope }), 400, 'invalid_scope');
  });

  it('AS-TOKEN-06: codes have only characters that may stand anywhere', async () => {
    expect(await getCode(server)).toMatch(/^[A-Za-z0-9_-]+$/);
  });

  it('AS-TOKEN-07: a code in the URL is not accepted', async () => {
    const code = await getCode(server);
    const form = { grant_type: 'authorization_code', client_id: 'sample-client', client_secret: 'sample-client-secret' };
    expectError(await postToken(server, form, {}, `/token?code=${code}`), 400, 'invalid_request');
  });

  it('AS-GEN-04: an unknown parameter is ignored', async () => {
    expect((await postToken(server, { ...SERVICE, extra: 'foobar' })).statusCode).toBe(200);
  });

  it.each(['grant_type', 'client_id', 'client_secret', 'scope', 'extra'])('AS-GEN-05 SEC-17: %s sent twice is refused', async (name) => {
    const form = new URLSearchParams({ ...SERVICE, scope: 'notes:read', extra: 'x' });
    form.append(name, form.get(name) as string);
    expectError(await postToken(server, form.toString()), 400, 'invalid_request');
  });

  it('AS-GEN-05: resource may be sent more than once', async () => {
    const form = new URLSearchParams(SERVICE);
    form.append('resource', 'http://localhost:4001');
    form.append('resource', 'http://localhost:4001');
    expect((await postToken(server, form.toString())).statusCode).toBe(200);
  });

  it('AS-GEN-06: an empty parameter counts as not sent', async () => {
    expect((await postToken(server, { ...SERVICE, scope: '', resource: '' })).json().scope).toBe('notes:read notes:write');
  });

  it('AS-GEN-12: credentials in the URL are not accepted', async () => {
    const { client_id, grant_type, client_secret } = SERVICE;
    expectError(await postToken(server, { grant_type, client_id }, {}, `/token?client_secret=${client_secret}`), 401, 'invalid_client');
    expectError(await postToken(server, SERVICE, {}, '/token?client_assertion=x'), 401, 'invalid_client');
    expectError(await postToken(server, SERVICE, {}, '/token?client_secret='), 401, 'invalid_client');
  });

  it.each(['GET', 'PUT', 'PATCH', 'DELETE'] as const)('AS-GEN-14: %s gets 405 and is told what is allowed', async (method) => {
    const response = await server.app.inject({ method, url: '/token' });
    expect(response.statusCode).toBe(405);
    expect(response.headers.allow).toBe('OPTIONS, POST');
  });

  it.each(['application/json', 'text/plain', 'multipart/form-data; boundary=x', 'application/x-www-form-urlencodedx', 'application/xml'])(
    'AS-GEN-15 SEC-42: a body of type %s is an invalid request',
    async (type) => {
      expectError(await postToken(server, JSON.stringify(SERVICE), { 'content-type': type }), 400, 'invalid_request');
    },
  );

  it('AS-GEN-15: no body and no content type are an invalid request', async () => {
    expectError(await server.app.inject({ method: 'POST', url: '/token' }), 400, 'invalid_request');
  });

  it.each([{ 'content-encoding': 'gzip' }, { 'content-type': 'application/x-www-form-urlencoded; charset=utf-16' }])(
    'SEC-43: a body that is compressed or in another character set gets 415: %j',
    async (headers) => {
      const response = await postToken(server, SERVICE, headers as Record<string, string>);
      expect(response.statusCode).toBe(415);
      expect(response.json().error).toBe('invalid_request');
    },
  );

  it('a database that fails is answered with 503, and nothing of it is said', async () => {
    const broken = await startTestServer();
    await broken.stores.close();
    const response = await postToken(broken, SERVICE);
    expect(response.statusCode).toBe(503);
    expect(response.headers['retry-after']).toBeDefined();
    expect(response.json()).toEqual({ error: 'temporarily_unavailable', error_description: 'This server cannot do its work just now.' });
    await broken.close().catch(() => {});
  });

  it('AS-GEN-15 SEC-43: a body over the limit gets 413', async () => {
    const response = await postToken(server, { ...SERVICE, extra: 'x'.repeat(4 * 1024 * 1024) });
    expect(response.statusCode).toBe(413);
    expect(response.json().error).toBe('invalid_request');
  });

  it('AS-GEN-03: an error has only characters of RFC 6749, whatever was sent', async () => {
    for (const scope of ['"\\\r\n\tü', 'x%0d%0aSet-Cookie: a=b'])
      expectError(await postToken(server, { ...SERVICE, scope }), 400, 'invalid_scope');
    const repeated = `${new URLSearchParams(SERVICE).toString()}&%22%5C%0D%0A=1&%22%5C%0D%0A=1`;
    expectError(await postToken(server, repeated), 400, 'invalid_request');
  });

  it('AS-GEN-07: may be called by programs in a browser, and shows them what they need', async () => {
    const preflight = await server.app.inject({
      method: 'OPTIONS',
      url: '/token',
      headers: {
        origin: 'https://app.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization, content-type, dpop',
      },
    });
    expect(preflight.statusCode).toBe(204);
    expect(preflight.headers['access-control-allow-origin']).toBe('*');
    expect(preflight.headers['access-control-allow-credentials']).toBeUndefined();
    for (const name of ['Authorization', 'Content-Type', 'DPoP']) expect(preflight.headers['access-control-allow-headers']).toContain(name);

    const response = await postToken(server, SERVICE, { origin: 'https://app.example' });
    expect(response.headers['access-control-allow-origin']).toBe('*');
    expect(response.headers['access-control-expose-headers']).toContain('WWW-Authenticate');
    expect(response.headers['access-control-expose-headers']).toContain('DPoP-Nonce');
  });

  it('AS-GEN-07: so may metadata and keys', async () => {
    for (const url of ['/.well-known/oauth-authorization-server', '/jwks']) {
      const preflight = { origin: 'https://app.example', 'access-control-request-method': 'GET' };
      expect((await server.app.inject({ method: 'OPTIONS', url, headers: preflight })).headers['access-control-allow-origin'], url).toBe(
        '*',
      );
    }
    for (const url of ['/.well-known/oauth-authorization-server', '/jwks'])
      expect(
        (await server.app.inject({ url, headers: { origin: 'https://app.example' } })).headers['access-control-allow-origin'],
        url,
      ).toBe('*');
  });

  it('AS-GEN-07: nothing else may, whether it is there or not', async () => {
    const preflight = { origin: 'https://app.example', 'access-control-request-method': 'POST' };
    for (const url of ['/nothing-here', '/token/', '/.well-known/nothing', '/authorize', '/login'])
      for (const method of ['OPTIONS', 'GET'] as const) {
        const { headers } = await server.app.inject({ method, url, headers: preflight });
        expect(headers['access-control-allow-origin'], `${method} ${url}`).toBeUndefined();
      }
  });

  it('AS-GEN-07: CORS holds for an issuer with a path too', async () => {
    const tenant = await startTestServer({ ISSUER: 'https://as.example/t1' });
    for (const url of ['/.well-known/oauth-authorization-server/t1', '/t1/jwks'])
      expect(
        (await tenant.app.inject({ url, headers: { origin: 'https://app.example' } })).headers['access-control-allow-origin'],
        url,
      ).toBe('*');
    const preflight = await tenant.app.inject({
      method: 'OPTIONS',
      url: '/t1/token',
      headers: { origin: 'https://app.example', 'access-control-request-method': 'POST' },
    });
    expect(preflight.statusCode).toBe(204);
    expect(preflight.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': expect.stringContaining('POST') as string,
    });
    await tenant.close();
  });
});
