import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser } from './support/browser.ts';
import { authorize, authorizeUrl, expectPage } from './support/flow.ts';
import { startTestServer, type TestServer } from './support/test-server.ts';

const REGISTERED = 'https://client.example/callback';

describe('redirect URI', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
    await server.register({ id: 'exact', redirectUris: [REGISTERED] });
    await server.register({ id: 'with-query', redirectUris: ['https://client.example/callback?foo=bar'] });
    await server.register({ id: 'localhost-any-port', redirectUris: ['http://localhost/callback'], tokenEndpointAuthMethod: 'none' });
    await server.register({
      id: 'native',
      redirectUris: ['com.example.app:/callback'],
      tokenEndpointAuthMethod: 'none',
      applicationType: 'native',
    });
    await server.register({
      id: 'unsafe',
      redirectUris: [
        'javascript:alert(1)',
        'data:text/html,x',
        'file:///etc/passwd',
        'http://client.example/callback',
        'https://client.example/#x',
      ],
    });
  });
  afterAll(() => server.close());

  const request = (client_id: string, redirect_uri: string) => openBrowser(server.app).get(authorizeUrl({ client_id, redirect_uri }));

  it.each([
    ['trailing slash', `${REGISTERED}/`],
    ['path in another case', 'https://client.example/Callback'],
    ['host in another case', 'https://CLIENT.example/callback'],
    ['scheme in another case', 'HTTPS://client.example/callback'],
    ['another scheme', 'http://client.example/callback'],
    ['added query', `${REGISTERED}?x=1`],
    ['empty query', `${REGISTERED}?`],
    ['added port', 'https://client.example:443/callback'],
    ['another port', 'https://client.example:8443/callback'],
    ['user information', 'https://client.example@evil.example/callback'],
    ['user information before the right host', 'https://evil@client.example/callback'],
    ['fragment', `${REGISTERED}#x`],
    ['percent-encoded', 'https://client.example/%63allback'],
    ['sub-path', `${REGISTERED}/more`],
    ['dot segments', 'https://client.example/x/../callback'],
    ['look-alike host', 'https://client.example.evil.example/callback'],
    ['IDN look-alike', 'https://сlient.example/callback'],
    ['backslash', 'https://client.example\\callback'],
    ['backslash before another host', 'https://evil.example\\@client.example/callback'],
    ['no scheme', '//client.example/callback'],
    ['white space', ` ${REGISTERED}`],
    ['line break', `${REGISTERED}\r\nX: y`],
  ])('AS-AUTHZ-03 SEC-08: %s gets a page and no redirect', async (_case, redirectUri) => {
    expectPage(await request('exact', redirectUri));
  });

  it('AS-AUTHZ-07: a registered query is kept', async () => {
    const response = await authorize(server, { client_id: 'with-query', redirect_uri: 'https://client.example/callback?foo=bar' });
    expect(response.location).toMatch(/^https:\/\/client\.example\/callback\?foo=bar&code=/);
  });

  it.each(['http://127.0.0.1:51004/callback', 'http://[::1]:61023/callback', 'http://127.0.0.1/callback'])(
    'AS-AUTHZ-04 SEC-09: a loopback address may have any port: %s',
    async (redirect_uri) => {
      const response = await authorize(server, { client_id: 'sample-cli', redirect_uri });
      expect(response.location?.startsWith(`${redirect_uri}?code=`)).toBe(true);
    },
  );

  it.each([
    'http://127.0.0.1:51004/callback/',
    'http://127.0.0.1:51004/other',
    'http://127.0.0.1:51004/callback?x=1',
    'http://127.0.0.2:51004/callback',
    'http://127.0.0.1:0/callback',
    'http://127.0.0.1:70000/callback',
    'http://127.0.0.1:/callback',
    'http://127.0.0.1:80@evil.example/callback',
    'http://127.0.0.1:51004.evil.example/callback',
    'https://127.0.0.1:51004/callback',
    'http://localhost:51004/callback',
    'http://localhost/callback',
  ])('AS-AUTHZ-04 AS-AUTHZ-05 SEC-09: nothing but the port may vary: %s gets a page', async (redirect_uri) => {
    expectPage(await request('sample-cli', redirect_uri));
  });

  it('AS-AUTHZ-05: localhost without a port may have any port, but is not 127.0.0.1', async () => {
    expect((await request('localhost-any-port', 'http://localhost:50000/callback')).location).toMatch(/^\/login/);
    expectPage(await request('localhost-any-port', 'http://127.0.0.1:50000/callback'));
  });

  it('AS-AUTHZ-03: a loopback address that is registered with a port has that port only', async () => {
    expectPage(await request('sample-client', 'http://localhost:4003/callback'));
  });

  it('a private-use scheme that is a reversed domain name is served', async () => {
    const response = await authorize(server, { client_id: 'native', redirect_uri: 'com.example.app:/callback' });
    expect(response.location).toMatch(/^com\.example\.app:\/callback\?code=/);
  });

  it.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'http://client.example/callback',
    'https://client.example/#x',
    'https://client.example/ü',
  ])('AS-AUTHZ-28 SEC-10: %s is never redirected to, even when it is registered', async (redirectUri) => {
    expectPage(await request('unsafe', redirectUri));
  });
});
