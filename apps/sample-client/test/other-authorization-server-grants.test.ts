import { randomBytes } from 'node:crypto';
import { exportJWK, generateKeyPair } from 'jose';
import { describe, expect, it } from 'vitest';
import { connect, CREDENTIALS, startAll } from './support/with-other-authorization-server.ts';

const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code';
const client = (members: object) => ({ redirect_uris: [], response_types: [], ...members });
const somebody = { client_id: CREDENTIALS.CLIENT_ID, client_secret: CREDENTIALS.CLIENT_SECRET };

describe('with the authorization server oidc-provider', () => {
  it('C-TOK-07 C-TOK-10: access is refreshed with rotating tokens, and revoked in the end', async () => {
    const all = await startAll();
    const { browser, clock, api, errors, logs } = all;
    await connect(all);
    for (let round = 0; round < 3; round += 1) {
      clock.advance(571);
      expect((await browser.open(`${all.client}/notes`)).body).toContain('Your notes');
    }
    expect(new Set(api.authorizations).size).toBe(4);
    await browser.submit('/logout');
    expect(browser.page.body).toContain('You are logged out');
    await all.app.close();
    expect(logs.join()).not.toContain('could not be revoked');
    expect(errors).toEqual([]);
  });

  it('C-TOK-09: a device is connected with a code that alice enters elsewhere', async () => {
    const all = await startAll({
      clients: [client({ ...somebody, grant_types: [DEVICE, 'refresh_token'] })],
      features: { deviceFlow: { enabled: true } },
    });
    const { browser, clock, errors } = all;
    await browser.open(`${all.client}/device`);
    await browser.submit('/device');
    const code = /class="device-code">([^<]+)</.exec(browser.page.body)?.[1] ?? '';
    clock.advance(6);
    expect((await browser.open(`${all.client}/device`)).body).toContain(code);

    const phone = all.anotherBrowser();
    await phone.open(`${all.issuer}/device`);
    await phone.submit('/device', { user_code: code });
    await phone.submit('/device');
    await phone.submit('/interaction/', { login: 'alice', password: 'any' });
    await phone.submit('/interaction/');
    expect(phone.page.body).toContain('Sign-in Success');

    clock.advance(6);
    expect((await browser.open(`${all.client}/device`)).url.href).toBe(`${all.client}/notes`);
    expect(browser.page.body).toContain('Your notes');
    expect(errors).toEqual([]);
  });

  it('C-TOK-03 C-TOK-12: the client itself proves who it is with its key, and the API lets its token in', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    const SERVICE_CLIENT_KEY = JSON.stringify({ ...(await exportJWK(privateKey)), alg: 'ES256', kid: 'service' });
    const jwks = { keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256', kid: 'service' }] };
    const method = { token_endpoint_auth_method: 'private_key_jwt', token_endpoint_auth_signing_alg: 'ES256' };
    const service = client({ client_id: 'service', grant_types: ['client_credentials'], ...method, jwks });
    const all = await startAll({
      environment: { SERVICE_CLIENT_ID: 'service', SERVICE_CLIENT_KEY },
      clients: [service],
      features: { clientCredentials: { enabled: true } },
    });
    await all.browser.open(`${all.client}/service`);
    await all.browser.submit('/service');
    expect(all.browser.page.body).toContain('notes:read notes:write');
    expect(all.browser.page.body).toContain('0 notes of the client');
    expect(all.errors).toEqual([]);
  });

  it('C-DPOP-01 C-DPOP-02: tokens are bound to a key, with the nonces of both servers', async () => {
    const all = await startAll({
      environment: { CLIENT_DPOP: 'true' },
      features: { dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => true } },
      guardDpop: { required: true, nonces: true },
    });
    const { browser, api, errors } = all;
    await connect(all);
    expect(browser.page).toMatchObject({ status: 200, url: { href: `${all.client}/notes` } });
    await browser.submit('/notes', { title: 'White rabbit', body: 'He is late.' });
    expect(browser.page.body).toContain('White rabbit');
    expect(new Set(api.authorizations.map((line) => line.split(' ')[0]))).toEqual(new Set(['DPoP']));
    expect(errors).toEqual([]);
  });

  it('C-REQ-07: requests are pushed where that is the only way, with tokens that are bound to a key', async () => {
    const all = await startAll({
      environment: { CLIENT_DPOP: 'true' },
      features: { dPoP: { enabled: true }, pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: true } },
    });
    const { browser, errors } = all;
    await connect(all);
    expect(browser.page).toMatchObject({ status: 200, url: { href: `${all.client}/notes` } });
    const asked = new URL(browser.visited.find((url) => url.startsWith(`${all.issuer}/auth?`)) as string).searchParams;
    expect([...asked.keys()]).toEqual(['client_id', 'request_uri']);
    expect(errors).toEqual([]);
  });
});
