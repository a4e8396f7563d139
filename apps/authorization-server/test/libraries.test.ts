import { freePort } from '@rolecall/test-services/free-ports';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { AuthorizationCode } from 'simple-oauth2';
import { beforeEach, describe, expect, it } from 'vitest';
import { openBrowser } from './support/browser.ts';
import { makeKey } from './support/client-assertion.ts';
import { decide, logIn, open } from './support/flow.ts';
import { startListeningServer, type TestServer } from './support/test-server.ts';

const REDIRECT_URI = 'http://localhost:4002/callback';
const SCOPE = 'notes:read notes:write';
const RESOURCE = 'http://localhost:4001';

/** What a person does: opens the link, logs in, allows. Answers where the browser is sent. */
async function walkThrough(server: TestServer, link: URL): Promise<URL> {
  const browser = openBrowser(server.app);
  await open(browser, link.href);
  await logIn(browser);
  return new URL((await decide(browser, 'approve')).location as string);
}

describe('libraries that know nothing of this server', () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await startListeningServer(await freePort());
  });

  it('oauth4webapi goes through the code flow', async () => {
    const insecure = { [oauth.allowInsecureRequests]: true };
    const issuer = new URL(server.issuer);
    const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure }));
    const client: oauth.Client = { client_id: 'sample-client' };
    const verifier = oauth.generateRandomCodeVerifier();
    const state = oauth.generateRandomState();
    const link = new URL(as.authorization_endpoint as string);
    link.search = new URLSearchParams({
      response_type: 'code',
      client_id: client.client_id,
      redirect_uri: REDIRECT_URI,
      scope: SCOPE,
      state,
      resource: RESOURCE,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    }).toString();
    const parameters = oauth.validateAuthResponse(as, client, await walkThrough(server, link), state);
    const authentication = oauth.ClientSecretBasic('sample-client-secret');
    const response = await oauth.authorizationCodeGrantRequest(as, client, authentication, parameters, REDIRECT_URI, verifier, insecure);
    const tokens = await oauth.processAuthorizationCodeResponse(as, client, response);
    expect(tokens).toMatchObject({ token_type: 'bearer', scope: SCOPE, expires_in: 600 });

    // The library also judges the token itself, as a resource server would (RFC 9068 §4).
    const request = new Request(RESOURCE, { headers: { authorization: `Bearer ${tokens.access_token}` } });
    const claims = await oauth.validateJwtAccessToken(as, request, RESOURCE, insecure);
    expect(claims.client_id).toBe('sample-client');
  });

  it('oauth4webapi uses client credentials, and understands a refusal', async () => {
    const insecure = { [oauth.allowInsecureRequests]: true };
    const issuer = new URL(server.issuer);
    const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure }));
    const client: oauth.Client = { client_id: 'sample-service' };
    const ask = (secret: string) =>
      oauth.clientCredentialsGrantRequest(as, client, oauth.ClientSecretPost(secret), new URLSearchParams({ scope: SCOPE }), insecure);
    const tokens = await oauth.processClientCredentialsResponse(as, client, await ask('sample-service-secret'));
    expect(tokens.scope).toBe(SCOPE);
    await expect(oauth.processClientCredentialsResponse(as, client, await ask('wrong'))).rejects.toMatchObject({ error: 'invalid_client' });
  });

  it('openid-client goes through the code flow', async () => {
    const config = await openid.discovery(
      new URL(server.issuer),
      'sample-client',
      undefined,
      openid.ClientSecretPost('sample-client-secret'),
      {
        algorithm: 'oauth2',
        execute: [openid.allowInsecureRequests],
      },
    );
    const pkceCodeVerifier = openid.randomPKCECodeVerifier();
    const expectedState = openid.randomState();
    const link = openid.buildAuthorizationUrl(config, {
      redirect_uri: REDIRECT_URI,
      scope: SCOPE,
      state: expectedState,
      resource: RESOURCE,
      code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
    });
    const tokens = await openid.authorizationCodeGrant(config, await walkThrough(server, link), { pkceCodeVerifier, expectedState });
    expect(tokens.scope).toBe(SCOPE);
    const service = await openid.discovery(new URL(server.issuer), 'sample-service', 'sample-service-secret', undefined, {
      algorithm: 'oauth2',
      execute: [openid.allowInsecureRequests],
    });
    expect((await openid.clientCredentialsGrant(service, { scope: 'notes:read' })).scope).toBe('notes:read');
  });

  it('oauth4webapi and openid-client authenticate with a key (private_key_jwt)', async () => {
    const key = await makeKey();
    const own = await makeKey('Ed25519');
    await server.register({ id: 'signer', tokenEndpointAuthMethod: 'private_key_jwt', jwks: { keys: [{ ...key.publicJwk }] } });
    await server.register({ id: 'ed-signer', tokenEndpointAuthMethod: 'private_key_jwt', jwks: { keys: [{ ...own.publicJwk }] } });
    // The libraries' clock is the machine's, the server's stands still.
    const behind = Math.round((server.clock.now() - Date.now()) / 1000);
    const insecure = { [oauth.allowInsecureRequests]: true };
    const issuer = new URL(server.issuer);
    const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure }));
    for (const [id, { privateKey, publicJwk }] of [
      ['signer', key],
      ['ed-signer', own],
    ] as const) {
      const client: oauth.Client = { client_id: id, [oauth.clockSkew]: behind };
      const authentication = oauth.PrivateKeyJwt({ key: privateKey, kid: publicJwk.kid as string });
      const response = await oauth.clientCredentialsGrantRequest(
        as,
        client,
        authentication,
        new URLSearchParams({ scope: SCOPE }),
        insecure,
      );
      expect((await oauth.processClientCredentialsResponse(as, client, response)).scope).toBe(SCOPE);
    }

    const metadata = { [openid.clockSkew]: behind };
    const authentication = openid.PrivateKeyJwt({ key: key.privateKey, kid: key.publicJwk.kid as string });
    const config = await openid.discovery(issuer, 'signer', metadata, authentication, {
      algorithm: 'oauth2',
      execute: [openid.allowInsecureRequests],
    });
    const tokens = await openid.clientCredentialsGrant(config, { scope: 'notes:read' });
    expect(tokens.scope).toBe('notes:read');
    const introspected = await openid.tokenIntrospection(config, tokens.access_token);
    expect(introspected.active).toBe(true);
    await openid.tokenRevocation(config, tokens.access_token);
    expect((await openid.tokenIntrospection(config, tokens.access_token)).active).toBe(false);
  });

  it('openid-client registers itself and goes through the code flow with what it got', async () => {
    const config = await openid.dynamicClientRegistration(
      new URL(server.issuer),
      { redirect_uris: ['https://client.example/callback'], client_name: 'Newcomer', grant_types: ['authorization_code', 'refresh_token'] },
      undefined,
      { algorithm: 'oauth2', execute: [openid.allowInsecureRequests] },
    );
    const pkceCodeVerifier = openid.randomPKCECodeVerifier();
    const link = openid.buildAuthorizationUrl(config, {
      redirect_uri: 'https://client.example/callback',
      scope: SCOPE,
      code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
    });
    const tokens = await openid.authorizationCodeGrant(config, await walkThrough(server, link), { pkceCodeVerifier });
    expect((await openid.refreshTokenGrant(config, tokens.refresh_token as string)).scope).toBe(SCOPE);
  });

  it('simple-oauth2 goes through the code flow, without PKCE, as the legacy client', async () => {
    const client = new AuthorizationCode({
      client: { id: 'legacy-web', secret: 'legacy-web-secret' },
      auth: { tokenHost: server.issuer, tokenPath: '/token', authorizePath: '/authorize' },
      options: { authorizationMethod: 'body' },
    });
    const redirect_uri = 'http://localhost:4002/legacy/callback';
    const link = new URL(client.authorizeURL({ redirect_uri, scope: SCOPE, state: 'the-state' }));
    const callback = await walkThrough(server, link);
    expect(callback.searchParams.get('state')).toBe('the-state');
    const { token } = await client.getToken({ code: callback.searchParams.get('code') as string, redirect_uri });
    expect(token).toMatchObject({ token_type: 'Bearer', scope: SCOPE });
  });

  it('simple-oauth2 goes through it with Basic authentication and PKCE', async () => {
    const client = new AuthorizationCode({
      client: { id: 'sample-client', secret: 'sample-client-secret' },
      auth: { tokenHost: server.issuer, tokenPath: '/token', authorizePath: '/authorize' },
      options: { authorizationMethod: 'header' },
    });
    const verifier = oauth.generateRandomCodeVerifier();
    const pkce = { code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' };
    const link = new URL(client.authorizeURL({ redirect_uri: REDIRECT_URI, scope: SCOPE, state: 'x', ...pkce } as never));
    const code = (await walkThrough(server, link)).searchParams.get('code') as string;
    const { token } = await client.getToken({ code, redirect_uri: REDIRECT_URI, code_verifier: verifier } as never);
    expect(token['access_token']).toEqual(expect.any(String));
  });
});
