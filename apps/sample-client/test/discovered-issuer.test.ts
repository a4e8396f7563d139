import { describe, expect, it } from 'vitest';
import { createBrowser } from './support/browser.ts';
import { startClient } from './support/client.ts';
import { startFakeAuthorizationServer } from './support/fake-authorization-server.ts';
import { challenge } from './support/fake-resource-server.ts';

/** A client that asks whichever authorization server its API names: a second one, where it may register itself. */
async function startLedClient(environment: Record<string, string> = {}) {
  const client = await startClient({ DISCOVER_ISSUER: 'true', ...environment });
  const named = await startFakeAuthorizationServer();
  named.metadata.registration_endpoint = `${named.issuer}/register`;
  const registered = { client_id: 'made-there', client_secret: 'secret-made-there', client_secret_expires_at: 0 };
  named.interfere = ({ url }) => (url === '/register' ? { status: 201, body: registered } : undefined);
  const { resourceServer, app } = client;
  const metadata = { resource: resourceServer.resource, authorization_servers: [named.issuer], scopes_supported: ['notes:read'] };
  const browser = createBrowser(app, named.issuer);
  return { ...client, named, metadata, browser };
}

const WELL_KNOWN = '/.well-known/oauth-protected-resource';

describe('a client that is led by its API', () => {
  it('C-DISC-01: goes from the challenge to the metadata that it names, and from there to the authorization server', async () => {
    const { browser, resourceServer, named, metadata, authorizationServer } = await startLedClient();
    const url = `${resourceServer.resource}/somewhere/else`;
    const header = `Basic realm="a, b", BEARER error=invalid_token, Resource_Metadata="${url}", scope="x"`;
    resourceServer.metadataAnswer = { status: 404, body: 'none' };
    resourceServer.interfere = (request) => {
      if (request.url === '/somewhere/else') return { body: metadata };
      return request.headers.authorization ? undefined : { status: 401, headers: { 'www-authenticate': header }, body: {} };
    };
    expect((await browser.connect()).headers.location).toBe('/notes');
    expect((await browser.follow()).statusCode).toBe(200);
    const [first, second, ...rest] = resourceServer.server.requests;
    expect([first?.url, first?.headers.authorization, second?.url]).toEqual(['/notes', undefined, '/somewhere/else']);
    expect(rest.map((request) => request.url)).not.toContain(WELL_KNOWN);
    expect(named.tokenForms()).toHaveLength(1);
    expect(authorizationServer.server.requests).toEqual([]);
  });

  it.each([
    ['a challenge without the address', { status: 401, headers: { 'www-authenticate': 'Bearer' }, body: {} }],
    ['no challenge', { status: 401, body: {} }],
    ['garbage for a challenge', { status: 401, headers: { 'www-authenticate': '=,"\\,,Bearer Bearer=, ' }, body: {} }],
  ])('C-DISC-01: looks at the well-known address after %s', async (_case, answer) => {
    const { browser, resourceServer, named, metadata } = await startLedClient();
    resourceServer.metadataAnswer = { body: metadata };
    resourceServer.interfere = () => answer;
    await browser.get('/');
    expect(browser.authorizationUrl().origin).toBe(named.issuer);
    expect(resourceServer.server.requests.map(({ url }) => url)).toEqual(['/notes', WELL_KNOWN]);
  });

  it('C-DISC-06: takes the server that it has credentials for, where the API names several', async () => {
    const { browser, resourceServer, named, metadata, authorizationServer } = await startLedClient();
    resourceServer.metadataAnswer = { body: { ...metadata, authorization_servers: [named.issuer, authorizationServer.issuer] } };
    await browser.get('/');
    const url = browser.authorizationUrl();
    expect([url.origin, url.searchParams.get('client_id')]).toEqual([authorizationServer.issuer, 'sample-client']);
    expect(named.server.requests).toEqual([]);
  });

  const nowhere: [string, (metadata: object, issuer: string) => object][] = [
    ['nobody', (metadata) => ({ ...metadata, authorization_servers: [] })],
    ['no list at all', (metadata) => ({ ...metadata, authorization_servers: undefined })],
    ['a script', (metadata) => ({ ...metadata, authorization_servers: ['javascript:alert(1)'] })],
    ['a file', (metadata) => ({ ...metadata, authorization_servers: ['file:///etc/passwd'] })],
    ['an address in the clear', (metadata) => ({ ...metadata, authorization_servers: ['http://as.example'] })],
    ['a machine inside', (metadata) => ({ ...metadata, authorization_servers: ['https://169.254.169.254'] })],
    ['an address with a query', (metadata, issuer) => ({ ...metadata, authorization_servers: [`${issuer}?tenant=1`] })],
    ['an address with a fragment', (metadata, issuer) => ({ ...metadata, authorization_servers: [`${issuer}#x`] })],
    ['text', (metadata) => ({ ...metadata, authorization_servers: ['not an address'] })],
  ];

  it.each(nowhere)('C-DISC-10 SEC-60: stops where the API names %s', async (_case, change) => {
    const { browser, resourceServer, named, metadata } = await startLedClient();
    resourceServer.metadataAnswer = { body: change(metadata, named.issuer) };
    const page = await browser.get('/');
    expect(page.statusCode).toBe(503);
    expect(page.body).not.toMatch(/javascript:|passwd|169\.254|code_challenge/);
    expect(named.server.requests).toEqual([]);
  });

  it.each(['https://169.254.169.254/latest', 'file:///etc/passwd', 'http://10.0.0.1/', 'javascript:alert(1)', 'not an address'])(
    'C-DISC-10 SEC-60: a challenge that names %s is not followed',
    async (url) => {
      const { browser, resourceServer } = await startLedClient();
      resourceServer.interfere = () => challenge(401, `resource_metadata="${url}"`);
      const page = await browser.get('/');
      expect(page.statusCode).toBe(503);
      expect(page.body).not.toContain(url);
    },
  );

  it('C-DISC-02: stops where the named metadata is of another resource', async () => {
    const { browser, resourceServer, named, metadata } = await startLedClient();
    resourceServer.metadataAnswer = { body: { ...metadata, resource: `${resourceServer.resource}/other` } };
    expect((await browser.get('/')).statusCode).toBe(503);
    expect(named.server.requests).toEqual([]);
  });

  it('C-DISC-08: when the API names another server, neither tokens nor credentials of the former are used again', async () => {
    const { browser, resourceServer, named, metadata, authorizationServer, clock } = await startLedClient();
    resourceServer.metadataAnswer = { body: metadata };
    await browser.connect();
    expect((await browser.follow()).body).toContain(named.issuer);

    const next = await startFakeAuthorizationServer();
    next.metadata.registration_endpoint = `${next.issuer}/register`;
    const registered = { client_id: 'made-at-next', client_secret: 'secret-made-at-next', client_secret_expires_at: 0 };
    next.interfere = ({ url }) => (url === '/register' ? { status: 201, body: registered } : undefined);
    resourceServer.metadataAnswer = { body: { ...metadata, authorization_servers: [next.issuer] } };
    clock.advance(61);
    const [before, asked] = [resourceServer.calls().length, named.server.requests.length];
    expect((await browser.get('/notes')).headers.location).toBe('/');
    await browser.get('/');
    const url = browser.authorizationUrl();
    expect([url.origin, url.searchParams.get('client_id')]).toEqual([next.issuer, 'made-at-next']);
    await browser.callback({ code: 'c', state: url.searchParams.get('state') ?? '', iss: next.issuer });
    await browser.follow();

    // The API was asked who its server is, without a token, and then with the new token alone.
    const calls = resourceServer.calls().slice(before);
    expect(calls.map(({ headers }) => headers.authorization !== undefined)).toEqual([false, true]);
    expect(named.server.requests).toHaveLength(asked);
    expect(JSON.stringify(next.server.requests)).not.toMatch(/secret-made-there|made-there"|sample-client/);
    expect(authorizationServer.server.requests).toEqual([]);
  });

  it('C-DISC-08: an answer to what was asked of the former server is not taken', async () => {
    const { browser, resourceServer, named, metadata, clock } = await startLedClient();
    resourceServer.metadataAnswer = { body: metadata };
    await browser.get('/');
    const state = browser.authorizationUrl().searchParams.get('state') ?? '';
    const next = await startFakeAuthorizationServer();
    resourceServer.metadataAnswer = { body: { ...metadata, authorization_servers: [next.issuer] } };
    clock.advance(61);
    for (const iss of [named.issuer, next.issuer])
      expect((await browser.callback({ code: 'c', state, iss })).headers.location).toBe('/sign-in/unknown');
    expect([...named.tokenForms(), ...next.tokenForms()]).toEqual([]);
  });
});

describe('a client that was told its authorization server', () => {
  it('C-DISC-01: reads the API’s metadata anew from where a challenge says', async () => {
    const { browser, resourceServer, authorizationServer } = await startClient();
    await browser.connect();
    await browser.follow();
    const { metadataAnswer } = resourceServer;
    resourceServer.interfere = ({ url }) =>
      url === '/new-place' ? metadataAnswer : challenge(401, `resource_metadata="${resourceServer.resource}/new-place"`);
    const answer = await browser.get('/notes');
    expect(new URL(String(answer.headers.location)).origin).toBe(authorizationServer.issuer);
    expect(resourceServer.server.requests.at(-1)?.url).toBe('/new-place');
  });

  it('C-DISC-08: and stops when that names other servers, then recovers', async () => {
    const { browser, resourceServer } = await startClient();
    await browser.connect();
    await browser.follow();
    const other = { resource: resourceServer.resource, authorization_servers: ['https://evil.example'] };
    resourceServer.interfere = ({ url }) =>
      url === '/new-place' ? { body: other } : challenge(401, `resource_metadata="${resourceServer.resource}/new-place"`);
    const page = await browser.get('/notes');
    expect(page.statusCode).toBe(503);
    expect(page.body).not.toContain('evil.example');
    resourceServer.interfere = () => undefined;
    expect((await browser.get('/')).statusCode).toBe(200);
  });
});
