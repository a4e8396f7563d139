import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Admin, expectChallenge, expectRefusal, openAdmin, readAll } from './support/admin.ts';
import { openBrowser } from './support/browser.ts';
import {
  authorizeUrl,
  decide,
  expectError,
  introspect,
  logIn,
  open,
  postToken,
  redeem,
  refresh,
  responseParameters,
} from './support/flow.ts';
import { startTestServer, TEST_SECRET, type TestServer } from './support/test-server.ts';

const PAYROLL = 'https://payroll.example/v1';
const CONTENT = { name: 'Payroll', scopes: [{ name: 'pay', description: 'Pay people' }] };
const at = (identifier: string) => `/resources/${encodeURIComponent(identifier)}`;

describe('administration of resources', () => {
  let server: TestServer;
  let admin: Admin;
  beforeAll(async () => {
    server = await startTestServer();
    admin = await openAdmin(server);
    await server.register({ id: 'payer', scopes: ['pay'] });
  });
  afterAll(() => server.close());

  const token = () =>
    postToken(server, { grant_type: 'client_credentials', client_id: 'payer', client_secret: TEST_SECRET, resource: PAYROLL });

  it('adds a resource that tokens can be had for at once, and removes it', async () => {
    expectError(await token(), 400, 'invalid_target');
    const added = await admin('PUT', at(PAYROLL), { ...CONTENT, access_token_lifetime: 60 });
    expect(added.statusCode).toBe(200);
    expect((await admin('GET', at(PAYROLL))).json()).toEqual(added.json());
    const { access_token, expires_in } = (await token()).json();
    expect([decodeJwt(access_token).aud, expires_in]).toEqual([PAYROLL, 60]);

    const opaque = await admin('PUT', at(PAYROLL), { ...CONTENT, access_token_format: 'opaque' });
    expect(opaque.json()).not.toHaveProperty('access_token_lifetime');
    expect((await token()).json().access_token).toMatch(/^rc_at_/);

    expect((await admin('DELETE', at(PAYROLL))).statusCode).toBe(204);
    expectError(await token(), 400, 'invalid_target');
    expectRefusal(await admin('GET', at(PAYROLL)), 404, 'not_found');
    expectRefusal(await admin('DELETE', at(PAYROLL)), 404, 'not_found');
  });

  it('what was granted there does not come back when it is added again; a grant that reaches further keeps the rest', async () => {
    await admin('PUT', at(PAYROLL), CONTENT);
    const redirect_uri = 'https://client.example/callback';
    await server.register({ id: 'keeper', scopes: ['pay', 'notes:read'], grantTypes: ['authorization_code', 'refresh_token'] });
    const credentials = { client_id: 'keeper', client_secret: TEST_SECRET };
    const browser = openBrowser(server.app);
    const here = { client_id: 'keeper', redirect_uri, scope: 'pay', resource: PAYROLL };
    const urls = [authorizeUrl(here), `${authorizeUrl({ ...here, scope: 'pay notes:read' })}&resource=http%3A%2F%2Flocalhost%3A4001`];
    const codes: string[] = [];
    for (const url of [...urls, ...urls]) {
      let page = await open(browser, url);
      if (page.body.includes('name="password"')) page = await logIn(browser);
      if (page.body.includes('name="decision"')) page = await decide(browser, 'approve');
      codes.push(responseParameters(page).get('code') as string);
    }
    const [alone, both, ...underWay] = codes as [string, string, ...string[]];
    const redeemed = async (code: string) => (await redeem(server, code, { ...credentials, redirect_uri, resource: PAYROLL })).json();
    const [mine, shared] = [await redeemed(alone), await redeemed(both)];
    const id = decodeJwt(mine.access_token)['grant_id'] as string;
    expect((await admin('GET', `/grants/${id}`)).json().resources).toEqual([{ resource: PAYROLL, scope: 'pay' }]);
    // Its consent page is open all the while.
    const late = openBrowser(server.app);
    await open(late, authorizeUrl({ ...here, prompt: 'consent' }));
    await logIn(late);

    expect((await admin('DELETE', at(PAYROLL))).statusCode).toBe(204);
    await decide(late, 'approve');
    await admin('PUT', at(PAYROLL), CONTENT);
    expectError(await refresh(server, mine.refresh_token, credentials), 400, 'invalid_grant');
    expect(await introspect(server, mine.refresh_token, credentials)).toEqual({ active: false });
    expect((await admin('GET', `/grants/${id}`)).json().resources).toEqual([]);
    expectError(await refresh(server, shared.refresh_token, { ...credentials, resource: PAYROLL }), 400, 'invalid_target');
    expectError(await refresh(server, shared.refresh_token, { ...credentials, scope: 'pay' }), 400, 'invalid_scope');
    const next = (await refresh(server, shared.refresh_token, credentials)).json();
    expect([decodeJwt(next.access_token).aud, next.scope]).toEqual(['http://localhost:4001', 'notes:read']);
    for (const code of underWay)
      expectError(await redeem(server, code, { ...credentials, redirect_uri, resource: PAYROLL }), 400, 'invalid_grant');
    expect((await open(browser, urls[0] as string)).body).toContain('name="decision"');
    const again = await redeemed(responseParameters(await decide(browser, 'approve')).get('code') as string);
    expect((await refresh(server, again.refresh_token, credentials)).json().scope).toBe('pay');
  });

  it('what users have allowed there is forgotten with it', async () => {
    await admin('PUT', at(PAYROLL), CONTENT);
    const user = (await server.stores.users.findByUsername('alice'))?.id as string;
    await server.stores.consents.decide(user, 'payer', PAYROLL, { agreed: ['pay'], refused: [] });
    await admin('DELETE', at(PAYROLL));
    expect((await server.stores.consents.find(user, 'payer')).size).toBe(0);
  });

  it('of several defaults the last one is it', async () => {
    await admin('PUT', at(PAYROLL), { ...CONTENT, is_default: true });
    const defaults = (await readAll(admin, '/resources', 100)).filter(({ is_default }) => is_default);
    expect(defaults.map(({ identifier }) => identifier)).toEqual([PAYROLL]);
    await admin('DELETE', at(PAYROLL));
  });

  it('refuses what makes no sense, and names the field', async () => {
    const bad: [object, string][] = [
      [{ scopes: [{ name: 'a b', description: 'X' }] }, 'scopes.0.name'],
      [{ scopes: [...CONTENT.scopes, ...CONTENT.scopes] }, 'scopes'],
      [{ access_token_lifetime: 86_400 }, 'access_token_lifetime'],
      [{ access_token_format: 'saml' }, 'access_token_format'],
      [{ signing_algorithm: 'none' }, 'signing_algorithm'],
      [{ identifier: PAYROLL }, 'identifier'],
      [{ is_default: 1 }, 'is_default'],
    ];
    for (const [change, field] of bad) {
      const response = await admin('PUT', at(PAYROLL), { ...CONTENT, ...change });
      expectRefusal(response, 400, 'invalid_request');
      expect(response.json().details[0].field).toBe(field);
    }
    for (const identifier of ['relative', 'https://x.example/#f', `https://x.example/${'x'.repeat(240)}`])
      expect((await admin('PUT', at(identifier), CONTENT)).statusCode, identifier).toBeGreaterThanOrEqual(400);
  });

  it('nobody becomes an administrator by a scope of the same name elsewhere', async () => {
    const scopes = [{ name: 'admin:users', description: 'Not what it seems' }];
    expectRefusal(await admin('PUT', at(PAYROLL), { ...CONTENT, scopes }), 400, 'invalid_request');
  });

  it("the administration's own resource stays as it is", async () => {
    const own = 'http://localhost:4000/admin';
    expect((await admin('GET', at(own))).statusCode).toBe(200);
    for (const written of [own, 'HTTP://LOCALHOST:4000/admin', 'http://localhost:4000/x/../admin'])
      expectRefusal(await admin('PUT', at(written), CONTENT), 409, 'conflict');
    expectRefusal(await admin('DELETE', at(own)), 409, 'conflict');
  });

  it('wants its own scope, and writes down who did it', async () => {
    const other = await openAdmin(server, 'admin:clients');
    expectChallenge(await other('PUT', at(PAYROLL), CONTENT), 403, 'insufficient_scope', 'admin:resources');
    expectChallenge(await other('GET', at(PAYROLL)), 403, 'insufficient_scope');
    await admin('PUT', at(PAYROLL), CONTENT);
    await admin('DELETE', at(PAYROLL));
    const events = (await admin('GET', '/audit-events?limit=2')).json().items;
    expect(events).toMatchObject([
      { type: 'resource_removed', details: { resource: PAYROLL, administrator: 'rolecall-admin' } },
      { type: 'resource_changed', details: { resource: PAYROLL, administrator: 'rolecall-admin' } },
    ]);
  });

  it('lists more than a hundred, page by page, each once', async () => {
    const identifiers = Array.from({ length: 120 }, (_, index) => `https://many.example/${index}`);
    for (const identifier of identifiers) await server.registerResource({ identifier, ...CONTENT });
    const listed = (await readAll(admin, '/resources', 50)).map(({ identifier }) => identifier);
    expect(new Set(listed).size).toBe(listed.length);
    expect(listed).toEqual(expect.arrayContaining(['http://localhost:4001', ...identifiers]));
  });
});
