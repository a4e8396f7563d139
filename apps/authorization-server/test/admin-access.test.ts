import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminToken, adminWith, expectChallenge, expectRefusal, openAdmin } from './support/admin.ts';
import { openBrowser } from './support/browser.ts';
import { getCode, postToken, redeem } from './support/flow.ts';
import { startTestServer, TEST_SECRET, type TestServer } from './support/test-server.ts';

describe('access to the administration', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.close());

  it('refuses a request without a token, and says where to learn more', async () => {
    const response = await server.app.inject({ url: '/admin/clients' });
    expectChallenge(response, 401, undefined, 'admin:read');
    const metadata = await server.app.inject({ url: '/.well-known/oauth-protected-resource/admin' });
    expect(metadata.json()).toMatchObject({ resource: 'http://localhost:4000/admin', authorization_servers: ['http://localhost:4000'] });
  });

  it('refuses what is not one of its access tokens', async () => {
    for (const token of ['x', 'rolecall-admin-secret', 'rc_rt_abc', 'eyJhbGciOiJub25lIn0.e30.'])
      expectChallenge(await adminWith(server, token)('GET', '/clients'), 401, 'invalid_token');
  });

  it('does not ask the database about what is no access token by its form', async () => {
    const { refreshTokens } = server.serverStores;
    const { find } = refreshTokens;
    let asked = 0;
    refreshTokens.find = (...parameters) => ((asked += 1), find(...parameters));
    expectChallenge(await adminWith(server, 'rc_rt_abc')('GET', '/clients'), 401, 'invalid_token');
    refreshTokens.find = find;
    expect(asked).toBe(0);
  });

  it('SEC-33: refuses a token for another resource', async () => {
    const form = { grant_type: 'client_credentials', client_id: 'sample-service', client_secret: 'sample-service-secret' };
    const token = (await postToken(server, form)).json().access_token;
    expectChallenge(await adminWith(server, token)('GET', '/clients'), 401, 'invalid_token');
  });

  it('refuses the token of a user: whoever can log in would be an administrator', async () => {
    await server.register({ id: 'for-users', scopes: ['admin:read', 'admin:users'] });
    const changes = {
      client_id: 'for-users',
      redirect_uri: 'https://client.example/callback',
      resource: 'http://localhost:4000/admin',
      scope: 'admin:read',
    };
    const code = await getCode(server, changes);
    const response = await redeem(server, code, { ...changes, scope: undefined, client_secret: TEST_SECRET });
    expect(response.json().scope).toBe('admin:read');
    expectChallenge(await adminWith(server, response.json().access_token)('GET', '/clients'), 401, 'invalid_token');
  });

  it('refuses a token that has expired', async () => {
    const admin = await openAdmin(server);
    server.clock.advance(601);
    expectChallenge(await admin('GET', '/clients'), 401, 'invalid_token');
  });

  it('refuses a token that has been revoked, at once', async () => {
    const token = await adminToken(server);
    const admin = adminWith(server, token);
    expect((await admin('GET', '/clients')).statusCode).toBe(200);
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const payload = new URLSearchParams({ token, client_id: 'rolecall-admin', client_secret: 'rolecall-admin-secret' }).toString();
    await server.app.inject({ method: 'POST', url: '/revoke', headers, payload });
    expectChallenge(await admin('GET', '/clients'), 401, 'invalid_token');
  });

  it('wants the scope of the collection to change it, and any reading scope to read it', async () => {
    const reader = await openAdmin(server, 'admin:read');
    expect((await reader('GET', '/clients')).statusCode).toBe(200);
    expectChallenge(await reader('POST', '/clients', { client_name: 'X' }), 403, 'insufficient_scope', 'admin:clients');
    expectChallenge(await reader('DELETE', '/clients/sample-spa'), 403, 'insufficient_scope', 'admin:clients');
    const keeper = await openAdmin(server, 'admin:keys');
    expectChallenge(await keeper('GET', '/clients'), 403, 'insufficient_scope');
  });

  it('judges the token before the body', async () => {
    const response = await server.app.inject({
      method: 'POST',
      url: '/admin/clients',
      headers: { 'content-type': 'text/plain' },
      payload: '}',
    });
    expectChallenge(response, 401, undefined);
  });

  it('takes no cookie and no token in the address, so no other site can make a browser act here', async () => {
    const token = await adminToken(server);
    const browser = openBrowser(server.app);
    await getCode(server, {}, browser);
    expectChallenge((await toInject(browser.get('/admin/clients'))) as never, 401, undefined);
    expectChallenge(await server.app.inject({ url: `/admin/clients?access_token=${token}` }), 401, undefined);
    expectChallenge(await server.app.inject({ url: '/admin/clients', cookies: { access_token: token } }), 401, undefined);
    const preflight = await server.app.inject({
      method: 'OPTIONS',
      url: '/admin/clients',
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
    });
    expect(preflight.headers['access-control-allow-origin']).toBeUndefined();
  });

  it('reads JSON alone, and not too much of it', async () => {
    const token = await adminToken(server);
    const post = (payload: string | Buffer, type = 'application/json') =>
      server.app.inject({
        method: 'POST',
        url: '/admin/clients',
        headers: { authorization: `Bearer ${token}`, 'content-type': type },
        payload,
      });
    expectRefusal(await post('client_name=X', 'application/x-www-form-urlencoded'), 415, 'invalid_request');
    expectRefusal(await post('{'), 400, 'invalid_request');
    expectRefusal(await post(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d])), 400, 'invalid_request');
    expectRefusal(await post(JSON.stringify({ client_name: 'x'.repeat(70_000) })), 413, 'invalid_request');
    expectRefusal(await post('{"__proto__": {}, "client_name": "X"}'), 400, 'invalid_request');
    expectRefusal(await post('[]'), 400, 'invalid_request');
  });

  it('answers other methods with 405, and what is not there with 404', async () => {
    const admin = await openAdmin(server);
    expect((await admin('PUT', '/clients')).statusCode).toBe(405);
    expect((await admin('GET', '/nothing')).statusCode).toBe(404);
  });

  async function toInject(pending: ReturnType<ReturnType<typeof openBrowser>['get']>) {
    const { status, headers, body } = await pending;
    return { statusCode: status, headers, json: () => JSON.parse(body) };
  }

  it('SEC-33: what was taken from a client since, its older token does not give back', async () => {
    const scopes = ['admin:clients', 'admin:read'];
    await server.register({ id: 'demoted', grantTypes: ['client_credentials'], scopes });
    const form = {
      grant_type: 'client_credentials',
      client_id: 'demoted',
      client_secret: TEST_SECRET,
      resource: 'http://localhost:4000/admin',
    };
    const demoted = adminWith(server, (await postToken(server, form)).json().access_token);
    expect((await demoted('GET', '/clients')).statusCode).toBe(200);
    await server.register({ id: 'demoted', grantTypes: ['client_credentials'], scopes: [] });
    expectChallenge(await demoted('GET', '/clients'), 403, 'insufficient_scope', 'admin:read');
    expectChallenge(await demoted('PATCH', '/clients/demoted', { scope: 'admin:clients' }), 403, 'insufficient_scope', 'admin:clients');
  });
});
