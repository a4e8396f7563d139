import { describe, expect, it } from 'vitest';
import { discoverAuthorizationServer } from '../src/discovery/authorization-server.ts';
import { startClient } from './support/client.ts';

type Client = Awaited<ReturnType<typeof startClient>>;

describe('discovery', () => {
  const unusable: [string, (client: Client) => void][] = [
    ['C-DISC-04: of another issuer', ({ authorizationServer }) => void (authorizationServer.metadata.issuer = 'https://evil.example')],
    ['C-DISC-04: of an issuer with one slash more', ({ authorizationServer }) => void (authorizationServer.metadata.issuer += '/')],
    ['without PKCE', ({ authorizationServer }) => void delete authorizationServer.metadata.code_challenge_methods_supported],
    ['with plain PKCE only', ({ authorizationServer }) => void (authorizationServer.metadata.code_challenge_methods_supported = ['plain'])],
    ['without authorization endpoint', ({ authorizationServer }) => void delete authorizationServer.metadata.authorization_endpoint],
    ['without token endpoint', ({ authorizationServer }) => void delete authorizationServer.metadata.token_endpoint],
    [
      'with a script for an authorization endpoint',
      ({ authorizationServer }) => void (authorizationServer.metadata.authorization_endpoint = 'javascript:alert(1)'),
    ],
    [
      'with an authorization endpoint in the clear on another machine',
      ({ authorizationServer }) => void (authorizationServer.metadata.authorization_endpoint = 'http://as.example/authorize'),
    ],
    [
      'C-TOK-01: with a token endpoint in the clear on another machine',
      ({ authorizationServer }) => void (authorizationServer.metadata.token_endpoint = 'http://as.example/token'),
    ],
  ];

  it.each(unusable)('stops at metadata %s: no link, 503', async (_case, spoil) => {
    const client = await startClient();
    spoil(client);
    const page = await client.browser.get('/');
    expect(page.statusCode).toBe(503);
    expect(page.body).toContain('The authorization server is not available');
    expect(page.body).not.toMatch(/evil\.example|as\.example|javascript:|code_challenge/);
  });

  it.each(['authorization_endpoint', 'token_endpoint'])(
    'SEC-60: stops at metadata of an issuer on https whose %s is in the clear, on this machine too',
    async (name) => {
      const issuer = 'https://as.example';
      const metadata = {
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        code_challenge_methods_supported: ['S256'],
      };
      const discover = (changes: Record<string, string>) =>
        discoverAuthorizationServer(issuer, async () => Response.json({ ...metadata, ...changes }));
      await expect(discover({})).resolves.toMatchObject(metadata);
      await expect(discover({ [name]: 'http://127.0.0.1:6379/' })).rejects.toThrow(`the metadata has no usable ${name}`);
    },
  );

  it.each([
    ['C-DISC-02: of another resource', (resource: string) => ({ resource: `${resource}/other` })],
    ['C-DISC-02: of a resource with one slash more', (resource: string) => ({ resource: `${resource}/` })],
    ['that names other authorization servers', (resource: string) => ({ resource, authorization_servers: ['https://other.example'] })],
  ])('stops at API metadata %s', async (_case, body) => {
    const { browser, resourceServer } = await startClient();
    resourceServer.metadataAnswer = { body: body(resourceServer.resource) };
    const page = await browser.get('/');
    expect(page.statusCode).toBe(503);
    expect(page.body).toContain('The API is not available');
  });

  it.each(['authorizationServer', 'resourceServer'] as const)(
    'shows a friendly page when the %s is down, and recovers with it',
    async (peer) => {
      const client = await startClient();
      await client[peer].server.stop();
      const page = await client.browser.get('/');
      expect(page.statusCode).toBe(503);
      expect(page.body).toMatch(/is not available/);
      expect(page.body).not.toMatch(/ECONNREFUSED|fetch failed|at .*\.ts/);
    },
  );

  it('gives up on a peer that never answers', async () => {
    const { browser, resourceServer } = await startClient();
    resourceServer.metadataAnswer = 'silence';
    expect((await browser.get('/')).statusCode).toBe(503);
  });

  it('gives up on a peer that answers without end', async () => {
    const { browser, authorizationServer } = await startClient();
    authorizationServer.metadata.padding = 'x'.repeat(300 * 1024);
    expect((await browser.get('/')).statusCode).toBe(503);
  });

  it('does not follow a redirect of the metadata', async () => {
    const { browser, resourceServer } = await startClient();
    resourceServer.metadataAnswer = { status: 302, headers: { location: '/elsewhere' } };
    expect((await browser.get('/')).statusCode).toBe(503);
    expect(resourceServer.calls()).toEqual([]);
  });

  it('asks once for many visitors, again after a minute, and again at once after a failure', async () => {
    const { clock, authorizationServer, resourceServer, otherBrowser } = await startClient();
    const visit = async () => (await otherBrowser().get('/')).statusCode;
    await Promise.all([visit(), visit(), visit()]);
    expect(authorizationServer.server.requests).toHaveLength(1);
    clock.advance(61);
    await visit();
    expect(authorizationServer.server.requests).toHaveLength(2);
    clock.advance(61);
    const { metadataAnswer } = resourceServer;
    resourceServer.metadataAnswer = { status: 500, body: 'no' };
    expect(await visit()).toBe(503);
    resourceServer.metadataAnswer = metadataAnswer;
    expect(await visit()).toBe(200);
  });

  it('keeps nothing for longer because the clock was set back', async () => {
    const { browser, clock, authorizationServer } = await startClient();
    await browser.get('/');
    clock.advance(-3_600);
    authorizationServer.metadata.code_challenge_methods_supported = ['plain'];
    expect((await browser.get('/')).statusCode).toBe(503);
  });
});
