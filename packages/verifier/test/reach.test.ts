import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { verifyAuthorizationServer } from '../src/authorization-server/verify.ts';
import { createReach } from '../src/reach.ts';

const PASSWORD = 'the password of alice';
const SECRET = 'the secret of the client';
const closing: (() => void)[] = [];
afterEach(() => closing.splice(0).forEach((close) => close()));

/** A server that tells what it was asked. @param host a name of this machine */
async function listen(host: string, answer: (url: URL) => { status?: number; headers?: Record<string, string>; body: string }) {
  const heard: string[] = [];
  const server = createServer(async (request, response) => {
    heard.push(`${request.method} ${request.url} ${request.headers.authorization ?? ''} ${await text(request)}`);
    const { status = 200, headers = {}, body } = answer(new URL(request.url ?? '/', 'http://here'));
    response.writeHead(status, headers).end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { heard, address: `http://${host}:${(server.address() as AddressInfo).port}` };
}

/** An issuer whose answers lead to somebody else. */
async function hostile(answer: (url: URL, own: string) => { status?: number; headers?: Record<string, string>; body: string } | undefined) {
  let own = '';
  const server = await listen('localhost', (url) => {
    const led = answer(url, own);
    if (led !== undefined) return led;
    if (!url.pathname.startsWith('/.well-known/')) return { status: 404, body: '' };
    const metadata = {
      issuer: own,
      authorization_endpoint: `${own}/authorize`,
      token_endpoint: `${own}/token`,
      registration_endpoint: `${own}/register`,
      response_types_supported: ['code'],
    };
    return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(metadata) };
  });
  own = server.address;
  return server;
}

const verify = (issuer: string, clients = true, origins?: string[]) =>
  verifyAuthorizationServer({
    issuer,
    user: { username: 'alice', password: PASSWORD },
    only: ['AS-CODE-01', 'AS-MGMT-01'],
    ...(origins && { origins }),
    ...(clients && {
      clients: {
        web: {
          client_id: 'web',
          client_secret: SECRET,
          token_endpoint_auth_method: 'client_secret_basic',
          redirect_uris: ['https://client.example/callback'],
        },
      },
    }),
  });

const form = (action: string) => ({
  headers: { 'content-type': 'text/html' },
  body: `<form method="post" action="${action}"><input name="username"><input type="password" name="password"><button>Log in</button></form>`,
});

// Nobody whom the issuer's metadata or the user has named, although it is the same machine.
describe('a server that wants the verifier to talk to somebody else', () => {
  it.each([
    ['a form', (elsewhere: string) => form(`${elsewhere}/login`)],
    ['a redirect to a form', (elsewhere: string) => ({ status: 303, headers: { location: `${elsewhere}/login` }, body: '' })],
  ])('by %s: nothing is sent there, and the report says so', async (_what, leading) => {
    const elsewhere = await listen('127.0.0.1', () => form('/login'));
    const issuer = await hostile(({ pathname }) => (pathname === '/authorize' ? leading(elsewhere.address) : undefined));
    const report = await verify(issuer.address);
    expect(report.results[0]).toMatchObject({ id: 'AS-CODE-01', verdict: 'not tried' });
    expect(report.results[0]?.because).toContain(`it leads to ${elsewhere.address}`);
    expect(elsewhere.heard).toEqual([]);
  });

  it('lets it where the origin was named', async () => {
    const elsewhere = await listen('127.0.0.1', () => form('/login'));
    const issuer = await hostile(({ pathname }) => (pathname === '/authorize' ? form(`${elsewhere.address}/login`) : undefined));
    await verify(issuer.address, true, [elsewhere.address]);
    expect(elsewhere.heard[0]).toContain(new URLSearchParams({ password: PASSWORD }).toString());
  });

  it('by the address where a client manages itself: nothing is sent there, at the end of the run neither', async () => {
    const elsewhere = await listen('127.0.0.1', () => ({ body: '{}' }));
    const issuer = await hostile(({ pathname }) =>
      pathname !== '/register'
        ? undefined
        : {
            status: 201,
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({
              client_id: 'new',
              registration_client_uri: `${elsewhere.address}/new`,
              registration_access_token: 'management',
            }),
          },
    );
    const report = await verify(issuer.address, false);
    expect(elsewhere.heard).toEqual([]);
    expect(report.results.find(({ id }) => id === 'AS-MGMT-01')?.because).toContain(`it leads to ${elsewhere.address}`);
    expect(report.left).toEqual(['new']);
  });
});

describe('what metadata may announce', () => {
  it.each([
    ['https://issuer.example', 'https://oauth2.example/token', true],
    ['https://issuer.example', 'https://issuer.example:8443/token', true],
    ['https://issuer.example', 'http://issuer.example/token', false],
    ['https://issuer.example', 'http://oauth2.example/token', false],
    ['https://issuer.example', 'http://localhost:8080/token', false],
    ['https://issuer.example', 'https://localhost/token', false],
    ['https://issuer.example', 'http://169.254.169.254/latest', false],
    ['https://issuer.example', 'https://10.0.0.1/token', false],
    ['https://issuer.example', 'https://[fd00::1]/token', false],
    ['https://issuer.example', 'https://router.lan/token', false],
    ['https://issuer.example', 'https://intranet/token', false],
    ['https://issuer.example', 'file:///etc/passwd', false],
    ['http://localhost:9000', 'http://127.0.0.1:9001/token', true],
    ['https://sso.corp', 'https://sso.corp/token', true],
  ])('of %s: %s is in reach: %s', (issuer, address, inReach) => {
    const reach = createReach();
    reach.allow([issuer]);
    reach.announce(issuer, [address]);
    expect(reach.includes(address)).toBe(inReach);
  });
});
