import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeProtectedHeader, exportJWK, generateKeyPair, type JWTPayload, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '@rolecall/service-kit/config';
import { readConfig } from '../src/config.ts';
import { startClient } from './support/client.ts';
import { tokens } from './support/fake-authorization-server.ts';
import { challenge } from './support/fake-resource-server.ts';

const FOR_USERS = { status: 403, body: { error: 'access_denied', error_description: 'this is for users' } };

/** The page "As the client itself", open. */
async function open(
  environment: Record<string, string> = {},
  prepare: (client: Awaited<ReturnType<typeof startClient>>) => void = () => {},
) {
  const client = await startClient(environment);
  client.authorizationServer.tokenAnswer = () => tokens({ access_token: 'own-token', scope: 'notes:read' });
  client.resourceServer.interfere = () => FOR_USERS;
  prepare(client);
  await client.browser.get('/service');
  const { server } = client.authorizationServer;
  return {
    ...client,
    press: () => client.browser.submit('/service'),
    requests: () => server.requests.filter(({ url }) => url === '/token'),
  };
}

async function keyOf(alg: string) {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { jwk: { ...(await exportJWK(privateKey)), alg, kid: 'a-key' }, publicKey };
}

describe('as the client itself', () => {
  it('C-TOK-12: is asked with the client’s own secret, for the resource, and no user', async () => {
    const { press, requests, resourceServer } = await open();
    expect((await press()).statusCode).toBe(200);
    const [request] = requests();
    expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
      grant_type: 'client_credentials',
      resource: resourceServer.resource,
      scope: 'notes:read notes:write',
    });
    expect(request?.headers.authorization).toBe(`Basic ${btoa('sample%2Dservice:sample%2Dservice%2Dsecret')}`);
  });

  it('C-TOK-12: shows plainly what the API lets a client do that has no user', async () => {
    const { press, resourceServer } = await open();
    const page = await press();
    expect(page.body).toContain('refused the call (status 403)');
    expect(page.body).toContain('this is for users');
    expect(page.body).toContain('<dd>notes:read</dd>');
    expect(page.body).not.toContain('own-token');
    expect(resourceServer.calls().map(({ headers }) => headers.authorization)).toEqual(['Bearer own-token']);
  });

  it('C-TOK-12: one token serves many callers, until shortly before it expires', async () => {
    const { press, requests, clock, otherBrowser } = await open();
    const others = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const browser = otherBrowser();
        await browser.get('/service');
        return browser;
      }),
    );
    await Promise.all([press(), ...others.map((browser) => browser.submit('/service'))]);
    expect(requests()).toHaveLength(1);
    clock.advance(569);
    await press();
    expect(requests()).toHaveLength(1);
    clock.advance(2);
    await press();
    expect(requests()).toHaveLength(2);
  });

  it('C-API-02: a token that the API refuses is replaced once', async () => {
    const { press, requests, resourceServer } = await open();
    resourceServer.interfere = () => challenge(401, 'error="invalid_token"');
    const page = await press();
    expect(page.body).toContain('does not accept the token: <code>invalid_token</code>');
    expect(requests()).toHaveLength(2);
    expect(resourceServer.calls()).toHaveLength(2);
  });

  it('says what the authorization server said when it gives no token, and asks again the next time', async () => {
    const { press, requests, authorizationServer } = await open();
    authorizationServer.tokenAnswer = () => ({ status: 400, body: { error: 'unauthorized_client', error_description: 'not <you>' } });
    const page = await press();
    expect(page.body).toContain('gave this client no token');
    expect(page.body).toContain('<code>unauthorized_client</code>');
    expect(page.body).not.toContain('<you>');
    authorizationServer.tokenAnswer = () => tokens();
    expect((await press()).body).toContain('refused the call');
    expect(requests()).toHaveLength(2);
  });

  it('C-BFF-03: is not done for a form of another session, nor by a link', async () => {
    const { browser, requests } = await open();
    expect((await browser.post('/service', {})).statusCode).toBe(403);
    expect(requests()).toEqual([]);
  });

  it('is linked from the start page', async () => {
    const { browser } = await open();
    expect((await browser.get('/')).body).toContain('href="/service"');
  });
});

