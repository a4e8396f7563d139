import { describe, expect, it } from 'vitest';
import { startClient } from './support/client.ts';
import type { RecordedRequest, ScriptedAnswer } from './support/scripted-server.ts';

type Client = Awaited<ReturnType<typeof startClient>>;

const REGISTERED = { client_id: 'made-for-you', client_secret: 'secret-made-for-you', client_secret_expires_at: 0 };

/** A client that nobody has registered, at a server where it can do so itself. */
async function startUnregistered(answer: (request: RecordedRequest) => ScriptedAnswer = () => ({ status: 201, body: REGISTERED })) {
  const client = await startClient({ CLIENT_REGISTRATION: 'automatic' });
  const { authorizationServer } = client;
  authorizationServer.metadata.registration_endpoint = `${authorizationServer.issuer}/register`;
  authorizationServer.interfere = (request) => (request.url === '/register' ? answer(request) : undefined);
  return { ...client, registrations: () => registrationsAt(client) };
}

const registrationsAt = ({ authorizationServer }: Client) =>
  authorizationServer.server.requests.filter(({ url }) => url === '/register').map(({ body }) => JSON.parse(body) as object);

describe('registration by the client itself', () => {
  it('C-DISC-07: says what it is, and works with what it gets', async () => {
    const { browser, registrations, authorizationServer, logs } = await startUnregistered();
    expect((await browser.connect()).headers.location).toBe('/notes');
    expect(registrations()).toEqual([
      {
        client_name: 'Sample client',
        client_uri: 'http://localhost:4002',
        redirect_uris: ['http://localhost:4002/callback'],
        response_types: ['code'],
        grant_types: ['authorization_code', 'refresh_token'],
        application_type: 'native',
        token_endpoint_auth_method: 'client_secret_basic',
      },
    ]);
    const authorization = authorizationServer.server.requests.find(({ url }) => url === '/token')?.headers.authorization;
    expect(decodeURIComponent(atob(String(authorization).replace('Basic ', '')))).toBe('made-for-you:secret-made-for-you');
    const answers = browser.answers.map(({ body, headers }) => body + JSON.stringify(headers)).join();
    expect(answers + logs.join()).not.toContain('secret-made-for-you');
  });

  it('C-DISC-07: is a web application where browsers reach it by https', async () => {
    const client = await startClient({
      CLIENT_REGISTRATION: 'automatic',
      BASE_URL: 'https://client.example',
      TRUSTED_PROXIES: '127.0.0.1',
    });
    const { authorizationServer, app } = client;
    authorizationServer.metadata.registration_endpoint = `${authorizationServer.issuer}/register`;
    authorizationServer.interfere = ({ url }) => (url === '/register' ? { status: 201, body: REGISTERED } : undefined);
    await app.inject({ url: '/', headers: { 'x-forwarded-proto': 'https' } });
    expect(registrationsAt(client)).toMatchObject([{ application_type: 'web', redirect_uris: ['https://client.example/callback'] }]);
  });

  it('C-DISC-08: once for all visitors, all instances and all restarts', async () => {
    const { browser, otherBrowser, afterRestart, registrations } = await startUnregistered();
    await Promise.all([browser.get('/'), otherBrowser().get('/'), otherBrowser().get('/')]);
    await (await afterRestart({})).get('/');
    expect(registrations()).toHaveLength(1);
  });

  it('C-DISC-08: anew at another issuer, and under another address of its own', async () => {
    const { browser, afterRestart, registrations, resourceServer, authorizationServer } = await startUnregistered();
    await browser.get('/');
    await (await afterRestart({ BASE_URL: 'http://localhost:5002' })).get('/');
    expect(registrations()).toMatchObject([{}, { redirect_uris: ['http://localhost:5002/callback'] }]);
    const issuer = `${authorizationServer.issuer}/tenant`;
    const metadata = { ...authorizationServer.metadata, issuer };
    resourceServer.metadataAnswer = { status: 404, body: 'none' };
    const { interfere } = authorizationServer;
    authorizationServer.interfere = (request) => (request.url.endsWith('/tenant') ? { body: metadata } : interfere(request));
    await (await afterRestart({ ISSUER: issuer })).get('/');
    expect(registrations()).toHaveLength(3);
  });

  it('C-DISC-07: until its secret expires, or a month is over', async () => {
    const { browser, clock, registrations } = await startUnregistered(() => ({
      status: 201,
      body: { ...REGISTERED, client_secret_expires_at: Math.floor(Date.now() / 1000) + 3_600 },
    }));
    await browser.get('/');
    clock.advance(3_500);
    await browser.get('/');
    expect(registrations()).toHaveLength(1);
    clock.advance(200);
    await browser.get('/');
    expect(registrations()).toHaveLength(2);
  });

  it('C-DISC-07: anew when the server does not know it any more', async () => {
    const { browser, registrations, authorizationServer } = await startUnregistered();
    const { tokenAnswer } = authorizationServer;
    authorizationServer.tokenAnswer = () => ({ status: 401, body: { error: 'invalid_client' } });
    expect((await browser.connect()).headers.location).toBe('/sign-in/refused');
    authorizationServer.tokenAnswer = tokenAnswer;
    expect((await browser.connect()).headers.location).toBe('/notes');
    expect(registrations()).toHaveLength(2);
  });

  it.each([
    ['client_secret_post', ['client_secret_post', 'none']],
    ['none', ['none', 'private_key_jwt']],
  ])('C-TOK-02: asks for %s where the server takes %j', async (method, offered) => {
    const { browser, registrations, authorizationServer } = await startUnregistered(() => ({
      status: 201,
      body: method === 'none' ? { client_id: 'made-for-you' } : REGISTERED,
    }));
    authorizationServer.metadata.token_endpoint_auth_methods_supported = offered;
    expect((await browser.connect()).headers.location).toBe('/notes');
    expect(registrations()).toMatchObject([{ token_endpoint_auth_method: method }]);
    const form = authorizationServer.tokenForms()[0];
    expect([form?.get('client_id'), form?.get('client_secret')]).toEqual([
      'made-for-you',
      method === 'none' ? null : REGISTERED.client_secret,
    ]);
  });

  it('C-DISC-07: a refusal is shown, escaped, and the next visitor does not ask again at once', async () => {
    const { browser, otherBrowser, registrations, clock } = await startUnregistered(() => ({
      status: 400,
      body: { error: 'invalid_redirect_uri', error_description: '<script>alert(1)</script> not allowed' },
    }));
    const page = await browser.get('/');
    expect(page.statusCode).toBe(502);
    expect(page.body).toContain('The authorization server does not know this client');
    expect(page.body).toContain('invalid_redirect_uri');
    expect(page.body).toContain('CLIENT_ID');
    expect(page.body).not.toContain('<script>');
    await otherBrowser().get('/');
    expect(registrations()).toHaveLength(1);
    clock.advance(61);
    await otherBrowser().get('/');
    expect(registrations()).toHaveLength(2);
  });

  it('C-CB-07: an answer to an attempt whose registration is over, and cannot be had again, ends at a clean address', async () => {
    const expiring = { ...REGISTERED, client_secret_expires_at: Math.floor(Date.now() / 1000) + 300 };
    const { browser, clock, authorizationServer } = await startUnregistered(() => ({ status: 201, body: expiring }));
    await browser.get('/');
    const state = browser.authorizationUrl().searchParams.get('state') ?? '';
    authorizationServer.interfere = ({ url }) => (url === '/register' ? { status: 403, body: { error: 'access_denied' } } : undefined);
    clock.advance(400);
    const answer = await browser.callback({ code: 'c', state, iss: authorizationServer.issuer });
    expect(answer.headers.location).toBe('/sign-in/unavailable');
    expect(authorizationServer.tokenForms()).toEqual([]);
  });

  it('C-DISC-07: says so where an initial access token is asked for', async () => {
    const { browser } = await startUnregistered(() => ({ status: 401, headers: { 'www-authenticate': 'Bearer' }, body: {} }));
    const page = await browser.get('/');
    expect([page.statusCode, page.body.includes('does not know this client')]).toEqual([502, true]);
  });

  const unusable: [string, ScriptedAnswer][] = [
    ['no id', { status: 201, body: { client_secret: 'x', client_secret_expires_at: 0 } }],
    ['an id that is no text', { status: 201, body: { ...REGISTERED, client_id: 7 } }],
    ['an id with a line break', { status: 201, body: { ...REGISTERED, client_id: 'a\r\nb' } }],
    ['an id without end', { status: 201, body: { ...REGISTERED, client_id: 'x'.repeat(5_000) } }],
    ['no secret where one is needed', { status: 201, body: { client_id: 'made-for-you' } }],
    [
      'a way to authenticate that it does not know',
      { status: 201, body: { ...REGISTERED, token_endpoint_auth_method: 'tls_client_auth' } },
    ],
    ['another redirect URI', { status: 201, body: { ...REGISTERED, redirect_uris: ['https://evil.example/callback'] } }],
    ['a secret that has expired', { status: 201, body: { ...REGISTERED, client_secret_expires_at: 1 } }],
    ['status 200', { status: 200, body: REGISTERED }],
    ['a redirect', { status: 307, headers: { location: 'https://evil.example/register' } }],
    ['no JSON', { status: 201, body: 'secret-made-for-you' }],
    ['too much', { status: 201, body: { ...REGISTERED, padding: 'x'.repeat(300_000) } }],
    ['silence', 'silence'],
  ];

  it.each(unusable)('SEC-60: stops at an answer with %s', async (_case, answer) => {
    const { browser, logs } = await startUnregistered(() => answer);
    const page = await browser.get('/');
    expect(page.statusCode).toBe(503);
    expect(page.body).not.toMatch(/code_challenge|evil\.example/);
    expect(page.body + logs.join()).not.toContain('secret-made-for-you');
  });

  it('C-DISC-10: does not register where the endpoint is no address for that', async () => {
    const { browser, authorizationServer } = await startUnregistered();
    authorizationServer.metadata.registration_endpoint = 'https://10.0.0.1/register';
    expect((await browser.get('/')).statusCode).toBe(503);
  });
});

