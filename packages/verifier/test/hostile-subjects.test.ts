import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { verifyAuthorizationServer } from '../src/authorization-server/verify.ts';
import { Finding } from '../src/finding.ts';
import type { Report } from '../src/report.ts';
import { verifyResourceServer } from '../src/resource-server/verify.ts';

/** What it answers to everything but, where there is any, its metadata. */
const behaviours: Record<string, (response: ServerResponse, own: string) => unknown> = {
  'refuses everything': (response) => response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":"invalid_request"}'),
  'answers 200 and an empty object': (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'),
  'answers the same page': (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Welcome</h1>'),
  'redirects in circles': (response, own) => response.writeHead(302, { location: `${own}/round` }).end(),
  'sends ten megabytes': (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('x'.repeat(10_000_000)),
  'closes the connection': (response) => response.destroy(),
  'never answers': () => undefined,
};

let close = (): void => undefined;
afterEach(() => close());

async function listen(behave: (response: ServerResponse, own: string) => unknown, metadata: boolean): Promise<string> {
  let own = '';
  const server = createServer((request, response) => {
    request.resume();
    if (!metadata || !request.url?.startsWith('/.well-known/')) return behave(response, own);
    if (request.url.includes('openid')) return response.writeHead(404).end();
    const endpoints = Object.fromEntries(
      ['authorization', 'token', 'revocation', 'introspection'].map((name) => [`${name}_endpoint`, `${own}/${name}`]),
    );
    return response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ issuer: own, ...endpoints, response_types_supported: ['code'], jwks_uri: `${own}/jwks` }));
  }).listen(0, 'localhost');
  await once(server, 'listening');
  close = () => {
    server.closeAllConnections();
    server.close();
  };
  own = `http://localhost:${(server.address() as AddressInfo).port}`;
  return own;
}

const client = {
  client_id: 'known',
  client_secret: 'the secret of a client',
  token_endpoint_auth_method: 'client_secret_basic' as const,
  redirect_uris: ['https://client.example/callback'],
};
/** Milliseconds to wait for an answer: short where none comes, long enough for a busy machine where one does. */
const patienceWith = (behaviour: string): number => (behaviour === 'never answers' ? 100 : 5_000);
const passed = ({ results }: Report): string[] => results.filter(({ verdict }) => verdict === 'passed').map(({ id }) => id);
const broken = ({ results }: Report): string[] => results.flatMap(({ because }) => (because?.includes('check itself') ? [because] : []));
/** No report: nothing could be verified then, and the finding says why. */
function ofNothing(error: unknown): undefined {
  if (!(error instanceof Finding)) throw error;
}

describe('an authorization server that has nothing but metadata', () => {
  it.each(Object.keys(behaviours))('%s: no grant, token or refusal passes, and it ends', { timeout: 60_000 }, async (name) => {
    const issuer = await listen(behaviours[name] ?? (() => undefined), true);
    const report = await verifyAuthorizationServer({
      ...{ issuer, timeout: patienceWith(name), user: { username: 'alice', password: 'wonderland' } },
      clients: { web: client, other: { ...client, client_id: 'other' }, service: client, resourceServer: client },
      only: ['AS-AUTHZ', 'AS-CODE', 'AS-TOKEN', 'AS-CAUTH', 'AS-RT', 'AS-CC', 'AS-INTRO', 'AS-REV'],
    }).catch(ofNothing);
    expect(report && broken(report)).toEqual(report && []);
    expect(report && passed(report)).toEqual(report && []);
  });
});

describe('a resource server', () => {
  it.each(Object.keys(behaviours))('that %s: nothing passes that takes a token, and it ends', { timeout: 60_000 }, async (name) => {
    const resource = await listen(behaviours[name] ?? (() => undefined), false);
    const report = await verifyResourceServer({
      ...{ resource, playIssuer: 'http://localhost:0', timeout: patienceWith(name), patience: 100 },
      only: ['RS-JWT', 'RS-INT', 'RS-DPOP'],
    }).catch(ofNothing);
    expect(report && broken(report)).toEqual(report && []);
    expect(report && passed(report)).toEqual(report && []);
  });
});
