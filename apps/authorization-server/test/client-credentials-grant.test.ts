import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectError, postToken } from './support/flow.ts';
import { startTestServer, TEST_SECRET, type TestServer } from './support/test-server.ts';

const SERVICE = { grant_type: 'client_credentials', client_id: 'sample-service', client_secret: 'sample-service-secret' };

describe('client credentials grant', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.close());

  it('AS-CC-01: a confidential client gets a token and no refresh token', async () => {
    const response = await postToken(server, SERVICE);
    expect(response.statusCode).toBe(200);
    expect(response.json()).not.toHaveProperty('refresh_token');
  });

  it('AS-CC-02: a public client gets none, even if it is registered for the grant', async () => {
    await server.register({ id: 'public', tokenEndpointAuthMethod: 'none' });
    expectError(await postToken(server, { grant_type: 'client_credentials', client_id: 'public' }), 400, 'unauthorized_client');
    expectError(await postToken(server, { grant_type: 'client_credentials', client_id: 'sample-spa' }), 400, 'unauthorized_client');
  });

  it('AS-CC-03: the subject is the client itself, without a time of login', async () => {
    const claims = decodeJwt((await postToken(server, SERVICE)).json().access_token);
    expect(claims).toMatchObject({ sub: 'sample-service', client_id: 'sample-service' });
    expect(claims).not.toHaveProperty('auth_time');
  });

  it('AS-CC-03 SEC-33: no client can have the identifier of a user, nor a user that of a client', async () => {
    await expect(server.register({ id: 'usr_1234' })).rejects.toThrow();
    const user = { id: 'sample-service', username: 'mallory', passwordHash: 'x', name: 'Mallory' };
    await expect(server.stores.users.addIfAbsent(user)).rejects.toThrow();
    expect((await server.stores.users.findByUsername('alice'))?.id).toMatch(/^usr_/);
  });

  it('AS-CC-04: scope and resource are honoured', async () => {
    const response = await postToken(server, { ...SERVICE, scope: 'notes:read', resource: 'http://localhost:4001' });
    expect(response.json().scope).toBe('notes:read');
    expect(decodeJwt(response.json().access_token)).toMatchObject({ scope: 'notes:read', aud: 'http://localhost:4001' });
  });

  it('AS-CC-04: what the client may not have is refused', async () => {
    await server.register({ id: 'reader', scopes: ['notes:read'] });
    const reader = { grant_type: 'client_credentials', client_id: 'reader', client_secret: TEST_SECRET };
    expectError(await postToken(server, { ...reader, scope: 'notes:write' }), 400, 'invalid_scope');
    for (const resource of ['https://unknown.example', '/relative', 'http://localhost:4001#x'])
      expectError(await postToken(server, { ...reader, resource }), 400, 'invalid_target');
    expect((await postToken(server, reader)).json().scope).toBe('notes:read');
  });

  it('AS-CC-04: a resource where the client may do nothing is refused', async () => {
    await server.registerResource({
      identifier: 'https://payroll.example',
      name: 'Payroll',
      scopes: [{ name: 'pay', description: 'Pay' }],
    });
    expectError(await postToken(server, { ...SERVICE, resource: 'https://payroll.example' }), 400, 'invalid_target');
  });

  it('AS-RI-03: without a resource the scopes decide, else it is the default one; never none', async () => {
    await server.registerResource({ identifier: 'https://z.example', name: 'Z', scopes: [{ name: 'z', description: 'Z' }] });
    await server.register({ id: 'everywhere', scopes: ['notes:read', 'z'] });
    const form = { grant_type: 'client_credentials', client_id: 'everywhere', client_secret: TEST_SECRET };
    const audience = async (scope?: string) => decodeJwt((await postToken(server, { ...form, scope })).json().access_token).aud;
    expect(await audience('z')).toBe('https://z.example');
    expect(await audience('notes:read')).toBe('http://localhost:4001');
    expect(await audience()).toBe('http://localhost:4001');
    expectError(await postToken(server, { ...form, scope: 'notes:read z' }), 400, 'invalid_scope');
  });
});
