import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser } from './support/browser.ts';
import { decide, expectError, getCode, logIn, open, redeem } from './support/flow.ts';
import { startTestServer, type TestServer } from './support/test-server.ts';

/** The code flow as introductions to OAuth describe it: five parameters in a link, five in a form, no PKCE. */
describe('the flow of a client that was written before PKCE', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.close());

  it('P1: gets an access code through a link, and an access token for it', async () => {
    const REDIRECT_URI = 'http://localhost:4002/legacy/callback';
    const link = new URLSearchParams({
      response_type: 'code',
      client_id: 'legacy-web',
      redirect_uri: REDIRECT_URI,
      scope: 'notes:read notes:write',
      state: 'anything you want',
    });
    const browser = openBrowser(server.app);
    await open(browser, `/authorize?${link.toString()}`);
    await logIn(browser);
    const redirect = await decide(browser, 'approve');
    expect(redirect.location?.startsWith(`${REDIRECT_URI}?`)).toBe(true);
    const response = new URL(redirect.location as string).searchParams;
    expect(response.get('state')).toBe('anything you want');

    const token = await server.app.inject({
      method: 'POST',
      url: '/token',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({
        grant_type: 'authorization_code',
        code: response.get('code') as string,
        redirect_uri: REDIRECT_URI,
        client_id: 'legacy-web',
        client_secret: 'legacy-web-secret',
      }).toString(),
    });
    expect(token.statusCode).toBe(200);
    expect(token.json()).toMatchObject({ token_type: 'Bearer', access_token: expect.any(String) });
  });

  it('P1: may use PKCE all the same, and is then held to it', async () => {
    const legacy = { client_id: 'legacy-web', redirect_uri: 'http://localhost:4002/legacy/callback' };
    const code = await getCode(server, legacy);
    const form = { ...legacy, client_secret: 'legacy-web-secret' };
    expectError(await redeem(server, code, { ...form, code_verifier: undefined }), 400, 'invalid_grant');
    expect((await redeem(server, code, form)).statusCode).toBe(200);
  });

  it('P1: no public client can be exempted from PKCE', async () => {
    await expect(server.register({ id: 'public-without', tokenEndpointAuthMethod: 'none', requirePkce: false })).rejects.toThrow();
  });
});