describe('private_key_jwt', () => {
  const offered = (client: Awaited<ReturnType<typeof startClient>>) => {
    client.authorizationServer.metadata.token_endpoint_auth_methods_supported = ['client_secret_basic', 'private_key_jwt'];
  };

  it.each(['ES256', 'PS256', 'RS256', 'Ed25519'])('C-TOK-03: signs a short-lived assertion for the issuer alone (%s)', async (alg) => {
    const { jwk, publicKey } = await keyOf(alg);
    const { press, requests, authorizationServer, clock } = await open(
      { SERVICE_CLIENT_ID: 'sample-service-jwt', SERVICE_CLIENT_KEY: JSON.stringify(jwk) },
      offered,
    );
    clock.advance(3_000);
    await press();
    clock.advance(600);
    await press();
    const forms = requests().map(({ body, headers }) => ({ form: new URLSearchParams(body), headers }));
    const claims: JWTPayload[] = [];
    for (const { form, headers } of forms) {
      expect(headers.authorization).toBeUndefined();
      expect([form.get('client_id'), form.has('client_secret')]).toEqual(['sample-service-jwt', false]);
      expect(form.get('client_assertion_type')).toBe('urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
      const assertion = form.get('client_assertion') ?? '';
      expect(decodeProtectedHeader(assertion)).toEqual({ alg, kid: 'a-key', typ: 'client-authentication+jwt' });
      const { payload } = await jwtVerify(assertion, publicKey, { currentDate: new Date(clock.now()), clockTolerance: 601 });
      claims.push(payload);
    }
    const [first, second] = claims;
    // A string, not an array: no other server can be meant.
    expect(first).toMatchObject({ aud: authorizationServer.issuer, iss: 'sample-service-jwt', sub: 'sample-service-jwt' });
    expect((first?.exp ?? 0) - (first?.iat ?? 0)).toBeLessThanOrEqual(60);
    expect(Math.abs((second?.iat ?? 0) - clock.now() / 1000)).toBeLessThan(5);
    expect(first?.jti).toBeTruthy();
    expect(second?.jti).not.toBe(first?.jti);
  });

  it('C-TOK-03: is how the client authenticates for its users, too, with a key from a file', async () => {
    const { jwk, publicKey } = await keyOf('ES256');
    const file = join(mkdtempSync(join(tmpdir(), 'rolecall-key-')), 'client.jwk');
    writeFileSync(file, JSON.stringify(jwk));
    const client = await startClient({ CLIENT_KEY: file });
    offered(client);
    const { browser, authorizationServer } = client;
    await browser.connect();
    await browser.follow();
    await browser.submit('/logout');
    await client.app.close();
    const sent = authorizationServer.server.requests.filter(({ method }) => method === 'POST');
    expect(sent.map(({ url }) => url)).toEqual(['/token', '/revoke']);
    const assertions = sent.map(({ body }) => new URLSearchParams(body).get('client_assertion') ?? '');
    for (const assertion of assertions)
      expect((await jwtVerify(assertion, publicKey, { clockTolerance: 5 })).payload).toMatchObject({
        aud: authorizationServer.issuer,
        sub: 'sample-client',
      });
    expect(new Set(assertions).size).toBe(2);
    expect(sent.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined]);
  });

  it('C-TOK-03: nothing is signed for a server that does not take it, and no secret sent instead', async () => {
    const { jwk } = await keyOf('ES256');
    const { press, requests } = await open({ SERVICE_CLIENT_ID: 'x', SERVICE_CLIENT_KEY: JSON.stringify(jwk), SERVICE_CLIENT_SECRET: 'y' });
    expect((await press()).statusCode).toBe(503);
    expect(requests()).toEqual([]);
  });

  it.each([
    ['no JSON', '{'],
    ['a file that is not there', '/nowhere/key.jwk'],
    ['a public key', '{"kty":"EC","crv":"P-256","alg":"ES256","x":"AA","y":"AA"}'],
    ['no algorithm', '{"kty":"EC","crv":"P-256","x":"AA","y":"AA","d":"c2VjcmV0LWtleQ"}'],
    ['a key that is none', '{"kty":"EC","crv":"P-256","alg":"ES256","x":"AA","y":"AA","d":"c2VjcmV0LWtleQ"}'],
    ['a symmetric key', '{"kty":"oct","alg":"HS256","k":"c2VjcmV0LWtleQ","d":"c2VjcmV0LWtleQ"}'],
  ])('C-TOK-03: the client does not start with %s, and does not repeat it', (_case, value) => {
    try {
      readConfig({ CLIENT_KEY: value });
      expect.unreachable();
    } catch (error) {
      const { problems } = error as ConfigError;
      expect(problems).toEqual([expect.stringMatching(/^CLIENT_KEY /)]);
      expect(problems.join()).not.toContain('c2VjcmV0');
    }
  });
});
