import { describe, expect, it } from 'vitest';
import { startClient } from './support/client.ts';
import { ACCESS_TOKEN, tokens } from './support/fake-authorization-server.ts';
import { challenge } from './support/fake-resource-server.ts';

/** A visit to every page that there is. */
async function visitEverything() {
  const client = await startClient();
  const { browser, authorizationServer, resourceServer } = client;
  authorizationServer.tokenAnswer = () => tokens({ refresh_token: 'rc_rt_neither', id_token: undefined });
  authorizationServer.metadata.device_authorization_endpoint = `${authorizationServer.issuer}/device_authorization`;
  const device = { device_code: 'never-shown', user_code: 'WDJB-MJHT', verification_uri: 'http://localhost:9/device', expires_in: 600 };
  authorizationServer.deviceAnswer = () => ({ body: device });
  await browser.get('/device');
  await browser.submit('/device');
  await browser.follow();
  await browser.submit('/device/cancel');
  await browser.get('/service');
  await browser.submit('/service');
  await browser.get('/');
  await browser.connect();
  await browser.follow();
  await browser.submit('/notes', { title: 'One', body: 'Two' });
  await browser.follow();
  resourceServer.interfere = ({ method }) => (method === 'POST' ? challenge(403, 'error="insufficient_scope", scope="x"') : undefined);
  await browser.submit('/notes', { title: 'One', body: 'Two' });
  await browser.get('/notes');
  resourceServer.interfere = ({ method }) => (method === 'POST' ? { status: 400, body: {} } : undefined);
  await browser.submit('/notes', { title: 'One', body: 'Two' });
  for (const outcome of ['denied', 'unknown', 'untrusted', 'refused', 'unavailable', 'made-up']) await browser.get(`/sign-in/${outcome}`);
  await browser.get('/nothing');
  await browser.post('/notes', {});
  await browser.get('/notes');
  await browser.submit('/logout');
  await browser.follow();
  return client;
}

describe('every page', () => {
  it('C-BFF-01: holds no token, no secret and no verifier, in body, headers or cookies', async () => {
    const { browser, authorizationServer } = await visitEverything();
    const verifier =
      authorizationServer
        .tokenForms()
        .find((form) => form.has('code_verifier'))
        ?.get('code_verifier') ?? '';
    expect(verifier).not.toBe('');
    expect(browser.answers.length).toBeGreaterThan(15);
    for (const { body, headers } of browser.answers)
      for (const secret of [ACCESS_TOKEN, 'rc_rt_neither', 'never-shown', 'sample-client-secret', 'sample-service-secret', verifier])
        expect(body + JSON.stringify(headers)).not.toContain(secret);
  });

  it('has a strict policy, is not cached, framed or sniffed, and sends no referrer', async () => {
    const { browser } = await visitEverything();
    const pages = browser.answers.filter(({ headers }) => String(headers['content-type']).startsWith('text/html'));
    expect(pages.length).toBeGreaterThan(12);
    for (const { headers } of pages) {
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'content-security-policy':
          "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        'x-frame-options': 'DENY',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      });
    }
  });

  it('has a language, a title, one h1, a label for each field, and nothing inline', async () => {
    const { browser } = await visitEverything();
    for (const { body, headers } of browser.answers) {
      if (!String(headers['content-type']).startsWith('text/html')) continue;
      expect(body).toMatch(/<html lang="en">/);
      expect(body).toMatch(/<title>[^<]+ · Sample client<\/title>/);
      expect(body.match(/<h1>/g)).toHaveLength(1);
      expect(body).not.toMatch(/<script|<style|\sstyle=|\son[a-z]+=/);
      for (const [, id] of body.matchAll(/<(?:input|textarea) id="(\w+)"/g)) expect(body).toContain(`<label for="${id}">`);
    }
  });

  it('C-BFF-02: the session cookie is HttpOnly, Lax, for the whole path of this host', async () => {
    const { browser } = await visitEverything();
    const [cookie] = browser.answers[0]?.cookies ?? [];
    expect(cookie).toMatchObject({ name: 'rolecall-sample-client', path: '/', httpOnly: true, sameSite: 'Lax' });
    expect(cookie).not.toHaveProperty('domain');
  });

  it('C-BFF-02: under https the cookie is Secure and has the __Host- prefix, and browsers are told to stay', async () => {
    const { app } = await startClient({ BASE_URL: 'https://client.example', TRUSTED_PROXIES: '127.0.0.1' });
    const page = await app.inject({ url: '/', headers: { 'x-forwarded-proto': 'https' } });
    expect(page.cookies).toMatchObject([{ name: '__Host-rolecall-sample-client', secure: true, path: '/' }]);
    expect(page.headers['strict-transport-security']).toMatch(/max-age=31536000/);
  });

  it('the start page explains in two sentences and offers a link, no form and no button', async () => {
    const { browser } = await startClient();
    const { body } = await browser.get('/');
    const paragraph = /<p>([\s\S]*?)<\/p>/.exec(body)?.[1]?.replace(/<[^>]*>/g, '') ?? '';
    expect(paragraph.match(/\.(\s|$)/g)).toHaveLength(2);
    expect(body).toMatch(/<a class="button" href="http/);
    expect(body).not.toMatch(/<form|<button/);
  });
});
