import { describe, expect, it } from 'vitest';
import { connect, CREDENTIALS, startAll } from './support/with-other-authorization-server.ts';

describe('with the authorization server oidc-provider', () => {
  it('alice connects, writes a note and logs out; the API checks each token, and the browser sees none', async () => {
    const all = await startAll();
    const { browser, client, resource, issuer, api, logs, errors } = all;
    await connect(all);
    expect(browser.page).toMatchObject({ status: 200, url: { href: `${client}/notes` } });
    await browser.submit('/notes', { title: 'White rabbit', body: 'He is late.' });
    expect(browser.page.body).toContain('White rabbit');

    const asked = new URL(browser.visited.find((url) => url.startsWith(`${issuer}/auth?`)) as string).searchParams;
    expect(asked.get('resource')).toBe(resource);
    expect(asked.get('code_challenge_method')).toBe('S256');
    const answered = new URL(browser.visited.find((url) => url.includes('/callback?')) as string).searchParams;
    expect(answered.get('iss')).toBe(issuer);

    await browser.submit('/logout');
    expect(browser.page.body).toContain('You are logged out');

    expect(api.authorizations.length).toBeGreaterThan(0);
    const tokens = api.authorizations.map((line) => line.replace('Bearer ', ''));
    const everything = [...browser.visited, ...browser.received, ...logs].join('\n');
    for (const secret of [...tokens, CREDENTIALS.CLIENT_SECRET]) expect(everything).not.toContain(secret);
    expect(errors).toEqual([]);
  });

  it('alice refuses: a friendly page, nothing else', async () => {
    const { browser, client, api } = await startAll();
    await browser.open(client);
    await browser.click('Connect to your notes');
    await browser.click('Cancel');
    expect(browser.page.url.href).toBe(`${client}/sign-in/denied`);
    expect(browser.page.body).toContain('You did not allow access');
    expect(api.authorizations).toEqual([]);
  });

  it('a wrong secret is said, not shown', async () => {
    const all = await startAll({ environment: { CLIENT_SECRET: 'wrong-secret' } });
    await connect(all);
    const { browser, client } = all;
    expect(browser.page).toMatchObject({ status: 502, url: { href: `${client}/sign-in/refused` } });
    expect(browser.page.body).toContain('invalid_client');
    expect(browser.page.body).not.toContain('wrong-secret');
  });

  it('C-DISC-03 C-DISC-07: below a path, unknown to the client, who is led there by the API and registers itself', async () => {
    const all = await startAll({
      path: '/op',
      environment: { ISSUER: 'http://localhost:9', DISCOVER_ISSUER: 'true' },
      clients: [],
      features: { registration: { enabled: true } },
    });
    await connect(all);
    const { browser, client, issuer, errors } = all;
    expect(browser.page).toMatchObject({ status: 200, url: { href: `${client}/notes` } });
    expect(browser.page.body).toContain(issuer);
    await browser.submit('/notes', { title: 'White rabbit', body: 'He is late.' });
    expect(browser.page.body).toContain('White rabbit');
    const asked = new URL(browser.visited.find((url) => url.startsWith(`${issuer}/auth?`)) as string).searchParams;
    expect(asked.get('client_id')).not.toBe('somebody');
    expect(errors).toEqual([]);
  });

  it('C-TOK-07: a token that has expired is renewed behind the pages', async () => {
    const all = await startAll();
    await connect(all);
    const { browser, client, api, clock, logs } = all;
    const first = api.authorizations.at(-1);
    clock.advance(601);
    await browser.open(`${client}/notes`);
    expect(browser.page).toMatchObject({ status: 200, url: { href: `${client}/notes` } });
    expect(api.authorizations.at(-1)).not.toBe(first);
    expect(logs.join()).not.toContain('invalid_grant');
  });
});
