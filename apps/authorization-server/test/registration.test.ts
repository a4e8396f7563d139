import { clientInformation } from '@rolecall/contracts/client-registration';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomToken, tokenHash } from '../src/random.ts';
import { openBrowser } from './support/browser.ts';
import { ASSERTION_TYPE, makeKey, sign, startPeer } from './support/client-assertion.ts';
import { authorizeUrl, expectError, getCode, logIn, open, postToken, redeem } from './support/flow.ts';
import { type Metadata, postRegistration, registerClient } from './support/registration.ts';
import { startTestServer, type TestServer } from './support/test-server.ts';

const EC_KEY = {
  kty: 'EC',
  crv: 'P-256',
  kid: 'k',
  x: 'kYGhaSc1pKfX6UiVWuMNzrnwahs-hgKFcrgjyRBCuYQ',
  y: '4dm3A8SRQFRadtWhgPOsaidnXje2459hTeZVBvgnv6o',
};

describe('dynamic client registration', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({
      REGISTRATION_GRANT_TYPES: 'authorization_code,refresh_token,client_credentials',
      RATE_LIMITS: 'register=off',
    });
  });
  afterAll(() => server.close());

  const post = (changes: Metadata, token?: string) => postRegistration(server, changes, token);

  it('AS-REG-01: answers 201 with the client_id, all metadata, and the secret with its end', async () => {
    const asked = {
      client_name: 'Ünïcode client',
      client_uri: 'https://client.example/',
      logo_uri: 'https://client.example/logo.png',
      tos_uri: 'https://client.example/tos',
      policy_uri: 'https://client.example/policy',
      contacts: ['ops@client.example'],
      software_id: 'sw',
      software_version: '1.0',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_post',
      scope: 'notes:read',
      introspection_signed_response_alg: 'ES256',
    };
    const response = await post(asked);
    expect(response.statusCode).toBe(201);
    expect(response.headers['content-type']).toMatch(/^application\/json/);
    expect(response.headers['cache-control']).toBe('no-store');
    const body = response.json();
    expect(clientInformation.parse(body)).toEqual(body);
    expect(body).toMatchObject({ ...asked, redirect_uris: ['https://client.example/callback'], client_secret_expires_at: 0 });
    expect(body.client_secret).toMatch(/^rc_cs_[\w-]{43}$/);
  });

  it('AS-REG-02: has the defaults of RFC 7591', async () => {
    const body = await registerClient(server);
    expect(body).toMatchObject({
      grant_types: ['authorization_code'],
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_basic',
      application_type: 'web',
      scope: 'notes:read notes:write',
    });
    expect(body.client_secret).toEqual(expect.any(String));
  });

  it.each(['none', 'private_key_jwt'])('AS-REG-02: a client with %s gets no secret', async (token_endpoint_auth_method) => {
    const body = await registerClient(server, {
      token_endpoint_auth_method,
      ...(token_endpoint_auth_method !== 'none' && { jwks: { keys: [EC_KEY] } }),
    });
    expect(body).not.toHaveProperty('client_secret');
    expect(body).not.toHaveProperty('client_secret_expires_at');
  });

  it('AS-REG-02: members that are null count as absent', async () => {
    const body = await registerClient(server, { client_name: null, grant_types: null, jwks: null });
    expect(body['grant_types']).toEqual(['authorization_code']);
    expect(body).not.toHaveProperty('jwks');
  });

  it.each<[string, Metadata]>([
    ['none at all', { redirect_uris: undefined }],
    ['an empty list', { redirect_uris: [] }],
    ['no list', { redirect_uris: 'https://client.example/callback' }],
    ['a number', { redirect_uris: [7] }],
    ['too many', { redirect_uris: Array.from({ length: 21 }, (_, index) => `https://client.example/${index}`) }],
    ['a relative one', { redirect_uris: ['/callback'] }],
    ['one without a scheme', { redirect_uris: ['client.example/callback'] }],
    ['a fragment', { redirect_uris: ['https://client.example/callback#x'] }],
    ['an empty fragment', { redirect_uris: ['https://client.example/callback#'] }],
    ['http elsewhere', { redirect_uris: ['http://client.example/callback'] }],
    ['http elsewhere, native', { redirect_uris: ['http://client.example/callback'], application_type: 'native' }],
    ['a wildcard host', { redirect_uris: ['https://*.client.example/callback'] }],
    ['a wildcard path', { redirect_uris: ['https://client.example/*'] }],
    ['a scheme without a dot', { redirect_uris: ['myapp:/callback'], application_type: 'native' }],
    ['user information', { redirect_uris: ['https://client.example@evil.example/'] }],
    ['a password', { redirect_uris: ['https://a:b@client.example/'] }],
    ['a backslash', { redirect_uris: ['https://client.example\\@evil.example/'] }],
    ['no slashes', { redirect_uris: ['https:client.example/callback'] }],
    ['a space', { redirect_uris: ['https://client.example/a b'] }],
    ['a line break', { redirect_uris: ['https://client.example/\r\nset-cookie:x'] }],
    ['letters beyond ASCII', { redirect_uris: ['https://clïent.example/'] }],
    ['one bad among good ones', { redirect_uris: ['https://client.example/', 'http://evil.example/'] }],
  ])('AS-REG-03: a redirect URI that is %s is refused', async (_case, changes) => {
    expectError(await post(changes), 400, 'invalid_redirect_uri');
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', 'vbscript:x', 'blob:https://client.example/x', 'about:blank'])(
    'SEC-10: %s is refused at registration, for web and native',
    async (uri) => {
      for (const application_type of ['web', 'native'])
        expectError(await post({ redirect_uris: [uri], application_type }), 400, 'invalid_redirect_uri');
    },
  );

  it.each<[string, Metadata]>([
    ['the implicit response type', { response_types: ['token'] }],
    ['a hybrid response type', { response_types: ['code id_token'] }],
    ['the implicit grant', { grant_types: ['implicit'] }],
    ['the password grant', { grant_types: ['password'] }],
    ['a grant that nobody knows', { grant_types: ['authorization_code', 'urn:x'] }],
    ['codes without the grant', { grant_types: ['client_credentials'], response_types: ['code'] }],
    ['the grant without codes', { grant_types: ['authorization_code'], response_types: [] }],
    ['refresh tokens alone', { grant_types: ['refresh_token'], response_types: [] }],
    [
      'client credentials for a public client',
      { grant_types: ['client_credentials'], response_types: [], token_endpoint_auth_method: 'none' },
    ],
    ['jwks and jwks_uri', { jwks: { keys: [EC_KEY] }, jwks_uri: 'https://client.example/jwks' }],
    ['private_key_jwt without keys', { token_endpoint_auth_method: 'private_key_jwt' }],
    ['an unknown authentication method', { token_endpoint_auth_method: 'tls_client_auth' }],
    ['client_secret_jwt', { token_endpoint_auth_method: 'client_secret_jwt' }],
    ['alg none', { token_endpoint_auth_signing_alg: 'none' }],
    ['unsigned introspection', { introspection_signed_response_alg: 'none' }],
    ['a symmetric alg', { token_endpoint_auth_signing_alg: 'HS256' }],
    ['no key in jwks', { jwks: { keys: [] } }],
    ['a private key', { jwks: { keys: [{ ...EC_KEY, d: 'yf9yvSb1Kx2pdzgnMPeekYU5hhThmA3MCfDIXadfNas' }] } }],
    ['a private key among public ones', { jwks: { keys: [EC_KEY, { kty: 'RSA', n: 'x', e: 'AQAB', d: 'x' }] } }],
    ['a symmetric key', { jwks: { keys: [{ kty: 'oct', k: 'AAAA' }] } }],
    ['a small RSA key', { jwks: { keys: [{ kty: 'RSA', n: 'A'.repeat(171), e: 'AQAB' }] } }],
    ['a huge RSA key', { jwks: { keys: [{ kty: 'RSA', n: 'A'.repeat(2731), e: 'AQAB' }] } }],
    ['jwks as text', { jwks: 'keys' }],
    ['a scope that nobody knows', { scope: 'unknown' }],
    ['a malformed scope', { scope: 'notes:read  "' }],
    ['a scope that is no text', { scope: ['notes:read'] }],
    ['a name with a control character', { client_name: 'a\u0000b' }],
    ['a name that turns the text around it', { client_name: 'a\u202eb' }],
    ['a name with what cannot be seen', { client_name: 'Sample\u200b client' }],
    ['a name that cannot be seen', { client_name: '\u3164' }],
    ['an endless name', { client_name: 'x'.repeat(201) }],
    ['an empty name', { client_name: '' }],
    ['a script as a page', { client_uri: 'javascript:alert(1)' }],
    ['a script as the logo', { logo_uri: 'data:image/svg+xml,x' }],
    ['a contact that is no text', { contacts: [{}] }],
    ['an unknown application type', { application_type: 'spa' }],
  ])('AS-REG-04: %s is refused', async (_case, changes) => {
    expectError(await post(changes), 400, 'invalid_client_metadata');
  });

  it.each(['null', '[]', '"text"', '7'])('AS-REG-04: a body that is %s is refused', async (payload) => {
    const response = await server.app.inject({
      method: 'POST',
      url: '/register',
      headers: { 'content-type': 'application/json' },
      payload,
    });
    expectError(response, 400, 'invalid_client_metadata');
  });

  it('AS-REG-05 AS-REG-09: what is unknown is ignored and not echoed, what only OpenID Connect knows included', async () => {
    const unknown = {
      extra: 'x',
      client_id: 'chosen',
      client_secret: 'chosen-secret',
      verified: true,
      require_pkce: false,
      registration_access_token: 'chosen',
      initiate_login_uri: 'http://client.example/login',
      sector_identifier_uri: 'https://127.0.0.1/sector',
      id_token_signed_response_alg: 'none',
      'client_name#de': 'x',
      __proto__x: 1,
    };
    const body = await registerClient(server, unknown);
    for (const [name, value] of Object.entries(unknown)) expect(body[name], name).not.toBe(value);
    for (const name of ['extra', 'verified', 'require_pkce', 'initiate_login_uri', 'sector_identifier_uri', 'client_name#de'])
      expect(body).not.toHaveProperty(name);
    expect(await server.stores.clients.find('chosen')).toBeUndefined();
    expect(await server.stores.clients.find(body.client_id)).toMatchObject({ verified: false, requirePkce: true });
  });

  it('AS-REG-05: of a key only what is known of keys is kept', async () => {
    const body = await registerClient(server, {
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [{ ...EC_KEY, x5c: ['x'], extra: 1 }, { kty: 'unknown' }] },
    });
    expect(body['jwks']).toEqual({ keys: [EC_KEY] });
  });

  it('AS-REG-07: a software statement is refused: nobody who signs them is trusted here', async () => {
    for (const software_statement of ['x', 'a.b.c', 7, {}])
      expectError(await post({ software_statement }), 400, 'unapproved_software_statement');
  });

  it('AS-REG-08: a web client has https only, a native one loopback and private-use schemes too', async () => {
    const native = [
      'http://127.0.0.1/callback',
      'http://[::1]:1234/callback',
      'http://localhost:8080/callback',
      'com.example.app:/callback',
      'https://client.example/callback',
    ];
    expect((await post({ redirect_uris: native, application_type: 'native' })).statusCode).toBe(201);
    for (const uri of native.slice(0, 4)) {
      expectError(await post({ redirect_uris: [uri] }), 400, 'invalid_redirect_uri');
      expectError(await post({ redirect_uris: [uri], application_type: 'web' }), 400, 'invalid_redirect_uri');
    }
  });

  it('AS-REG-10: nothing that a client names is fetched at registration', async () => {
    const peer = await startPeer(() => ({ body: '{"keys":[]}' }));
    const uris = ['client_uri', 'logo_uri', 'tos_uri', 'policy_uri', 'jwks_uri', 'sector_identifier_uri', 'initiate_login_uri'];
    await registerClient(server, Object.fromEntries(uris.map((name) => [name, `${peer.url}/${name}`])));
    expect(peer.requests).toBe(0);
  });

  it.each([
    'http://client.example/jwks',
    'https://10.0.0.1/jwks',
    'https://169.254.169.254/latest',
    'https://[fd00:ec2::254]/',
    'https://user:x@client.example/jwks',
    'ftp://client.example/',
    'file:///etc/passwd',
    '/jwks',
  ])('AS-REG-10 SEC-36: a jwks_uri of %s is refused', async (jwks_uri) => {
    expectError(await post({ token_endpoint_auth_method: 'private_key_jwt', jwks_uri }), 400, 'invalid_client_metadata');
  });

  it('AS-REG-10 SEC-36: where loopback is not allowed, this machine is not asked either', async () => {
    const strict = await startTestServer({ FETCH_LOOPBACK: 'false' });
    const peer = await startPeer(() => ({ body: JSON.stringify({ keys: [EC_KEY] }) }));
    for (const jwks_uri of [`${peer.url}/jwks`, 'https://localhost/jwks', 'https://127.0.0.1/jwks']) {
      const response = await postRegistration(strict, { token_endpoint_auth_method: 'private_key_jwt', jwks_uri });
      // A name is judged when it is looked up.
      if (!jwks_uri.includes('localhost')) expectError(response, 400, 'invalid_client_metadata');
    }
    const key = await makeKey();
    await strict.register({ id: 'inward', tokenEndpointAuthMethod: 'private_key_jwt', jwksUri: `${peer.url}/jwks` });
    const form = {
      grant_type: 'client_credentials',
      client_assertion_type: ASSERTION_TYPE,
      client_assertion: await sign(strict, 'inward', key),
    };
    expectError(await postToken(strict, form), 401, 'invalid_client');
    expect(peer.requests).toBe(0);
    await strict.close();
  });

  it('a client that has registered gets tokens: with its secret, as a public client, with its key', async () => {
    const redirect_uri = 'https://client.example/callback';
    const secretive = await registerClient(server, { grant_types: ['authorization_code', 'refresh_token'] });
    const code = await getCode(server, { client_id: secretive.client_id, redirect_uri });
    const tokens = await redeem(server, code, { ...secretive, redirect_uri, scope: undefined } as never);
    expect(tokens.json()).toMatchObject({ token_type: 'Bearer', refresh_token: expect.any(String) });

    const open = await registerClient(server, { token_endpoint_auth_method: 'none' });
    const openCode = await getCode(server, { client_id: open.client_id, redirect_uri });
    expect((await redeem(server, openCode, { client_id: open.client_id, client_secret: undefined, redirect_uri })).statusCode).toBe(200);

    const key = await makeKey();
    const signer = await registerClient(server, {
      token_endpoint_auth_method: 'private_key_jwt',
      grant_types: ['client_credentials'],
      redirect_uris: undefined,
      jwks: { keys: [key.publicJwk] },
    });
    expect(signer['response_types']).toEqual([]);
    const assertion = await sign(server, signer.client_id, key);
    const form = { grant_type: 'client_credentials', client_assertion_type: ASSERTION_TYPE, client_assertion: assertion };
    expect((await postToken(server, form)).statusCode).toBe(200);
  });

  it('AS-AUTHZ-21: consent says that nobody vouches for it, and escapes its name (SEC-39)', async () => {
    const { client_id } = await registerClient(server, { client_name: '<script>alert(1)</script>"' });
    const browser = openBrowser(server.app);
    await open(browser, authorizeUrl({ client_id, redirect_uri: 'https://client.example/callback' }));
    const page = await logIn(browser);
    expect(page.body).toContain('Nobody has checked');
    expect(page.body).toContain('client.example');
    expect(page.body).not.toContain('<script');
  });

  it('AS-AUTHZ-22: what was allowed once to a client that nobody vouches for is asked again', async () => {
    const redirect = { client_id: (await registerClient(server)).client_id, redirect_uri: 'https://client.example/callback' };
    const browser = openBrowser(server.app);
    await getCode(server, redirect, browser);
    expect((await open(browser, authorizeUrl(redirect))).body).toContain('name="decision"');
  });

  it('neither its secret nor its token is kept or logged in the clear', async () => {
    const body = await registerClient(server);
    const kept = JSON.stringify(await server.stores.clients.find(body.client_id));
    for (const secret of [body.client_secret as string, body.registration_access_token]) {
      expect(server.logged()).not.toContain(secret);
      expect(kept).not.toContain(secret);
      expect(kept).toContain(tokenHash(secret));
    }
    expect(server.logged()).toContain('"type":"client_registered"');
  });

  it('AS-CIMD-13 SEC-33: the identifier is no URL and cannot be a user', async () => {
    const { client_id } = await registerClient(server);
    expect(client_id).toMatch(/^[0-9a-f-]{36}$/);
  });

  describe('bodies and callers', () => {
    const raw = (headers: Record<string, string>, payload: string | Buffer, method: 'POST' | 'GET' = 'POST') =>
      server.app.inject({ method, url: '/register', headers, payload });
    const GOOD = JSON.stringify({ redirect_uris: ['https://client.example/callback'] });

    it.each([
      'application/x-www-form-urlencoded',
      'text/plain',
      'application/xml',
      'application/json\t;x',
      ' text/plain',
      'application/jsonx',
      'multipart/form-data',
    ])('AS-GEN-15 SEC-42: %s is no JSON, or is read as JSON and checked like it', async (type) => {
      const bad = await raw({ 'content-type': type }, '{"redirect_uris":["http://evil.example/"]}');
      expect(bad.statusCode).toBe(400);
      expect(['invalid_request', 'invalid_redirect_uri']).toContain(bad.json().error);
    });

    it('AS-GEN-15: without a body or with broken JSON it is a bad request', async () => {
      expectError(await server.app.inject({ method: 'POST', url: '/register' }), 400, 'invalid_client_metadata');
      for (const payload of [
        '',
        '{',
        '{"a":1}x',
        '{"redirect_uris":[],"__proto__":{"x":1}}',
        Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
      ])
        expectError(await raw({ 'content-type': 'application/json' }, payload), 400, 'invalid_request');
    });

    it('SEC-43: too much is refused: 413, and compressed 415', async () => {
      const big = JSON.stringify({ client_name: 'x'.repeat(70_000) });
      expectError(await raw({ 'content-type': 'application/json' }, big), 413, 'invalid_request');
      expectError(await raw({ 'content-type': 'application/json', 'content-encoding': 'gzip' }, GOOD), 415, 'invalid_request');
      const deep = `{"redirect_uris":${'['.repeat(30_000)}${']'.repeat(30_000)}}`;
      expectError(await raw({ 'content-type': 'application/json' }, deep), 400, 'invalid_redirect_uri');
    });

    it('other endpoints read no JSON all the same', async () => {
      const response = await postToken(server, '{"grant_type":"client_credentials"}', { 'content-type': 'application/json' });
      expectError(response, 400, 'invalid_request');
    });

    it('AS-GEN-14: other methods get 405', async () => {
      for (const method of ['GET', 'PUT', 'DELETE', 'PATCH'] as const) {
        const response = await server.app.inject({ method, url: '/register' });
        expect(response.statusCode, method).toBe(405);
        expect(response.headers['allow']).toBe('OPTIONS, POST');
      }
    });

    it('AS-GEN-07: programs in a browser may call it, without their cookies', async () => {
      for (const [url, method] of [
        ['/register', 'POST'],
        ['/register/x', 'PUT'],
        ['/register/x', 'DELETE'],
      ] as const) {
        const preflight = await server.app.inject({
          method: 'OPTIONS',
          url,
          headers: {
            origin: 'https://spa.example',
            'access-control-request-method': method,
            'access-control-request-headers': 'authorization,content-type',
          },
        });
        expect(preflight.statusCode).toBe(204);
        expect(preflight.headers['access-control-allow-origin']).toBe('*');
        expect(preflight.headers['access-control-allow-methods']).toContain(method);
        expect(preflight.headers['access-control-allow-headers']).toMatch(/authorization.*content-type/i);
        expect(preflight.headers['access-control-allow-credentials']).toBeUndefined();
      }
      const answer = await raw({ 'content-type': 'application/json', origin: 'https://spa.example' }, GOOD);
      expect(answer.headers['access-control-allow-origin']).toBe('*');
    });
  });
});

