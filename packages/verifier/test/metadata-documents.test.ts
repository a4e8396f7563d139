import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { readMetadata } from '../src/authorization-server/metadata.ts';
import { createHttp } from '../src/http.ts';
import { createRecorder } from '../src/recorder.ts';

let stop: (() => Promise<unknown>) | undefined;
afterEach(async () => stop?.());

type Place = 'oauth-authorization-server' | 'openid-configuration';

/** What is read of a server that answers these bodies, with 200, and nothing elsewhere. */
async function read(bodies: Partial<Record<Place, string>>) {
  const server = createServer((request, response) => {
    const body = bodies[request.url?.split('/').at(-1) as Place];
    if (body === 'closes') return void request.socket.destroy();
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stop = async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  };
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return readMetadata(createHttp({ recorder: createRecorder() }), issuer);
}

const oauth = JSON.stringify({ issuer: 'http://a.example', token_endpoint: 'http://a.example/token' });
const openid = JSON.stringify({
  issuer: 'http://a.example',
  token_endpoint: 'http://b.example/token',
  userinfo_endpoint: 'http://a.example/me',
});

describe('metadata of an authorization server', () => {
  it('is what both documents say together, the one of OAuth first', async () => {
    expect(await read({ 'oauth-authorization-server': oauth, 'openid-configuration': openid })).toMatchObject({
      token_endpoint: 'http://a.example/token',
      userinfo_endpoint: 'http://a.example/me',
    });
  });

  it.each([
    ['a page', '<!doctype html><title>Welcome</title>'],
    ['a list', '[]'],
    ['a connection that ends', 'closes'],
  ])('is what one of them says where there is %s in the other’s place', async (_case, body) => {
    expect(await read({ 'oauth-authorization-server': oauth, 'openid-configuration': body })).toMatchObject({ issuer: 'http://a.example' });
    await stop?.();
    expect(await read({ 'oauth-authorization-server': body, 'openid-configuration': openid })).toMatchObject({
      issuer: 'http://a.example',
    });
  });

  it('is missing where neither is there, and what is there instead is said', async () => {
    await expect(read({ 'oauth-authorization-server': '<p>Welcome' })).rejects.toMatchObject({
      verdict: 'not tried',
      message: expect.stringMatching(/no JSON object.*answered 404/),
    });
  });
});
