import { authorizationServerMetadata } from '@rolecall/contracts/authorization-server-metadata';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminScopes } from '../src/admin/scopes.ts';
import { startTestServer, type TestServer } from './support/test-server.ts';

const PATH = '/.well-known/oauth-authorization-server';

describe('metadata', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.close());

  const metadata = async () => (await server.app.inject(PATH)).json();

  it('AS-META-01: is a JSON object at the well-known path', async () => {
    const response = await server.app.inject(PATH);
    expect(response.statusCode).toBe(200);
    expect(response.headers['content-type']).toMatch(/^application\/json/);
    expect(authorizationServerMetadata.parse(response.json())).toEqual(response.json());
  });

  it('AS-META-02: names the issuer from which its own address is built, byte for byte', async () => {
    expect((await metadata()).issuer).toBe('http://localhost:4000');
  });

  it('AS-META-03: an issuer with a path has its document before that path, and its endpoints below it', async () => {
    const tenant = await startTestServer({ ISSUER: 'https://as.example/t1' });
    const response = await tenant.app.inject(`${PATH}/t1`);
    const document = response.json();
    expect(document.issuer).toBe('https://as.example/t1');
    expect(document.token_endpoint).toBe('https://as.example/t1/token');
    expect((await tenant.app.inject(PATH)).statusCode).toBe(404);
    expect((await tenant.app.inject(new URL(document.jwks_uri).pathname)).statusCode).toBe(200);
    expect((await tenant.app.inject('/jwks')).statusCode).toBe(404);
    await tenant.close();
  });

  it('AS-META-04: has every required member', async () => {
    expect(await metadata()).toMatchObject({
      authorization_endpoint: 'http://localhost:4000/authorize',
      token_endpoint: 'http://localhost:4000/token',
      jwks_uri: 'http://localhost:4000/jwks',
      response_types_supported: ['code'],
    });
  });

  it('AS-META-05: publishes no empty list, and keeps its contract without resources too', async () => {
    const empty = await startTestServer();
    empty.serverStores.resources.list = async () => [];
    const document = (await empty.app.inject(PATH)).json();
    expect(authorizationServerMetadata.parse(document)).toEqual(document);
    expect(document).not.toHaveProperty('scopes_supported');
    await empty.close();
    for (const value of Object.values(await metadata())) expect(value).not.toEqual([]);
  });

  it('AS-META-06: offers S256 and no other challenge method', async () => {
    expect((await metadata()).code_challenge_methods_supported).toEqual(['S256']);
  });

  it('AS-META-07: lists the grants that it has, neither implicit nor password', async () => {
    expect((await metadata()).grant_types_supported).toEqual(['authorization_code', 'refresh_token', 'client_credentials']);
  });

  it('AS-META-08: lists its client authentication methods', async () => {
    expect((await metadata()).token_endpoint_auth_methods_supported).toEqual([
      'client_secret_basic',
      'client_secret_post',
      'private_key_jwt',
      'none',
    ]);
  });

  it.each(['token', 'revocation', 'introspection'])(
    'AS-META-08: lists what assertions may be signed with at the %s endpoint',
    async (endpoint) => {
      const document = await metadata();
      expect(document[`${endpoint}_endpoint_auth_methods_supported`]).toContain('private_key_jwt');
      const algorithms = ['ES256', 'PS256', 'RS256', 'EdDSA', 'Ed25519'];
      expect(document[`${endpoint}_endpoint_auth_signing_alg_values_supported`]).toEqual(algorithms);
    },
  );

  it('AS-CC-05: a program that acts for itself finds a method that proves who it is, and the algorithms for it', async () => {
    const { token_endpoint_auth_methods_supported, token_endpoint_auth_signing_alg_values_supported } = await metadata();
    expect(token_endpoint_auth_methods_supported).toEqual(expect.arrayContaining(['private_key_jwt', 'client_secret_basic']));
    expect(token_endpoint_auth_signing_alg_values_supported).toContain('ES256');
    expect(token_endpoint_auth_signing_alg_values_supported).not.toContain('none');
  });

  it('AS-META-06 AS-META-19: there is one document, and no second one that could say something else', async () => {
    expect((await server.app.inject('/.well-known/openid-configuration')).statusCode).toBe(404);
  });

  it('AS-META-09: says that it names itself in every authorization response', async () => {
    expect((await metadata()).authorization_response_iss_parameter_supported).toBe(true);
  });

  it.each([
    ['AS-META-10', 'pushed_authorization_request_endpoint'],
    ['AS-META-10', 'require_pushed_authorization_requests'],
    ['AS-META-11', 'request_object_signing_alg_values_supported'],
    ['AS-META-11', 'require_signed_request_object'],
    ['AS-META-12', 'dpop_signing_alg_values_supported'],
    ['AS-META-13', 'authorization_details_types_supported'],
    ['AS-META-16', 'backchannel_logout_supported'],
    ['AS-META-17', 'authorization_grant_profiles_supported'],
    ['AS-META-17', 'identity_chaining_requested_token_types_supported'],
    ['AS-META-14', 'client_id_metadata_document_supported'],
    ['AS-META-15', 'device_authorization_endpoint'],
    ['AS-META-15', 'userinfo_endpoint'],
    ['AS-META-15', 'end_session_endpoint'],
  ])('%s: does not announce %s, which is not served', async (_id, member) => {
    expect(await metadata()).not.toHaveProperty(member);
  });

  it('AS-META-15: every endpoint that it announces answers', async () => {
    for (const [name, value] of Object.entries(await metadata())) {
      if (!name.endsWith('_endpoint') && name !== 'jwks_uri') continue;
      expect((await server.app.inject({ method: 'GET', url: new URL(value as string).pathname })).statusCode, name).not.toBe(404);
    }
  });

  it('AS-META-18: lists legal scopes and the resources that tokens are for', async () => {
    const { scopes_supported, protected_resources } = await metadata();
    expect(scopes_supported.toSorted()).toEqual(['notes:read', 'notes:write', ...Object.keys(adminScopes)].toSorted());
    expect(protected_resources).toEqual(['http://localhost:4001', 'http://localhost:4000/admin']);
  });

  it('AS-GEN-01: an https issuer announces https addresses only, without query or fragment', async () => {
    const secure = await startTestServer({ ISSUER: 'https://as.example' });
    const document = (await secure.app.inject(PATH)).json();
    const addresses = Object.entries(document).filter(([name]) => /_endpoint$|_uri$|^issuer$/.test(name));
    expect(addresses).toHaveLength(8);
    for (const [name, address] of addresses) expect(address, name).toMatch(/^https:\/\/as\.example[^?#]*$/);
    await secure.close();
  });
});