describe('the order of registration', () => {
  it('C-DISC-06: what was registered by hand goes first, at its own issuer', async () => {
    const client = await startClient();
    const { browser, authorizationServer } = client;
    authorizationServer.metadata.registration_endpoint = `${authorizationServer.issuer}/register`;
    authorizationServer.metadata.client_id_metadata_document_supported = true;
    await browser.get('/');
    expect(browser.authorizationUrl().searchParams.get('client_id')).toBe('sample-client');
    expect(registrationsAt(client)).toEqual([]);
  });

  it('C-DISC-06: then the metadata document, where the server reads those and can reach it', async () => {
    const client = await startClient({
      CLIENT_REGISTRATION: 'automatic',
      BASE_URL: 'https://client.example',
      TRUSTED_PROXIES: '127.0.0.1',
    });
    const { authorizationServer, app } = client;
    authorizationServer.metadata.registration_endpoint = `${authorizationServer.issuer}/register`;
    authorizationServer.metadata.client_id_metadata_document_supported = true;
    const page = await app.inject({ url: '/', headers: { 'x-forwarded-proto': 'https' } });
    expect(page.body).toContain(encodeURIComponent('https://client.example/client-metadata.json'));
    expect(registrationsAt(client)).toEqual([]);
  });

  it('C-DISC-06: a client on http has no such document, and registers itself', async () => {
    const { app, browser, authorizationServer, registrations } = await startUnregistered();
    authorizationServer.metadata.client_id_metadata_document_supported = true;
    await browser.get('/');
    expect(browser.authorizationUrl().searchParams.get('client_id')).toBe('made-for-you');
    expect(registrations()).toHaveLength(1);
    expect((await app.inject('/client-metadata.json')).statusCode).toBe(404);
  });

  it('C-DISC-06: then a person is asked, in clear words', async () => {
    const { browser, authorizationServer } = await startClient({ CLIENT_REGISTRATION: 'automatic' });
    const page = await browser.get('/');
    expect(page.statusCode).toBe(502);
    expect(page.body).toContain('The authorization server does not know this client');
    expect(page.body).toContain(authorizationServer.issuer);
    expect(page.body).toContain('CLIENT_ID');
    expect(page.body).not.toContain('code_challenge');
  });
});

describe('the metadata document', () => {
  it('C-DISC-09: has its own address for an id, says what the client is, and holds no secret', async () => {
    const { app } = await startClient({ BASE_URL: 'https://client.example', TRUSTED_PROXIES: '127.0.0.1' });
    const answer = await app.inject({ url: '/client-metadata.json', headers: { 'x-forwarded-proto': 'https' } });
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'application/json; charset=utf-8']);
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(answer.json()).toEqual({
      client_id: 'https://client.example/client-metadata.json',
      client_name: 'Sample client',
      client_uri: 'https://client.example',
      redirect_uris: ['https://client.example/callback'],
      response_types: ['code'],
      grant_types: ['authorization_code', 'refresh_token'],
      application_type: 'web',
      token_endpoint_auth_method: 'none',
    });
  });
});
