import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser } from './support/browser.ts';
import { authorizeUrl, type Changes, decide, expectPage, expectRedirectError, logIn, open } from './support/flow.ts';
import { registerClient } from './support/registration.ts';
import { startTestServer, type TestServer } from './support/test-server.ts';

describe('authorization for a client that nobody vouches for', () => {
  let server: TestServer;
  let own: Changes;
  beforeAll(async () => {
    server = await startTestServer();
    own = { client_id: (await registerClient(server)).client_id, redirect_uri: 'https://client.example/callback' };
  });
  afterAll(() => server.close());

  const ERRORS: [string, Changes, string][] = [
    ['an unknown scope', { scope: 'unknown' }, 'invalid_scope'],
    ['a missing challenge', { code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request'],
    ['another response type', { response_type: 'token' }, 'unsupported_response_type'],
    ['an unknown resource', { resource: 'https://other.example' }, 'invalid_target'],
    ['a request object', { request: 'x' }, 'request_not_supported'],
  ];

  it.each([...ERRORS, ['prompt=none', { prompt: 'none' }, 'login_required']] as typeof ERRORS)(
    'AS-AUTHZ-24: before somebody has logged in, %s is shown on a page and sends nobody anywhere',
    async (_case, changes) => {
      const response = await openBrowser(server.app).get(authorizeUrl({ ...own, ...changes }));
      expectPage(response, 400);
      expect(response.body).not.toContain('client.example');
    },
  );

  it.each(ERRORS)('AS-AUTHZ-24: once somebody has logged in, the client is told of %s', async (_case, changes, error) => {
    const browser = openBrowser(server.app);
    await open(browser, authorizeUrl());
    await logIn(browser);
    expectRedirectError(await browser.get(authorizeUrl({ ...own, ...changes })), error);
  });

  it('AS-AUTHZ-24: a denial is told: who denies has logged in', async () => {
    const browser = openBrowser(server.app);
    await open(browser, authorizeUrl(own));
    await logIn(browser);
    expectRedirectError(await decide(browser, 'deny'), 'access_denied');
  });

  it('AS-AUTHZ-24: a failure of this server before that is a page too', async () => {
    server.failShortLived('set');
    const response = await openBrowser(server.app).get(authorizeUrl(own));
    server.failShortLived(undefined);
    expectPage(response, 503);
  });

  it('AS-AUTHZ-24: a client that somebody vouches for is told of errors at once', async () => {
    expectRedirectError(await openBrowser(server.app).get(authorizeUrl({ scope: 'unknown' })), 'invalid_scope');
  });
});
