import { describe, expect, it } from 'vitest';
import { startClient } from './support/client.ts';
import { ACCESS_TOKEN, tokens } from './support/fake-authorization-server.ts';

type Client = Awaited<ReturnType<typeof startClient>>;

async function connect(prepare: (client: Client) => void = () => {}, environment: Record<string, string> = {}) {
  const client = await startClient(environment);
  prepare(client);
  const answer = await client.browser.connect();
  const request = client.authorizationServer.server.requests.find(({ url }) => url === '/token');
  return { ...client, answer, request, form: new URLSearchParams(request?.body) };
}

describe('the token request', () => {
  it('C-TOK-01: is a form posted to the recorded issuer, with code, verifier, redirect URI and one authentication', async () => {
    const { request, form, resourceServer } = await connect();
    expect(request?.method).toBe('POST');
    expect(request?.headers['content-type']).toMatch(/^application\/x-www-form-urlencoded/);
    expect(Object.fromEntries(form)).toEqual({
      grant_type: 'authorization_code',
      code: 'a-code',
      code_verifier: expect.stringMatching(/^[\w-]{43}$/),
      redirect_uri: 'http://localhost:4002/callback',
      resource: resourceServer.resource,
    });
    expect(request?.headers.authorization).toBe(`Basic ${btoa('sample%2Dclient:sample%2Dclient%2Dsecret')}`);
  });

  it('C-TOK-02: encodes both halves of Basic credentials as form values first', async () => {
    const { request } = await connect(undefined, { CLIENT_ID: 'a:b c', CLIENT_SECRET: 'p%+ä:&' });
    const [id, secret] = atob(request?.headers.authorization?.slice('Basic '.length) ?? '').split(':');
    expect([id, secret]).toEqual(['a%3Ab+c', 'p%25%2B%C3%A4%3A%26']);
  });

  it.each([undefined, ['client_secret_basic'], ['client_secret_post', 'client_secret_basic', 'private_key_jwt']])(
    'C-TOK-02: uses client_secret_basic when the metadata has %j',
    async (methods) => {
      const { request, form } = await connect(
        ({ authorizationServer }) => void (authorizationServer.metadata.token_endpoint_auth_methods_supported = methods),
      );
      expect(request?.headers.authorization).toMatch(/^Basic /);
      expect([form.has('client_secret'), form.has('client_id')]).toEqual([false, false]);
    },
  );

  it('C-TOK-01 C-TOK-02: uses client_secret_post alone where only that is offered', async () => {
    const { request, form } = await connect(
      ({ authorizationServer }) => void (authorizationServer.metadata.token_endpoint_auth_methods_supported = ['client_secret_post']),
    );
    expect(request?.headers.authorization).toBeUndefined();
    expect([form.get('client_id'), form.get('client_secret')]).toEqual(['sample-client', 'sample-client-secret']);
  });

  it('C-TOK-02: sends its secret nowhere when no method that it has is offered', async () => {
    const { browser, authorizationServer } = await startClient();
    authorizationServer.metadata.token_endpoint_auth_methods_supported = ['none'];
    expect((await browser.get('/')).statusCode).toBe(503);
    expect(authorizationServer.tokenForms()).toEqual([]);
  });

  it.each(['bearer', 'Bearer', 'BEARER', 'bEaReR'])('C-TOK-04: takes the token type %s', async (token_type) => {
    const { answer } = await connect(({ authorizationServer }) => void (authorizationServer.tokenAnswer = () => tokens({ token_type })));
    expect(answer.headers.location).toBe('/notes');
  });

  it.each(['mac', 'DPoP', 'N_A', '', undefined, 7])('C-TOK-04: does not use a token of type %j', async (token_type) => {
    const { answer, browser, resourceServer } = await connect(
      ({ authorizationServer }) => void (authorizationServer.tokenAnswer = () => tokens({ token_type })),
    );
    expect(answer.headers.location).toBe('/sign-in/unavailable');
    expect((await browser.get('/notes')).headers.location).toBe('/');
    expect(resourceServer.calls()).toEqual([]);
  });

  it('C-TOK-04: does without expires_in, and ignores members that it does not know', async () => {
    const { answer, browser, clock } = await connect(
      ({ authorizationServer }) => void (authorizationServer.tokenAnswer = () => tokens({ expires_in: undefined, example: { a: [1] } })),
    );
    expect(answer.headers.location).toBe('/notes');
    clock.advance(3_600);
    expect((await browser.follow()).statusCode).toBe(200);
  });

  it.each([1e12, 1e300, Number.MAX_VALUE])('C-TOK-04: takes an expires_in of %d seconds for a very long time', async (expires_in) => {
    const { answer, browser } = await connect(
      ({ authorizationServer }) => void (authorizationServer.tokenAnswer = () => tokens({ expires_in })),
    );
    expect(answer.headers.location).toBe('/notes');
    const page = await browser.follow();
    expect([page.statusCode, page.body]).toEqual([200, expect.stringMatching(/<dt>Until<\/dt><dd>\d+ \w+ \d{4},? /)]);
  });

  it('C-TOK-05: notices that less was granted than asked, and says what is missing', async () => {
    const { browser } = await connect(
      ({ authorizationServer }) => void (authorizationServer.tokenAnswer = () => tokens({ scope: 'notes:read' })),
    );
    expect((await browser.follow()).body).toContain('Not given: <strong>notes:write</strong>');
  });

  it('C-TOK-05: takes what was asked as granted when the answer names no scope', async () => {
    const { browser } = await connect(
      ({ authorizationServer }) => void (authorizationServer.tokenAnswer = () => tokens({ scope: undefined })),
    );
    const page = (await browser.follow()).body;
    expect(page).toContain('<dd>notes:read notes:write</dd>');
    expect(page).not.toContain('Not given');
  });

  it.each(['x', 'not.a.jwt', 'eyJhbGciOiJub25lIn0.eyJleHAiOjF9.'])(
    'C-TOK-06: takes %s for an access token: it is opaque',
    async (access_token) => {
      const { answer, browser, resourceServer } = await connect(
        ({ authorizationServer }) => void (authorizationServer.tokenAnswer = () => tokens({ access_token })),
      );
      expect(answer.headers.location).toBe('/notes');
      expect((await browser.follow()).statusCode).toBe(200);
      expect(resourceServer.calls()[0]?.headers.authorization).toBe(`Bearer ${access_token}`);
    },
  );

  it.each([`${ACCESS_TOKEN}\r\nx: y`, `${ACCESS_TOKEN} x`, `${ACCESS_TOKEN}\u0100`])(
    'C-API-01: %j is no access token, and never gets as far as a header or the log',
    async (access_token) => {
      const { answer, resourceServer, logs } = await connect(
        ({ authorizationServer }) => void (authorizationServer.tokenAnswer = () => tokens({ access_token })),
      );
      expect(answer.headers.location).toBe('/sign-in/unavailable');
      expect(resourceServer.calls()).toEqual([]);
      expect(logs.join()).not.toContain(ACCESS_TOKEN);
    },
  );

  it('C-API-01: an answer that is not quite JSON is not quoted in the log', async () => {
    const { answer, logs } = await connect(
      ({ authorizationServer }) =>
        void (authorizationServer.tokenAnswer = () => ({
          headers: { 'content-type': 'application/json' },
          body: `{"access_token":${ACCESS_TOKEN}}`,
        })),
    );
    expect(answer.headers.location).toBe('/sign-in/unavailable');
    expect(logs.join()).toContain('as JSON');
    expect(logs.join()).not.toContain(ACCESS_TOKEN.slice(0, 8));
  });

  it('C-TOK-08: works when no refresh token is issued, and when one is', async () => {
    const { answer } = await connect();
    const withOne = await connect(
      ({ authorizationServer }) => void (authorizationServer.tokenAnswer = () => tokens({ refresh_token: 'rt' })),
    );
    expect([answer.headers.location, withOne.answer.headers.location]).toEqual(['/notes', '/notes']);
  });

  it('shows the error code of a refusal', async () => {
    const { answer, browser } = await connect(
      ({ authorizationServer }) =>
        void (authorizationServer.tokenAnswer = () => ({
          status: 400,
          body: { error: 'invalid_grant', error_description: 'the code is <b>old</b>' },
        })),
    );
    expect(answer.headers.location).toBe('/sign-in/refused');
    const page = await browser.follow();
    expect(page.statusCode).toBe(502);
    expect(page.body).toContain('invalid_grant');
    expect(page.body).not.toContain('<b>old');
  });

  it('names its own credentials when the authorization server challenges them', async () => {
    const { answer, browser } = await connect(
      ({ authorizationServer }) =>
        void (authorizationServer.tokenAnswer = () => ({
          status: 401,
          headers: { 'www-authenticate': 'Basic realm="x"' },
          body: { error: 'invalid_client' },
        })),
    );
    expect(answer.headers.location).toBe('/sign-in/refused');
    expect((await browser.follow()).body).toContain('invalid_client');
  });

  it.each([
    ['an error page', { status: 500, body: '<h1>stack trace</h1>' }],
    ['HTML with status 200', { status: 200, headers: { 'content-type': 'text/html' }, body: '<p>hello' }],
    ['JSON that is no object', { body: [1] }],
    ['no access token', { body: { token_type: 'Bearer' } }],
    ['an access token that is a number', { body: { token_type: 'Bearer', access_token: 1 } }],
    ['a redirect', { status: 307, headers: { location: 'https://evil.example/token' } }],
    ['too much', { body: 'x'.repeat(300 * 1024) }],
    ['silence', 'silence' as const],
  ])('ends with a friendly page when the token endpoint answers with %s', async (_case, tokenAnswer) => {
    const { answer, browser, logs } = await connect(
      ({ authorizationServer }) => void (authorizationServer.tokenAnswer = () => tokenAnswer),
    );
    expect(answer.headers.location).toBe('/sign-in/unavailable');
    const page = await browser.follow();
    expect(page.statusCode).toBe(503);
    expect(page.body).not.toMatch(/stack trace|evil\.example/);
    expect(logs.join()).not.toContain(ACCESS_TOKEN);
  });

  it('C-DISC-08: redeems no code of an issuer that is no longer the configured one', async () => {
    const { browser, authorizationServer, afterRestart } = await startClient();
    await browser.get('/');
    const state = browser.authorizationUrl().searchParams.get('state') ?? '';
    const restarted = await afterRestart({ ISSUER: 'https://new.example' });
    const answer = await restarted.callback({ code: 'a-code', state, iss: authorizationServer.issuer });
    expect(answer.headers.location).toBe('/sign-in/unknown');
    expect(authorizationServer.tokenForms()).toEqual([]);
  });

  it('C-DISC-08: uses no token of an issuer that is no longer the configured one', async () => {
    const { resourceServer, afterRestart } = await connect();
    expect((await (await afterRestart({ ISSUER: 'https://new.example' })).get('/notes')).headers.location).toBe('/');
    expect(resourceServer.calls()).toEqual([]);
    expect((await (await afterRestart({})).get('/notes')).statusCode).toBe(200);
  });
});
