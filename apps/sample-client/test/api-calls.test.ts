import { describe, expect, it } from 'vitest';
import { startClient } from './support/client.ts';
import { ACCESS_TOKEN, tokens } from './support/fake-authorization-server.ts';
import { challenge } from './support/fake-resource-server.ts';

async function connected() {
  const client = await startClient();
  await client.browser.connect();
  await client.browser.follow();
  const { browser, authorizationServer } = client;
  /** Answers the authorization request that the last answer asked for, and goes where that leads. */
  const authorize = async (url: URL) => {
    await browser.callback({ code: 'c', state: url.searchParams.get('state') ?? '', iss: authorizationServer.issuer });
    return browser.follow();
  };
  return { ...client, authorize };
}

const onlyFor = (method: string, answer: ReturnType<typeof challenge>) => (request: { method: string }) =>
  request.method === method ? answer : undefined;

describe('calls of the API', () => {
  it('C-API-01: carry the token in the Authorization header, never in an address, a body or the log', async () => {
    const { browser, resourceServer, logs } = await connected();
    await browser.submit('/notes', { title: 'One', body: 'Two' });
    await browser.follow();
    await browser.submit(`/notes/${resourceServer.notes[0]?.id}/delete`);
    const calls = resourceServer.calls();
    expect(calls.map(({ method }) => method)).toEqual(['GET', 'POST', 'GET', 'DELETE']);
    for (const { headers, url, body } of calls) {
      expect(headers.authorization).toBe(`Bearer ${ACCESS_TOKEN}`);
      expect(url + body).not.toContain(ACCESS_TOKEN);
    }
    expect(logs.join()).not.toContain(ACCESS_TOKEN);
  });

  it('C-API-01: carry neither the browser’s cookies nor its headers', async () => {
    const { app, browser, resourceServer } = await connected();
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    await app.inject({ url: '/notes', headers: { cookie, 'x-custom': 'from the browser' } });
    const headers = resourceServer.calls().at(-1)?.headers;
    expect(headers).not.toHaveProperty('cookie');
    expect(headers).not.toHaveProperty('x-custom');
  });

  it('C-API-01: go only to the resource that the token was issued for', async () => {
    const { resourceServer, afterRestart } = await connected();
    const before = resourceServer.calls().length;
    const restarted = await afterRestart({ RESOURCE: `${resourceServer.resource}/other` });
    expect((await restarted.get('/notes')).headers.location).toBe('/');
    expect(resourceServer.calls()).toHaveLength(before);
  });

  it.each([
    ['invalid_token', challenge(401, 'error="invalid_token"')],
    ['a challenge without error', challenge(401, 'realm="x"')],
    ['no challenge', { status: 401, body: {} }],
    ['a challenge of another scheme', { status: 401, headers: { 'www-authenticate': 'DPoP algs="ES256"' }, body: {} }],
  ])('C-API-02: a 401 with %s ends the local token and asks for access again', async (_case, answer) => {
    const { browser, resourceServer, authorizationServer } = await connected();
    resourceServer.interfere = () => answer;
    const redirect = await browser.get('/notes');
    expect(redirect.statusCode).toBe(303);
    const url = new URL(String(redirect.headers.location));
    expect(url.origin).toBe(authorizationServer.issuer);
    expect(url.searchParams.get('scope')).toBe('notes:read notes:write');
    resourceServer.interfere = () => undefined;
    expect((await browser.get('/notes')).headers.location).toBe('/');
  });

  it('C-API-02: a new token makes the page work again', async () => {
    const { browser, resourceServer, authorizationServer, authorize } = await connected();
    authorizationServer.tokenAnswer = () => tokens({ access_token: 'fresh' });
    resourceServer.interfere = ({ headers }) =>
      headers.authorization === 'Bearer fresh' ? undefined : challenge(401, 'error="invalid_token"');
    const page = await authorize(new URL(String((await browser.get('/notes')).headers.location)));
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain('Your notes');
  });

  it('C-API-02: there is no endless loop with an API that refuses every token', async () => {
    const { browser, resourceServer, authorizationServer, authorize } = await connected();
    resourceServer.interfere = () => challenge(401, 'error="invalid_token"');
    let page = await browser.get('/notes');
    let rounds = 0;
    while (page.statusCode === 303 && rounds < 20) {
      page = await authorize(new URL(String(page.headers.location)));
      rounds += 1;
    }
    expect(rounds).toBe(2);
    expect(page.statusCode).toBe(403);
    expect(page.body).toContain('The API still refuses');
    expect(authorizationServer.tokenForms()).toHaveLength(3);
  });

  it('C-API-02: a token that is known to be expired is not sent', async () => {
    const { browser, clock, resourceServer, authorizationServer } = await connected();
    const before = resourceServer.calls().length;
    clock.advance(600);
    const redirect = await browser.get('/notes');
    expect(redirect.headers.location).toContain(`${authorizationServer.issuer}/authorize`);
    expect(resourceServer.calls()).toHaveLength(before);
  });

  it('C-API-02: a form is not lost: the page explains, and what was typed is there afterwards', async () => {
    const { browser, resourceServer, authorize } = await connected();
    resourceServer.interfere = onlyFor('POST', challenge(401, 'error="invalid_token"'));
    const page = await browser.submit('/notes', { title: 'Milk & eggs', body: 'a dozen' });
    expect(page.statusCode).toBe(403);
    expect(page.body).toContain('Your connection has ended');
    resourceServer.interfere = () => undefined;
    const notes = await authorize(browser.authorizationUrl());
    expect(notes.body).toContain('Your note is not saved yet');
    expect(notes.body).toMatch(/value="Milk &(amp|#38); eggs"/);
    expect(notes.body).toContain('a dozen</textarea>');
    await browser.submit('/notes', { title: 'Milk & eggs', body: 'a dozen' });
    expect((await browser.follow()).body).not.toContain('not saved yet');
    expect(resourceServer.notes).toHaveLength(1);
  });

  it('C-API-03 C-API-05: asks for the union of the earlier scopes and those of the challenge', async () => {
    const { browser, resourceServer } = await connected();
    resourceServer.interfere = onlyFor('POST', challenge(403, 'error="insufficient_scope", scope="notes:share notes:write"'));
    const page = await browser.submit('/notes', { title: 'One' });
    expect(page.statusCode).toBe(403);
    expect(page.body).toContain('This needs more than you have allowed');
    expect(browser.authorizationUrl().searchParams.get('scope')).toBe('notes:read notes:write notes:share');
    expect((await browser.get('/notes')).statusCode).toBe(200);
  });

  it('C-API-03: gives up on an operation after two more grants, and goes on with the others', async () => {
    const { browser, resourceServer, authorize } = await connected();
    resourceServer.interfere = onlyFor('POST', challenge(403, 'error="insufficient_scope", scope="notes:share"'));
    for (let round = 0; round < 2; round += 1) {
      await browser.submit('/notes', { title: 'One' });
      expect((await authorize(browser.authorizationUrl())).statusCode).toBe(200);
    }
    const page = await browser.submit('/notes', { title: 'One' });
    expect(page.statusCode).toBe(403);
    expect(page.body).toContain('The API still refuses');
    expect(page.body).not.toContain('code_challenge');
    expect((await browser.get('/notes')).statusCode).toBe(200);
  });

  it('C-API-03: leaves somebody whom the API refuses everything a way to log out and begin anew', async () => {
    const { browser, resourceServer, authorize } = await connected();
    resourceServer.interfere = () => challenge(403, 'error="insufficient_scope", scope="notes:share"');
    await browser.get('/notes');
    for (let round = 0; round < 2; round += 1) await authorize(browser.authorizationUrl());
    expect((await browser.get('/notes')).body).toContain('The API still refuses');
    expect((await browser.submit('/logout')).headers.location).toBe('/logged-out');
    await browser.get('/');
    await authorize(browser.authorizationUrl());
    expect(browser.answers.at(-1)?.body).toContain('This needs more than you have allowed');
  });

  it('C-API-03: counts anew once an operation has succeeded', async () => {
    const { browser, resourceServer, authorize } = await connected();
    const refusal = onlyFor('POST', challenge(403, 'error="insufficient_scope", scope="notes:share"'));
    for (let round = 0; round < 3; round += 1) {
      resourceServer.interfere = refusal;
      await browser.submit('/notes', { title: 'One' });
      resourceServer.interfere = () => undefined;
      await authorize(browser.authorizationUrl());
      expect((await browser.submit('/notes', { title: 'One' })).statusCode).toBe(303);
      await browser.follow();
    }
    expect(resourceServer.notes).toHaveLength(3);
  });

  it('C-API-04 C-REQ-09: passes acr_values and max_age of the challenge on, then the operation works', async () => {
    const { browser, resourceServer, authorize } = await connected();
    resourceServer.interfere = onlyFor(
      'POST',
      challenge(401, 'error="insufficient_user_authentication", acr_values="urn:strong phr", max_age="0"'),
    );
    const page = await browser.submit('/notes', { title: 'One' });
    expect(page.body).toContain('Please confirm that it is you');
    const url = browser.authorizationUrl();
    expect([url.searchParams.get('acr_values'), url.searchParams.get('max_age')]).toEqual(['urn:strong phr', '0']);
    expect(url.searchParams.get('scope')).toBe('notes:read notes:write');
    resourceServer.interfere = () => undefined;
    await authorize(url);
    await browser.submit('/notes', { title: 'One' });
    expect(resourceServer.notes).toHaveLength(1);
  });

  it('C-API-04: leaves a max_age out that is no number of seconds', async () => {
    const { browser, resourceServer } = await connected();
    resourceServer.interfere = onlyFor('POST', challenge(401, 'error="insufficient_user_authentication", max_age="soon"'));
    await browser.submit('/notes', { title: 'One' });
    expect(browser.authorizationUrl().searchParams.has('max_age')).toBe(false);
  });

  it('C-REQ-04: the scope of a challenge goes before those that the API lists', async () => {
    const client = await startClient();
    const { browser, resourceServer, authorizationServer, clock } = client;
    resourceServer.metadataAnswer = { status: 404, body: 'none' };
    authorizationServer.tokenAnswer = () => tokens({ scope: undefined });
    await browser.connect();
    clock.advance(61);
    resourceServer.metadataAnswer = {
      body: { resource: resourceServer.resource, scopes_supported: ['notes:read', 'notes:write', 'notes:all'] },
    };
    resourceServer.interfere = () => challenge(401, 'scope="notes:read"');
    const redirect = await browser.get('/notes');
    expect(new URL(String(redirect.headers.location)).searchParams.get('scope')).toBe('notes:read');
  });

  it('C-DISC-01: finds the Bearer challenge among several, in any case, order and quoting', async () => {
    const { browser, resourceServer } = await connected();
    const header = 'Basic realm="a, b", BEARER Scope="notes:share", ERROR=insufficient_scope, error_description="so \\"much\\""';
    resourceServer.interfere = onlyFor('POST', { status: 403, headers: { 'www-authenticate': header }, body: {} });
    await browser.submit('/notes', { title: 'One' });
    expect(browser.authorizationUrl().searchParams.get('scope')).toContain('notes:share');
  });

  it.each([301, 302, 303, 307, 308])('C-API-06: does not follow a %i of the API: the token goes nowhere else', async (status) => {
    const { browser, resourceServer, authorizationServer } = await connected();
    const elsewhere = authorizationServer.server;
    const before = elsewhere.requests.length;
    resourceServer.interfere = () => ({ status, headers: { location: `${elsewhere.origin}/notes` } });
    const page = await browser.get('/notes');
    expect(page.statusCode).toBe(503);
    expect(page.body).not.toContain(ACCESS_TOKEN);
    expect(elsewhere.requests).toHaveLength(before);
  });

  it.each([
    ['an error of its own', { status: 500, body: { error: 'secret detail' } }],
    ['text', { body: 'hello' }],
    ['JSON that is not what was agreed', { body: { notes: [{ id: '../../admin', title: 1 }] } }],
    ['too much', { body: 'x'.repeat(9 * 1024 * 1024) }],
    ['silence', 'silence' as const],
  ])('shows a friendly page when the API answers with %s', async (_case, answer) => {
    const { browser, resourceServer } = await connected();
    resourceServer.interfere = () => answer;
    const page = await browser.get('/notes');
    expect(page.statusCode).toBe(503);
    expect(page.body).toContain('The API is not available');
    expect(page.body).not.toContain('secret detail');
    resourceServer.interfere = () => undefined;
    expect((await browser.get('/notes')).statusCode).toBe(200);
  });

  it('keeps what was typed when the API is down', async () => {
    const { browser, resourceServer } = await connected();
    resourceServer.interfere = onlyFor('POST', { status: 503, body: {} });
    const page = await browser.submit('/notes', { title: 'Bread', body: 'rye' });
    expect(page.statusCode).toBe(503);
    expect(page.body).toContain('value="Bread"');
    expect(page.body).toContain('rye</textarea>');
  });
});
