import { exportJWK, generateKeyPair } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Admin, expectChallenge, expectRefusal, openAdmin, readAll } from './support/admin.ts';
import { expectError, getCode, postToken, redeem } from './support/flow.ts';
import { startTestServer, TEST_SECRET, type TestServer } from './support/test-server.ts';

const SERVICE = { client_name: 'A service', grant_types: ['client_credentials'], scope: 'notes:read' };

describe('administration of clients', () => {
  let server: TestServer;
  let admin: Admin;
  beforeAll(async () => {
    server = await startTestServer();
    admin = await openAdmin(server);
  });
  afterAll(() => server.close());

  const tokenOf = (client_id: string, client_secret: string) =>
    postToken(server, { grant_type: 'client_credentials', client_id, client_secret });

  const auditedTypes = async (client_id: string): Promise<string[]> => {
    const events = server
      .logged()
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line).audit);
    return events.filter((event) => event?.clientId === client_id).map((event) => event.type);
  };

  it('adds a client, and tells its secret this once', async () => {
    const added = await admin('POST', '/clients', SERVICE);
    expect(added.statusCode).toBe(201);
    const { client_id, client_secret } = added.json();
    expect(client_secret).toMatch(/^rc_cs_[\w-]{43}$/);
    expect((await tokenOf(client_id, client_secret)).statusCode).toBe(200);
    for (const path of [`/clients/${client_id}`, `/clients/${client_id}/secrets`, '/clients?limit=100']) {
      const { body, statusCode } = await admin('GET', path);
      expect(statusCode).toBe(200);
      expect(body).not.toContain(client_secret);
      expect(body).not.toMatch(/hash|client_secret"/);
    }
    expect(server.logged()).not.toContain(client_secret);
    expect(await auditedTypes(client_id)).toContain('client_added');
  });

  it('makes no secret for a client that needs none', async () => {
    const added = await admin('POST', '/clients', {
      client_id: 'a-public-one',
      client_name: 'Public',
      token_endpoint_auth_method: 'none',
      redirect_uris: ['https://client.example/callback'],
    });
    expect(added.statusCode).toBe(201);
    expect(added.json()).not.toHaveProperty('client_secret');
    expectRefusal(await admin('POST', '/clients/a-public-one/secrets', {}), 409, 'conflict');
  });

  it('refuses an id that is taken, or that a user could have', async () => {
    expectRefusal(await admin('POST', '/clients', { ...SERVICE, client_id: 'sample-service' }), 409, 'conflict');
    for (const client_id of ['usr_1', 'with space', 'a/b', '', 'x'.repeat(129), 7])
      expectRefusal(await admin('POST', '/clients', { ...SERVICE, client_id }), 400, 'invalid_request');
  });

  it('refuses unknown members and wrong values, and names each field', async () => {
    const response = await admin('POST', '/clients', { ...SERVICE, client_secret: 'mine', scopes: [], scope: 'a  b', require_pkce: 'yes' });
    expectRefusal(response, 400, 'invalid_request');
    const fields = response.json().details.map(({ field }: { field: string }) => field);
    expect(fields.toSorted()).toEqual(['client_secret', 'require_pkce', 'scope', 'scopes']);
  });

  it.each([
    ['a redirect URI of a script', { redirect_uris: ['javascript:alert(1)'] }],
    ['plain http on another machine', { redirect_uris: ['http://client.example/callback'] }],
    ['a fragment', { redirect_uris: ['https://client.example/#x'] }],
    ['a private-use scheme for a web application', { redirect_uris: ['com.example.app:/callback'] }],
    ['authorization_code without redirect URI', { grant_types: ['authorization_code'] }],
    ['refresh_token alone', { grant_types: ['refresh_token'] }],
    ['an unknown grant type', { grant_types: ['password'] }],
    ['client credentials of a public client', { token_endpoint_auth_method: 'none' }],
    ['private_key_jwt without keys', { token_endpoint_auth_method: 'private_key_jwt' }],
    ['private keys', { jwks: { keys: [{ kty: 'EC', d: 'secret' }] } }],
    ['keys in two places', { jwks: { keys: [{ kty: 'EC' }] }, jwks_uri: 'https://client.example/jwks' }],
    ['an address of keys that is not https', { jwks_uri: 'http://client.example/jwks' }],
    ['a logo that is a script', { logo_uri: 'javascript:alert(1)' }],
    ['a name that is not a line of text', { client_name: 'a\nb' }],
    ['an idle lifetime beyond the absolute one', { refresh_token_idle_lifetime: 600, refresh_token_absolute_lifetime: 60 }],
  ])('refuses %s', async (_what, changes) => {
    expectRefusal(await admin('POST', '/clients', { ...SERVICE, ...changes }), 400, 'invalid_request');
  });

  it('refuses a public client without PKCE, also in two steps', async () => {
    const client = { client_id: 'stepwise', client_name: 'X', redirect_uris: ['https://client.example/callback'], require_pkce: false };
    expectRefusal(await admin('POST', '/clients', { ...client, token_endpoint_auth_method: 'none' }), 400, 'invalid_request');
    expect((await admin('POST', '/clients', client)).statusCode).toBe(201);
    expectRefusal(await admin('PATCH', '/clients/stepwise', { token_endpoint_auth_method: 'none' }), 400, 'invalid_request');
  });

  it('changes what is named and leaves the rest; null takes away', async () => {
    await admin('POST', '/clients', {
      ...SERVICE,
      client_id: 'changing',
      tos_uri: 'https://client.example/tos',
      policy_uri: 'https://client.example/p',
    });
    const changed = await admin('PATCH', '/clients/changing', { client_name: 'Another', tos_uri: null });
    expect(changed.statusCode).toBe(200);
    const shown = (await admin('GET', '/clients/changing')).json();
    expect(shown).toEqual(changed.json());
    expect(shown).toMatchObject({ client_name: 'Another', scope: 'notes:read', policy_uri: 'https://client.example/p' });
    expect(shown).not.toHaveProperty('tos_uri');
    expectRefusal(await admin('PATCH', '/clients/changing', { client_id: 'other' }), 400, 'invalid_request');
    expectRefusal(await admin('PATCH', '/clients/changing', { client_name: null }), 400, 'invalid_request');
    expectRefusal(await admin('PATCH', '/clients/nobody', { client_name: 'X' }), 404, 'not_found');
  });

  it('of changes to different members at once none is lost', async () => {
    await admin('POST', '/clients', { ...SERVICE, client_id: 'contended' });
    const changes = {
      client_name: 'Changed',
      client_uri: 'https://client.example',
      scope: 'notes:read notes:write',
      disabled: true,
      software_id: 'x',
    };
    const all = await Promise.all(Object.entries(changes).map(([name, value]) => admin('PATCH', '/clients/contended', { [name]: value })));
    expect(all.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 200, 200]);
    expect((await admin('GET', '/clients/contended')).json()).toMatchObject(changes);
  });

  it('disabling a client kills what was issued to it at once, and enabling brings none of it back', async () => {
    await server.register({ id: 'to-disable', grantTypes: ['authorization_code', 'refresh_token', 'client_credentials'] });
    const changes = { client_id: 'to-disable', redirect_uri: 'https://client.example/callback', client_secret: TEST_SECRET };
    const { access_token, refresh_token } = (await redeem(server, await getCode(server, changes), changes)).json();
    const introspect = async (token: string) =>
      (await postToken(server, { token, client_id: 'resource-server', client_secret: 'resource-server-secret' }, {}, '/introspect')).json()
        .active;
    expect(await introspect(access_token)).toBe(true);

    expect((await admin('PATCH', '/clients/to-disable', { disabled: true })).statusCode).toBe(200);
    expect(await introspect(access_token)).toBe(false);
    expectError(await tokenOf('to-disable', TEST_SECRET), 401, 'invalid_client');

    server.clock.advance(2);
    expect((await admin('PATCH', '/clients/to-disable', { disabled: false })).statusCode).toBe(200);
    const user = (await server.stores.users.findByUsername('alice'))?.id as string;
    expect((await server.stores.consents.find(user, 'to-disable')).size).toBe(0);
    expect((await tokenOf('to-disable', TEST_SECRET)).statusCode).toBe(200);
    expect(await introspect(access_token)).toBe(false);
    const refreshed = await postToken(server, {
      grant_type: 'refresh_token',
      refresh_token,
      client_id: 'to-disable',
      client_secret: TEST_SECRET,
    });
    expectError(refreshed, 400, 'invalid_grant');
    expect(await auditedTypes('to-disable')).toEqual(expect.arrayContaining(['client_disabled', 'client_enabled']));
  });

  it('removing a client kills what was issued to it at once', async () => {
    await server.register({ id: 'to-remove' });
    const { access_token } = (await tokenOf('to-remove', TEST_SECRET)).json();
    expect((await admin('DELETE', '/clients/to-remove')).statusCode).toBe(204);
    const form = { token: access_token, client_id: 'resource-server', client_secret: 'resource-server-secret' };
    expect((await postToken(server, form, {}, '/introspect')).json().active).toBe(false);
    expectRefusal(await admin('GET', '/clients/to-remove'), 404, 'not_found');
    expectRefusal(await admin('DELETE', '/clients/to-remove'), 404, 'not_found');
    expect(await auditedTypes('to-remove')).toContain('client_removed');
  });

  it('an administrator cannot lock itself out', async () => {
    expectRefusal(await admin('PATCH', '/clients/rolecall-admin', { disabled: true }), 409, 'conflict');
    expectRefusal(await admin('DELETE', '/clients/rolecall-admin'), 409, 'conflict');
  });

  it('SEC-33: nobody hands out more than they have', async () => {
    const limited = await openAdmin(server, 'admin:clients');
    const refused = [
      await limited('POST', '/clients', { ...SERVICE, scope: 'admin:users' }),
      await limited('PATCH', '/clients/sample-service', { scope: 'notes:read admin:keys' }),
      await limited('PATCH', '/clients/rolecall-admin', { token_endpoint_auth_method: 'client_secret_post' }),
      await limited('POST', '/clients/rolecall-admin/secrets', {}),
    ];
    for (const response of refused) expectChallenge(response, 403, 'insufficient_scope');
    expect((await admin('GET', '/clients/sample-service')).json().scope).toBe('notes:read notes:write');
    expect((await limited('POST', '/clients', { ...SERVICE, scope: 'admin:clients' })).statusCode).toBe(201);
  });

  it('a secret is replaced without a gap', async () => {
    const { client_id, client_secret: old } = (await admin('POST', '/clients', SERVICE)).json();
    const [first] = (await admin('GET', `/clients/${client_id}/secrets`)).json().items;
    const added = await admin('POST', `/clients/${client_id}/secrets`, {});
    expect(added.statusCode).toBe(201);
    const { id, client_secret } = added.json();
    expect((await tokenOf(client_id, old)).statusCode).toBe(200);
    expect((await tokenOf(client_id, client_secret)).statusCode).toBe(200);
    expect((await admin('DELETE', `/clients/${client_id}/secrets/${first.id}`)).statusCode).toBe(204);
    expectError(await tokenOf(client_id, old), 401, 'invalid_client');
    expect((await tokenOf(client_id, client_secret)).statusCode).toBe(200);
    const listed = (await admin('GET', `/clients/${client_id}/secrets`)).json().items;
    expect(listed).toEqual([{ id, created_at: expect.any(String) }]);
    expectRefusal(await admin('DELETE', `/clients/${client_id}/secrets/${first.id}`), 404, 'not_found');
    expect(await auditedTypes(client_id)).toEqual(expect.arrayContaining(['client_secret_added', 'client_secret_removed']));
  });

  it('a secret ends when it is said to', async () => {
    const { client_id } = (await admin('POST', '/clients', SERVICE)).json();
    const expires_at = new Date(server.clock.now() + 60_000).toISOString();
    const added = (await admin('POST', `/clients/${client_id}/secrets`, { expires_at })).json();
    expect(added.expires_at).toBe(expires_at);
    expect((await tokenOf(client_id, added.client_secret)).statusCode).toBe(200);
    server.clock.advance(61);
    expectError(await tokenOf(client_id, added.client_secret), 401, 'invalid_client');
    expectRefusal(await admin('POST', `/clients/${client_id}/secrets`, { expires_at: 'tomorrow' }), 400, 'invalid_request');
  });

  it("removes no secret by way of another client's address", async () => {
    const { client_id } = (await admin('POST', '/clients', SERVICE)).json();
    const [secret] = (await admin('GET', `/clients/${client_id}/secrets`)).json().items;
    expectRefusal(await admin('DELETE', `/clients/sample-service/secrets/${secret.id}`), 404, 'not_found');
    expectRefusal(await admin('POST', '/clients/nobody/secrets', {}), 404, 'not_found');
    expect((await admin('GET', `/clients/${client_id}/secrets`)).json().items).toHaveLength(1);
  });

  it('a weak secret is refused, a strong one is taken and never told', async () => {
    const { client_id } = (await admin('POST', '/clients', SERVICE)).json();
    const add = (client_secret: string) => admin('POST', `/clients/${client_id}/secrets`, { client_secret });
    for (const weak of [
      'hunter2',
      'x'.repeat(64),
      'password'.repeat(8),
      '0123456789'.repeat(5),
      'é'.repeat(50),
      `${'a'.repeat(20)}${'b'.repeat(40)}`,
    ])
      expectRefusal(await add(weak), 400, 'invalid_request');
    const strong = 'k3N9xQvT7mZpL2rYwB8sFhJ5dGcA6uEiO4nVtRaXyKqM';
    const added = await add(strong);
    expect(added.statusCode).toBe(201);
    expect(added.body).not.toContain(strong);
    expect((await tokenOf(client_id, strong)).statusCode).toBe(200);
    expectRefusal(await add(strong), 409, 'conflict');
    expect(server.logged()).not.toContain(strong);
  });

  it('lists more than a hundred, page by page, each once', async () => {
    const ids = Array.from({ length: 130 }, (_, index) => `many-${String(index).padStart(3, '0')}`);
    for (const id of ids) await server.stores.clients.addIfAbsent({ ...(await known('sample-spa')), id });
    for (const limit of [100, 37]) {
      const listed = (await readAll(admin, '/clients', limit)).map(({ client_id }) => client_id);
      expect(new Set(listed).size).toBe(listed.length);
      expect(listed).toEqual(expect.arrayContaining(ids));
    }
  });

  it('refuses a page that makes no sense', async () => {
    for (const query of ['limit=101', 'limit=0', 'limit=-1', 'limit=1e2', 'limit=1&limit=2', 'cursor=x', 'cursor=WzFd', 'page=2'])
      expectRefusal(await admin('GET', `/clients?${query}`), 400, 'invalid_request');
    expectRefusal(await admin('GET', '/clients/sample-spa?x=1'), 400, 'invalid_request');
    expectRefusal(await admin('DELETE', '/clients/sample-spa', { x: 1 }), 400, 'invalid_request');
  });

  async function known(id: string) {
    const client = await server.stores.clients.find(id);
    if (client === undefined) throw new Error(id);
    return client;
  }

  it('null takes a member away for good: an old key is good for nothing', async () => {
    const key = await exportJWK((await generateKeyPair('ES256')).publicKey);
    const created = await admin('POST', '/clients', {
      client_id: 'with-keys',
      client_name: 'With keys',
      grant_types: ['client_credentials'],
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [{ ...key, kid: 'old', alg: 'ES256' }] },
      refresh_token_idle_lifetime: 600,
    });
    expect(created.statusCode).toBe(201);
    const changes = { jwks: null, jwks_uri: 'https://client.example/jwks', refresh_token_idle_lifetime: null };
    expect((await admin('PATCH', '/clients/with-keys', changes)).statusCode).toBe(200);
    const shown = (await admin('GET', '/clients/with-keys')).json();
    expect(shown).toMatchObject({ jwks_uri: 'https://client.example/jwks' });
    for (const name of ['jwks', 'refresh_token_idle_lifetime']) expect(shown).not.toHaveProperty(name);
    expect((await admin('PATCH', '/clients/with-keys', { client_name: 'Again' })).statusCode).toBe(200);
  });

  it('a client that registered itself with all that registration allows can be listed, exported and disabled', async () => {
    const response = await server.app.inject({
      method: 'POST',
      url: '/register',
      payload: {
        redirect_uris: ['https://x.example/cb'],
        client_uri: 'http://x.example/',
        logo_uri: 'http://x.example/logo.png',
        contacts: ['someone@x.example'],
        software_id: 'x',
      },
    });
    expect(response.statusCode).toBe(201);
    const id = response.json().client_id as string;
    expect((await admin('GET', `/clients/${id}`)).json()).toMatchObject({ client_uri: 'http://x.example/' });
    expect((await admin('GET', '/clients?limit=100')).statusCode).toBe(200);
    expect((await admin('GET', '/configuration')).statusCode).toBe(200);
    expect((await admin('PATCH', `/clients/${id}`, { disabled: true })).statusCode).toBe(200);
  });
});
