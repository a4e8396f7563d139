import { describe, expect, it } from 'vitest';
import { unescapeHtml } from './support/browser.ts';
import { startClient } from './support/client.ts';
import { challenge } from './support/fake-resource-server.ts';

/** A client at a server that takes pushed requests. */
async function start(environment: Record<string, string> = { CLIENT_PAR: 'true' }, metadata: Record<string, unknown> = {}) {
  const client = await startClient(environment);
  const { browser, authorizationServer } = client;
  const { server, issuer } = authorizationServer;
  Object.assign(authorizationServer.metadata, { pushed_authorization_request_endpoint: `${issuer}/par`, ...metadata });
  let count = 0;
  authorizationServer.pushAnswer = () => ({ status: 201, body: { request_uri: `urn:example:${(count += 1)}`, expires_in: 60 } });
  const pushes = () => server.requests.filter(({ url }) => url === '/par');
  /** The address of the last page's button. */
  const link = () => unescapeHtml(/<a class="button" href="([^"]*)"/.exec(browser.answers.at(-1)?.body ?? '')?.[1] ?? '');
  const form = (index = -1) => new URLSearchParams(pushes().at(index)?.body);
  return { ...client, pushes, link, form };
}

describe('a pushed authorization request', () => {
  it('C-REQ-07: is authenticated and holds everything; the browser carries the reference alone', async () => {
    const { browser, link, pushes, form, authorizationServer, resourceServer } = await start();
    await browser.get('/');
    expect(pushes()).toEqual([]);
    const answer = await browser.get(link());
    expect(answer.statusCode).toBe(303);
    const url = new URL(String(answer.headers.location));
    expect(url.origin + url.pathname).toBe(`${authorizationServer.issuer}/authorize`);
    expect(Object.fromEntries(url.searchParams)).toEqual({ client_id: 'sample-client', request_uri: 'urn:example:1' });
    expect(pushes()[0]?.headers.authorization).toMatch(/^Basic /);
    expect(Object.fromEntries(form())).toEqual({
      response_type: 'code',
      client_id: 'sample-client',
      redirect_uri: 'http://localhost:4002/callback',
      scope: 'notes:read notes:write',
      state: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
      resource: resourceServer.resource,
    });
  });

  it('C-REQ-07: leads to access as any other does; its state is in no address of this client', async () => {
    const { browser, link, form, authorizationServer, logs } = await start();
    await browser.get('/');
    const address = link();
    await browser.get(address);
    const state = form().get('state') ?? '';
    expect(address + browser.answers.map(({ headers }) => headers.location).join()).not.toContain(state);
    const answer = await browser.callback({ code: 'c', state, iss: authorizationServer.issuer });
    expect(answer.headers.location).toBe('/notes');
    expect(logs.join()).not.toContain(state);
  });

  it('C-REQ-07: uses each reference once: following the link again pushes again', async () => {
    const { browser, link, pushes } = await start();
    await browser.get('/');
    const address = link();
    const first = await browser.get(address);
    const second = await browser.get(address);
    expect(pushes()).toHaveLength(2);
    expect(first.headers.location).not.toBe(second.headers.location);
  });

  it('C-REQ-07: is made where the server requires it, without being told to', async () => {
    const { browser, link, pushes } = await start({}, { require_pushed_authorization_requests: true });
    await browser.get('/');
    await browser.get(link());
    expect(pushes()).toHaveLength(1);
  });

  it('C-REQ-07: is not made where it is offered and nobody asked for it', async () => {
    const { browser, link } = await start({});
    await browser.get('/');
    expect(link()).toContain('code_challenge');
  });

  it.each([
    ['wants it and the server has none', { CLIENT_PAR: 'true' }, { pushed_authorization_request_endpoint: undefined }],
    [
      'is required to and there is nowhere to',
      {},
      { pushed_authorization_request_endpoint: undefined, require_pushed_authorization_requests: true },
    ],
    ['is to push to an odd address', { CLIENT_PAR: 'true' }, { pushed_authorization_request_endpoint: 'http://10.0.0.1/par' }],
  ])('C-REQ-07: there is no silent fallback when the client %s', async (_case, environment, metadata) => {
    const { browser, authorizationServer } = await start(environment, metadata);
    const page = await browser.get('/');
    expect(page.statusCode).toBe(503);
    expect(page.body).not.toContain(authorizationServer.issuer);
  });

  it.each([
    ['an error page', { status: 500, body: 'x' }],
    ['silence', 'silence' as const],
    ['a reference that is none', { status: 201, body: { request_uri: 'a\nb', expires_in: 60 } }],
    ['one that is too long', { status: 201, body: { request_uri: 'x'.repeat(1_001), expires_in: 60 } }],
    ['no reference', { status: 201, body: { expires_in: 60 } }],
  ])('C-REQ-07: nor when the answer is %s', async (_case, answer) => {
    const { browser, link, authorizationServer } = await start();
    await browser.get('/');
    authorizationServer.pushAnswer = () => answer;
    const page = await browser.get(link());
    expect(page.statusCode).toBe(503);
    expect(page.headers.location).toBeUndefined();
  });

  it('C-REQ-07: a refusal is shown', async () => {
    const { browser, link, authorizationServer } = await start();
    await browser.get('/');
    authorizationServer.pushAnswer = () => ({ status: 400, body: { error: 'invalid_target', error_description: 'no such resource' } });
    expect((await browser.get(link())).headers.location).toBe('/sign-in/refused');
    expect((await browser.follow()).body).toContain('<code>invalid_target</code>: no such resource');
  });

  it('C-REQ-07: of another browser, of none, or of ten minutes ago is not made', async () => {
    const { browser, otherBrowser, link, pushes, clock } = await start();
    await browser.get('/');
    const address = link();
    const other = otherBrowser();
    await other.get('/');
    for (const path of [address, '/connect', '/connect?attempt=', `${address}&attempt=x`])
      expect((await other.get(path)).headers.location).toBe('/');
    clock.advance(601);
    expect((await browser.get(address)).headers.location).toBe('/');
    expect(pushes()).toEqual([]);
  });

  it('C-REQ-09 C-API-04: carries what a challenge asked of the authentication, and the scope of all requests', async () => {
    const { browser, link, form, authorizationServer, resourceServer } = await start();
    await browser.get('/');
    await browser.get(link());
    await browser.callback({ code: 'c', state: form().get('state') ?? '', iss: authorizationServer.issuer });
    await browser.follow();
    resourceServer.interfere = ({ method }) =>
      method === 'POST'
        ? challenge(401, 'error="insufficient_user_authentication", acr_values="urn:strong", max_age="60", scope="notes:share"')
        : undefined;
    await browser.submit('/notes', { title: 'One' });
    await browser.get(link());
    expect(Object.fromEntries(form())).toMatchObject({
      acr_values: 'urn:strong',
      max_age: '60',
      scope: 'notes:read notes:write notes:share',
    });
  });
});
