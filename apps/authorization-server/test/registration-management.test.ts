import { clientInformation } from '@rolecall/contracts/client-registration';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectError, getCode, postToken, redeem } from './support/flow.ts';
import { manage, type Metadata, type Registered, registerClient } from './support/registration.ts';
import { startTestServer, TEST_SECRET, type TestServer } from './support/test-server.ts';

const REDIRECT_URI = 'https://client.example/callback';

describe('management of a registration', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({
      REGISTRATION_GRANT_TYPES: 'authorization_code,refresh_token,client_credentials',
      RATE_LIMITS: 'register=off',
    });
  });
  afterAll(() => server.close());

  const put = (registered: Registered, body: Metadata) => manage(server, registered, 'PUT', { client_id: registered.client_id, ...body });
  const expectChallenge = (response: Awaited<ReturnType<typeof manage>>) => {
    expectError(response, 401, 'invalid_token');
    expect(response.headers['www-authenticate']).toMatch(/^Bearer realm="registration"/);
  };

  it('AS-MGMT-01: registration gives a token and an address; with it the client reads what is registered', async () => {
    const registered = await registerClient(server, { client_name: 'Reader', token_endpoint_auth_method: 'none' });
    expect(registered.registration_client_uri).toBe(`${server.issuer}/register/${registered.client_id}`);
    const response = await manage(server, registered, 'GET');
    expect(response.statusCode).toBe(200);
    expect(response.headers['cache-control']).toBe('no-store');
    expect(clientInformation.parse(response.json())).toEqual(registered);
  });

  it('AS-MGMT-01: the secret is told once', async () => {
    const { client_secret, client_secret_expires_at: _, ...rest } = await registerClient(server);
    const response = await manage(server, rest, 'GET');
    expect(response.json()).toEqual(rest);
    expect(response.body).not.toContain(client_secret);
  });

  it('AS-MGMT-02: PUT replaces everything: what is left out is gone or as it is by default', async () => {
    const registered = await registerClient(server, {
      client_name: 'Before',
      client_uri: 'https://client.example/',
      grant_types: ['authorization_code', 'refresh_token'],
      scope: 'notes:read',
      contacts: ['a@client.example'],
    });
    const response = await put(registered, { redirect_uris: ['https://client.example/new'] });
    expect(response.statusCode).toBe(200);
    const body = response.json();
    expect(clientInformation.parse(body)).toEqual(body);
    expect(body).toMatchObject({
      client_id: registered.client_id,
      grant_types: ['authorization_code'],
      scope: 'notes:read notes:write',
      redirect_uris: ['https://client.example/new'],
      registration_access_token: registered.registration_access_token,
    });
    for (const gone of ['client_uri', 'contacts', 'client_secret']) expect(body).not.toHaveProperty(gone);
    expect((await manage(server, registered, 'GET')).json()).toEqual(body);
    expect(server.logged()).toContain('"type":"client_changed"');
  });

  it('AS-MGMT-02: its secret stays good, and may be sent along', async () => {
    const registered = await registerClient(server);
    const grants = { grant_types: ['client_credentials'], response_types: [] };
    expect((await put(registered, { ...grants, client_secret: registered.client_secret })).statusCode).toBe(200);
    const { client_id, client_secret } = registered;
    expect((await postToken(server, { grant_type: 'client_credentials', client_id, client_secret })).statusCode).toBe(200);
  });

  it('AS-MGMT-02: a public client that becomes a confidential one gets a secret; the other way round it has none that counts', async () => {
    const registered = await registerClient(server, { token_endpoint_auth_method: 'none' });
    const grants = { grant_types: ['client_credentials'], response_types: [] };
    const { client_secret, client_id } = (await put(registered, grants)).json();
    expect((await postToken(server, { grant_type: 'client_credentials', client_id, client_secret })).statusCode).toBe(200);
    await put(registered, { redirect_uris: [REDIRECT_URI], token_endpoint_auth_method: 'none' });
    expectError(await postToken(server, { grant_type: 'client_credentials', client_id, client_secret }), 401, 'invalid_client');
  });

  it('AS-MGMT-02: a client that somebody vouched for loses that when it changes itself', async () => {
    const registered = await registerClient(server);
    const client = await server.stores.clients.find(registered.client_id);
    await server.stores.clients.save({ ...client, verified: true, requirePkce: false } as never);
    await put(registered, { redirect_uris: ['https://evil.example/'] });
    expect(await server.stores.clients.find(registered.client_id)).toMatchObject({ verified: false, requirePkce: true });
  });

  it.each<[string, Metadata]>([
    ['no client_id', { client_id: undefined }],
    ['another client_id', { client_id: 'sample-client' }],
    ['another secret', { client_secret: 'chosen' }],
    ['a secret that is no text', { client_secret: 7 }],
    ['a registration_access_token', { registration_access_token: 'x' }],
    ['a registration_client_uri', { registration_client_uri: 'https://x.example/' }],
    ['a client_secret_expires_at', { client_secret_expires_at: 0 }],
    ['a client_id_issued_at', { client_id_issued_at: 0 }],
    ['a bad grant', { grant_types: ['password'] }],
    ['a software statement', { software_statement: 'x' }],
  ])('AS-MGMT-03: PUT with %s is refused and changes nothing', async (_case, changes) => {
    const registered = await registerClient(server, { client_name: 'Stays' });
    const response = await put(registered, { client_name: 'Changed', redirect_uris: [REDIRECT_URI], ...changes });
    expectError(response, 400, 'software_statement' in changes ? 'unapproved_software_statement' : 'invalid_client_metadata');
    expect((await manage(server, registered, 'GET')).json()).toMatchObject({ client_name: 'Stays' });
  });

  it('AS-MGMT-03 SEC-10: PUT is held to the same rules as registration', async () => {
    const registered = await registerClient(server);
    for (const uri of ['javascript:alert(1)', 'http://client.example/', 'https://client.example/#x'])
      expectError(await put(registered, { redirect_uris: [uri] }), 400, 'invalid_redirect_uri');
    for (const body of [null, [], 'text']) {
      const response = await manage(server, registered, 'PUT', body);
      expectError(response, 400, 'invalid_client_metadata');
    }
    expect((await manage(server, registered, 'GET')).json()['redirect_uris']).toEqual([REDIRECT_URI]);
  });

  it('AS-MGMT-04: DELETE ends the client and all that was issued to it, at once', async () => {
    const registered = await registerClient(server, { grant_types: ['authorization_code', 'refresh_token'] });
    const { client_id, client_secret } = registered;
    const code = await getCode(server, { client_id, redirect_uri: REDIRECT_URI });
    const unused = await getCode(server, { client_id, redirect_uri: REDIRECT_URI });
    const credentials = { client_id, client_secret };
    const { access_token, refresh_token } = (await redeem(server, code, { ...credentials, redirect_uri: REDIRECT_URI })).json();
    const introspect = async () =>
      (
        await postToken(
          server,
          { token: access_token, client_id: 'resource-server', client_secret: 'resource-server-secret' },
          {},
          '/introspect',
        )
      ).json();
    expect(await introspect()).toMatchObject({ active: true });

    const response = await manage(server, registered, 'DELETE');
    expect(response.statusCode).toBe(204);
    expect(response.body).toBe('');
    expect(response.headers['cache-control']).toBe('no-store');

    expect(await introspect()).toEqual({ active: false });
    expectError(await postToken(server, { grant_type: 'refresh_token', refresh_token, ...credentials }), 401, 'invalid_client');
    expectError(await redeem(server, unused, { ...credentials, redirect_uri: REDIRECT_URI }), 401, 'invalid_client');
    for (const method of ['GET', 'PUT', 'DELETE'] as const) expectChallenge(await manage(server, registered, method));
    expect(server.logged()).toContain('"type":"client_removed"');
    // Resource servers that check by themselves are told as well.
    const feed = await server.app.inject('/revocations');
    expect(Buffer.from(feed.body.split('.')[1] as string, 'base64url').toString()).toContain(client_id);
  });

  it('AS-MGMT-04: a DELETE that failed midway can be repeated; until then the client can do nothing', async () => {
    const registered = await registerClient(server, { grant_types: ['authorization_code', 'refresh_token'] });
    const { clients } = server.serverStores;
    const { remove } = clients;
    clients.remove = () => Promise.reject(new Error('the database went away'));
    expect((await manage(server, registered, 'DELETE')).statusCode).toBe(500);
    clients.remove = remove;
    server.failShortLived('set');
    expect((await manage(server, registered, 'DELETE')).statusCode).toBe(503);
    server.failShortLived(undefined);
    for (const method of ['GET', 'PUT'] as const) expectError(await manage(server, registered, method), 403, 'access_denied');
    expect((await manage(server, registered, 'DELETE')).statusCode).toBe(204);
    expectChallenge(await manage(server, registered, 'DELETE'));

    // What an administrator has said of it meanwhile stands.
    const other = await registerClient(server);
    clients.remove = () => Promise.reject(new Error('the database went away'));
    await manage(server, other, 'DELETE');
    clients.remove = remove;
    await server.stores.clients.setDisabled(other.client_id, undefined);
    await server.stores.clients.setDisabled(other.client_id, server.clock.now());
    expectError(await manage(server, other, 'DELETE'), 403, 'access_denied');
  });

  it("AS-MGMT-05: a wrong token, none, another client's, and one for a client that nobody registered this way are refused alike", async () => {
    const [mine, other] = [await registerClient(server), await registerClient(server)];
    await server.register({ id: 'by-admin' });
    const uri = (id: string) => `${server.issuer}/register/${id}`;
    for (const method of ['GET', 'PUT', 'DELETE'] as const) {
      expectChallenge(await manage(server, { ...mine, registration_access_token: 'wrong' }, method));
      expectChallenge(await manage(server, { ...mine, registration_access_token: other.registration_access_token }, method));
      for (const id of ['by-admin', 'sample-client', 'no-such', '%00', '%20', 'x'.repeat(200)])
        for (const registration_access_token of [mine.registration_access_token, TEST_SECRET])
          expectChallenge(await manage(server, { registration_client_uri: uri(id), registration_access_token }, method));
      const none = await server.app.inject({ method, url: new URL(mine.registration_client_uri).pathname });
      expectError(none, 401, 'invalid_token');
      expect(none.headers['www-authenticate']).toBe('Bearer realm="registration"');
    }
    for (const registered of [mine, other]) expect((await manage(server, registered, 'GET')).statusCode).toBe(200);
    expect(await server.stores.clients.find('by-admin')).toBeDefined();
  });

  it.each(['Basic x', 'Bearer', 'Bearer a b', 'Bearer\tx', 'Bearer  x', 'Bearer x,Bearer y', '"', 'Bearer é'])(
    'AS-MGMT-05 SEC-44: an Authorization header of %s is refused',
    async (authorization) => {
      const { registration_client_uri } = await registerClient(server);
      const response = await server.app.inject({ url: new URL(registration_client_uri).pathname, headers: { authorization } });
      expect([400, 401]).toContain(response.statusCode);
    },
  );

  it('AS-MGMT-05: a client that was disabled manages nothing', async () => {
    const registered = await registerClient(server);
    await server.stores.clients.setDisabled(registered.client_id, server.clock.now());
    for (const method of ['GET', 'PUT', 'DELETE'] as const) expectError(await manage(server, registered, method), 403, 'access_denied');
    expect(await server.stores.clients.find(registered.client_id)).toMatchObject({ disabled: true });
  });

  it('AS-MGMT-05: what is not offered there is 405', async () => {
    const registered = await registerClient(server);
    for (const method of ['POST', 'PATCH'] as const) {
      const response = await server.app.inject({ method, url: new URL(registered.registration_client_uri).pathname });
      expect(response.statusCode).toBe(405);
      expect(response.headers['allow']).toBe('DELETE, GET, HEAD, OPTIONS, PUT');
    }
  });
});