describe('registration by policy', () => {
  const started: TestServer[] = [];
  const start = async (environment: Record<string, string>) => {
    const server = await startTestServer(environment);
    started.push(server);
    return server;
  };
  afterAll(() => Promise.all(started.map((server) => server.close())));

  it('AS-REG-06: where it takes an initial access token, none and a wrong one are refused with a challenge', async () => {
    const server = await start({ REGISTRATION: 'initial_access_token' });
    const token = randomToken('');
    const expiresAt = server.clock.now() + 60_000;
    await server.stores.initialAccessTokens.add({
      id: 'iat_1',
      note: 'for a test',
      hash: tokenHash(token),
      createdAt: server.clock.now(),
      expiresAt,
    });

    const none = await postRegistration(server);
    expectError(none, 401, 'invalid_token');
    expect(none.headers['www-authenticate']).toBe('Bearer realm="registration"');

    for (const wrong of ['wrong', tokenHash(token), `${token}x`]) {
      const response = await postRegistration(server, {}, wrong);
      expectError(response, 401, 'invalid_token');
      expect(response.headers['www-authenticate']).toBe('Bearer realm="registration", error="invalid_token"');
    }
    // Refused before anything of it is looked at.
    expectError(await postRegistration(server, { redirect_uris: ['javascript:x'] }), 401, 'invalid_token');

    expect((await postRegistration(server, {}, token)).statusCode).toBe(201);
    expect(server.logged()).toContain('"initialAccessToken":"iat_1"');
    expect(server.logged()).not.toContain(token);
    expect((await postRegistration(server, {}, token)).statusCode).toBe(201);
    server.clock.advance(61);
    expectError(await postRegistration(server, {}, token), 401, 'invalid_token');
  });

  it('AS-REG-06: an initial access token that was removed is refused, and one in the URL counts for nothing', async () => {
    const server = await start({ REGISTRATION: 'initial_access_token' });
    const token = randomToken('');
    await server.stores.initialAccessTokens.add({ id: 'iat_1', note: '', hash: tokenHash(token), createdAt: server.clock.now() });
    const payload = JSON.stringify({ redirect_uris: ['https://client.example/'] });
    const headers = { 'content-type': 'application/json' };
    expectError(
      await server.app.inject({ method: 'POST', url: `/register?access_token=${token}`, headers, payload }),
      401,
      'invalid_token',
    );
    await server.stores.initialAccessTokens.remove('iat_1');
    expectError(await postRegistration(server, {}, token), 401, 'invalid_token');
  });

  it('AS-META-14: off by default in production, and then there is nothing, nor is it announced', async () => {
    const server = await start({ REGISTRATION: 'off' });
    expect((await postRegistration(server)).statusCode).toBe(404);
    expect((await server.app.inject('/register/x')).statusCode).toBe(404);
    expect((await server.app.inject('/.well-known/oauth-authorization-server')).json()).not.toHaveProperty('registration_endpoint');
  });

  it.each(['open', 'initial_access_token'])('AS-META-14: where it is %s, it is announced', async (REGISTRATION) => {
    const server = await start({ REGISTRATION, ISSUER: 'https://as.example/t1' });
    const document = (await server.app.inject('/.well-known/oauth-authorization-server/t1')).json();
    expect(document.registration_endpoint).toBe('https://as.example/t1/register');
    if (REGISTRATION === 'open') {
      const body = await registerClient(server);
      expect(body.registration_client_uri).toBe(`https://as.example/t1/register/${body.client_id}`);
    }
  });

  it('AS-REG-04: grants, scopes and redirect hosts are held to the policy', async () => {
    const server = await start({
      REGISTRATION_GRANT_TYPES: 'authorization_code',
      REGISTRATION_SCOPES: 'notes:read',
      REGISTRATION_REDIRECT_HOSTS: 'client.example,localhost,com.example.app:',
    });
    expect(await registerClient(server)).toMatchObject({ scope: 'notes:read' });
    expectError(await postRegistration(server, { grant_types: ['authorization_code', 'refresh_token'] }), 400, 'invalid_client_metadata');
    expectError(await postRegistration(server, { grant_types: ['client_credentials'] }), 400, 'invalid_client_metadata');
    expectError(await postRegistration(server, { scope: 'notes:read notes:write' }), 400, 'invalid_client_metadata');
    for (const uri of ['https://sub.client.example/', 'https://client.example.evil.example/', 'http://127.0.0.1/', 'org.example:/x'])
      expectError(await postRegistration(server, { redirect_uris: [uri], application_type: 'native' }), 400, 'invalid_redirect_uri');
    for (const uri of ['https://client.example:8443/x', 'http://localhost/x', 'com.example.app:/x'])
      expect((await postRegistration(server, { redirect_uris: [uri], application_type: 'native' })).statusCode, uri).toBe(201);
  });

  it('one address registers 60 a minute', async () => {
    const server = await start({});
    for (let count = 1; count <= 60; count++) expect((await postRegistration(server)).statusCode).toBe(201);
    const refused = await postRegistration(server);
    expectError(refused, 429, 'temporarily_unavailable');
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    server.clock.advance(61);
    expect((await postRegistration(server)).statusCode).toBe(201);
  });

  it('by default nobody registers for client credentials, nor for what administers this server', async () => {
    const server = await start({});
    await server.registerResource({
      identifier: 'https://admin.example',
      name: 'Admin',
      scopes: [{ name: 'admin:clients', description: 'x' }],
    });
    expect((await registerClient(server))['scope']).toBe('notes:read notes:write');
    expectError(await postRegistration(server, { scope: 'admin:clients' }), 400, 'invalid_client_metadata');
    const client_credentials = { grant_types: ['client_credentials'], response_types: [] };
    expectError(await postRegistration(server, client_credentials), 400, 'invalid_client_metadata');
  });
});
