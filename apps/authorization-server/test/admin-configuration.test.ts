import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Admin, expectChallenge, expectRefusal, openAdmin } from './support/admin.ts';
import { openBrowser } from './support/browser.ts';
import { authorizeUrl, introspect, logIn, open, postToken } from './support/flow.ts';
import { startTestServer, TEST_SECRET, type TestServer } from './support/test-server.ts';

const NOTHING = { added: [], changed: [] };

describe('export and import of the configuration', () => {
  let server: TestServer;
  let admin: Admin;
  beforeAll(async () => {
    server = await startTestServer();
    admin = await openAdmin(server);
  });
  afterAll(() => server.close());

  const tokenOf = async (at: TestServer, client_id: string, client_secret: string): Promise<number> =>
    (await postToken(at, { grant_type: 'client_credentials', client_id, client_secret })).statusCode;
  const exported = async (users = true) => (await admin('GET', `/configuration?users=${users}`)).json();

  it('restores clients with their secrets, resources and users with their passwords on another server', async () => {
    await server.register({ id: 'moving', jwksUri: 'https://client.example/jwks', information: { tos_uri: 'https://client.example/tos' } });
    await server.registerResource({ identifier: 'https://moving.example', name: 'M', scopes: [{ name: 'm', description: 'M' }] });
    await admin('POST', '/users', { username: 'mover', name: 'Mover', password: 'a password that moves' });
    const document = await exported();

    const other = await startTestServer();
    const there = await openAdmin(other);
    // The other server's own alice and bob have other ids.
    const [alice, bob] = ['alice', 'bob'].map((name) => document.users.find(({ username }: { username: string }) => username === name).id);
    for (const path of ['/configuration', '/configuration?dry_run=true'])
      expectRefusal(await there('POST', path, document), 409, 'conflict');
    document.users = document.users.filter(({ id }: { id: string }) => id !== alice && id !== bob);

    const dry = (await there('POST', '/configuration?dry_run=true', document)).json();
    expect(dry).toMatchObject({ dry_run: true, clients: { added: ['moving'] }, resources: { added: ['https://moving.example'] } });
    expect(await tokenOf(other, 'moving', TEST_SECRET)).toBe(401);

    const report = await there('POST', '/configuration', document);
    expect(report.statusCode).toBe(200);
    expect(report.json()).toMatchObject({
      clients: { added: ['moving'], changed: [] },
      users: { added: [document.users[0].id], changed: [] },
    });
    expect(await tokenOf(other, 'moving', TEST_SECRET)).toBe(200);
    const browser = openBrowser(other.app);
    await open(browser, authorizeUrl());
    expect((await logIn(browser, 'mover', 'a password that moves')).body).toContain('name="decision"');

    expect((await there('POST', '/configuration', document)).json()).toEqual({
      dry_run: false,
      resources: NOTHING,
      clients: NOTHING,
      users: NOTHING,
    });
    const again = (await there('GET', '/configuration')).json();
    expect(again.clients).toEqual(document.clients);
    expect(again).not.toHaveProperty('users');
    await other.close();
  });

  it('holds hashes and no secret, and users only on demand', async () => {
    const response = await admin('GET', '/configuration');
    expect(response.json()).not.toHaveProperty('users');
    for (const secret of ['rolecall-admin-secret', 'sample-client-secret', 'wonderland', TEST_SECRET, 'PRIVATE', '"d"'])
      expect(response.body + JSON.stringify(await exported())).not.toContain(secret);
    expect(response.headers['cache-control']).toBe('no-store');
  });

  it('importing what is there changes nothing, and a second time neither', async () => {
    const document = await exported();
    for (const path of ['/configuration?dry_run=true', '/configuration', '/configuration']) {
      const { resources, clients, users } = (await admin('POST', path, document)).json();
      expect({ resources, clients, users }).toEqual({ resources: NOTHING, clients: NOTHING, users: NOTHING });
    }
    expect(await exported()).toEqual(document);
  });

  it('afterwards a client is as the document has it, its secrets too; others are left alone', async () => {
    await server.register({ id: 'restored' });
    await server.register({ id: 'not-named' });
    const document = await exported(false);
    document.clients = document.clients.filter(({ client_id }: { client_id: string }) => client_id === 'restored');
    const { client_secret } = (await admin('POST', '/clients/restored/secrets', {})).json();
    await admin('PATCH', '/clients/restored', { client_name: 'Changed' });
    const report = (await admin('POST', '/configuration', document)).json();
    expect(report.clients).toEqual({ added: [], changed: ['restored'] });
    expect((await admin('GET', '/clients/restored')).json().client_name).toBe('restored');
    expect([await tokenOf(server, 'restored', client_secret), await tokenOf(server, 'restored', TEST_SECRET)]).toEqual([401, 200]);
    expect(await tokenOf(server, 'not-named', TEST_SECRET)).toBe(200);
  });

  it('of two imports at once one does the work, and the other finds nothing to do', async () => {
    const document = await exported(false);
    const template = document.clients.find(({ client_id }: { client_id: string }) => client_id === 'sample-service');
    const ids = Array.from({ length: 20 }, (_, index) => `raced-${index}`);
    document.clients = ids.map((client_id) => ({ ...template, client_id }));
    const reports = await Promise.all([1, 2, 3].map(async () => (await admin('POST', '/configuration', document)).json()));
    const added = reports.map(({ clients }) => clients.added.length);
    expect(added.toSorted((a, b) => a - b)).toEqual([0, 0, 20]);
    for (const { clients } of reports) expect(clients.changed).toEqual([]);
  });

  it('a client or user that is disabled by it loses everything at once', async () => {
    await server.register({ id: 'disabled-by-import' });
    const form = { grant_type: 'client_credentials', client_id: 'disabled-by-import', client_secret: TEST_SECRET };
    const { access_token } = (await postToken(server, form)).json();
    const document = await exported();
    for (const client of document.clients) if (client.client_id === form.client_id) client.disabled = true;
    for (const user of document.users) if (user.username === 'bob') user.disabled = true;
    const report = (await admin('POST', '/configuration', document)).json();
    expect(report).toMatchObject({ clients: { changed: ['disabled-by-import'] }, users: { changed: [expect.any(String)] } });
    const introspection = { token: access_token, client_id: 'resource-server', client_secret: 'resource-server-secret' };
    expect((await postToken(server, introspection, {}, '/introspect')).json().active).toBe(false);
    expect(await server.stores.users.findByUsername('bob')).toMatchObject({ disabled: true });
    const types = (await admin('GET', '/audit-events?limit=20')).json().items.map(({ type }: { type: string }) => type);
    expect(types).toEqual(expect.arrayContaining(['configuration_imported', 'client_disabled', 'user_disabled', 'configuration_exported']));
  });

  it('a new user without a password cannot log in; one that is there keeps its own', async () => {
    const document = await exported();
    document.clients = [];
    document.users = document.users.filter(({ username }: { username: string }) => username === 'alice');
    delete document.users[0].password_hash;
    document.users[0].name = 'Alice Liddell';
    document.users.push({ id: 'usr_imported', username: 'imported', name: 'Imported', disabled: false });
    expect((await admin('POST', '/configuration', document)).json().users).toMatchObject({ added: ['usr_imported'] });
    expect((await admin('POST', '/configuration', document)).json().users).toEqual(NOTHING);
    const browser = openBrowser(server.app);
    await open(browser, authorizeUrl());
    expect((await logIn(browser, 'imported', '')).body).toContain('name="password"');
    expect((await logIn(browser, 'alice', 'wonderland')).body).not.toContain('name="password"');
  });

  it('refuses a document that makes no sense, and changes nothing then', async () => {
    const document = await exported();
    const [client] = document.clients;
    const [user] = document.users;
    const bad: object[] = [
      {},
      { ...document, version: 2 },
      { ...document, keys: [] },
      { ...document, clients: [...document.clients, client] },
      { ...document, clients: [{ ...client, secrets: [{ hash: 'short' }] }] },
      { ...document, clients: [{ ...client, secrets: [{ client_secret: 'plain' }] }] },
      { ...document, clients: [{ ...client, token_endpoint_auth_method: 'none', require_pkce: false }] },
      { ...document, clients: [{ ...client, client_id: 'usr_x' }] },
      { ...document, users: [{ ...user, password_hash: 'wonderland' }] },
      { ...document, users: [{ ...user, password_hash: user.password_hash.replace('m=7168', 'm=9999999') }] },
      { ...document, users: [{ ...user, id: 'sample-client' }] },
      { ...document, resources: [{ ...document.resources[0], scopes: [{ name: 'admin:users', description: 'X' }] }] },
    ];
    for (const each of bad) expectRefusal(await admin('POST', '/configuration', each), 400, 'invalid_request');
    const own = { ...document.resources[0], identifier: 'http://localhost:4000/admin' };
    expectRefusal(await admin('POST', '/configuration', { ...document, resources: [own] }), 409, 'conflict');
    const taken = { id: 'usr_other', username: 'alice', name: 'Mallory', disabled: false };
    const clients = [{ ...client, client_id: 'never-made' }];
    expectRefusal(await admin('POST', '/configuration', { ...document, clients, users: [taken] }), 409, 'conflict');
    expect(await exported()).toEqual(document);
  });

  it('an import that cannot end the sessions of a user changes nothing, and can be repeated', async () => {
    const own = await startTestServer();
    const there = await openAdmin(own);
    const document = (await there('GET', '/configuration?users=true')).json();
    const named = (name: string) => document.users.find(({ username }: { username: string }) => username === name);
    named('bob').password_hash = named('alice').password_hash;
    const browser = openBrowser(own.app);
    await open(browser, '/account');
    await logIn(browser, 'bob', 'builder');
    own.failShortLived('delete');
    expect((await there('POST', '/configuration', document)).statusCode).toBe(503);
    own.failShortLived(undefined);
    expect((await browser.get('/account')).status).toBe(200);
    expect((await there('POST', '/configuration', document)).json().users.changed).toEqual([named('bob').id]);
    expect((await browser.get('/account')).status).toBe(303);
    await own.close();
  });

  it('what could not be announced is dead all the same, and written down', async () => {
    const own = await startTestServer();
    const there = await openAdmin(own);
    const ids = ['first', 'second'];
    for (const id of ids) await own.register({ id });
    const tokens = await Promise.all(
      ids.map(
        async (client_id) =>
          (await postToken(own, { grant_type: 'client_credentials', client_id, client_secret: TEST_SECRET })).json().access_token,
      ),
    );
    const document = (await there('GET', '/configuration')).json();
    for (const client of document.clients) if (ids.includes(client.client_id)) client.disabled = true;
    own.failShortLived('set');
    expect((await there('POST', '/configuration', document)).statusCode).toBe(503);
    own.failShortLived(undefined);
    for (const token of tokens) expect(await introspect(own, token)).toEqual({ active: false });
    const items = (await there('GET', '/audit-events?type=client_disabled')).json().items;
    expect(items.map(({ client_id }: { client_id: string }) => client_id).toSorted()).toEqual(ids);
    await own.close();
  });

  it('SEC-33: wants its own scope, and hands out no more than it has', async () => {
    const limited = await openAdmin(server, 'admin:configuration');
    const document = await exported(false);
    expectChallenge(
      await (
        await openAdmin(server, 'admin:read admin:clients')
      )('GET', '/configuration'),
      403,
      'insufficient_scope',
      'admin:configuration',
    );
    const [client] = document.clients;
    const clients = [{ ...client, client_id: 'escalating', scope: 'admin:users' }];
    expectChallenge(await limited('POST', '/configuration', { ...document, clients }), 403, 'insufficient_scope');
    const own = document.clients.find(({ client_id }: { client_id: string }) => client_id === 'rolecall-admin');
    expectChallenge(
      await limited('POST', '/configuration', { ...document, clients: [{ ...own, secrets: [] }] }),
      403,
      'insufficient_scope',
    );
    expectRefusal(await admin('POST', '/configuration', { ...document, clients: [{ ...own, disabled: true }] }), 409, 'conflict');
    expectRefusal(await admin('GET', '/clients/escalating'), 404, 'not_found');
  });

  it('takes a document that is larger than other bodies may be', async () => {
    const document = await exported(false);
    const template = document.clients.find(({ client_id }: { client_id: string }) => client_id === 'sample-service');
    document.clients = Array.from({ length: 300 }, (_, index) => ({ ...template, client_id: `large-${index}` }));
    expect(JSON.stringify(document).length).toBeGreaterThan(100_000);
    const report = await admin('POST', '/configuration?dry_run=true', document);
    expect([report.statusCode, report.json().clients.added.length]).toEqual([200, 300]);
  });
});
