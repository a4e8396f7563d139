import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { resourceGuard } from '../src/fastify-plugin.ts';
import { connectGuard } from '../src/connect.ts';
import { createGuard } from '../src/guard.ts';
import { type GuardedApi, INTROSPECTION, RESOURCE, startGuardedApi } from './support/guarded-api.ts';

let api: GuardedApi;
beforeAll(async () => {
  api = await startGuardedApi();
});
afterAll(() => api.close());

it('RS-PRM-01 RS-PRM-02 RS-PRM-06: the metadata of the resource is at its address, for everybody', async () => {
  const response = await api.get('/.well-known/oauth-protected-resource/v1');
  expect(response.statusCode).toBe(200);
  expect(response.headers['content-type']).toContain('application/json');
  expect(response.json()).toEqual({
    resource: RESOURCE,
    authorization_servers: [api.authorizationServer.issuer],
    scopes_supported: ['read', 'write'],
    bearer_methods_supported: ['header'],
    resource_name: 'An API',
    dpop_signing_alg_values_supported: ['ES256', 'EdDSA', 'Ed25519'],
    dpop_bound_access_tokens_required: false,
  });
  expect((await api.get('/.well-known/oauth-protected-resource')).statusCode).toBe(404);
});

it('guards the routes that ask for it, and no others', async () => {
  expect((await api.get('/open')).statusCode).toBe(200);
  expect((await api.get('/read')).statusCode).toBe(401);
});

it('RS-TOK-11: what is answered to the bearer of a token is kept by nobody', async () => {
  const good = await api.get('/read', await api.authorizationServer.token({ claims: { scope: 'read' } }));
  expect([good.statusCode, good.headers['cache-control']]).toEqual([200, 'no-store']);
  expect((await api.get('/read')).headers['cache-control']).toBe('no-store');
  expect((await api.get('/read')).body).not.toContain('alice');
});

it('guards an API of any other framework, or of none', async () => {
  const log = { info: () => {}, error: () => {} };
  const { issuer } = api.authorizationServer;
  const guard = createGuard({ issuer, resource: RESOURCE, name: 'Plain', realm: 'plain', scopes: ['read'], clock: api.clock, log });
  const needs = { scopes: ['read'] };
  const server = createServer(async (request, response) => {
    try {
      const { subject } = await guard.authorize(request, needs);
      response.end(subject);
    } catch (error) {
      const refusal = guard.refusal(error, needs);
      response.writeHead(refusal?.status ?? 500, refusal?.headers).end(JSON.stringify(refusal?.body));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const call = (token: string) => fetch(url, { headers: { authorization: `Bearer ${token}` } });
  const token = (scope: string) => api.authorizationServer.token({ claims: { scope } });
  expect(await (await call(await token('read'))).text()).toBe('alice');
  const refused = await call(await token('write'));
  expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([403, expect.stringContaining('Bearer realm="plain"')]);
  expect((await call('nonsense')).status).toBe(401);
  expect(guard.refusal(new Error('of somebody else'), needs)).toBeUndefined();
  server.close();
});

it('is not registered below a prefix, where nobody would find the metadata', async () => {
  const { issuer } = api.authorizationServer;
  const app = Fastify();
  const register = app.register(
    async (below) => {
      await below.register(resourceGuard, { issuer, resource: RESOURCE, name: 'An API', realm: 'api', scopes: ['read'] });
    },
    { prefix: '/v1' },
  );
  await expect(Promise.resolve(register).then(() => app.ready())).rejects.toThrow('no prefix');
});

it('tells the log what went wrong, and nothing that anybody said', async () => {
  const { issuer } = api.authorizationServer;
  const lines: string[] = [];
  const write = (details: object, message: string) => void lines.push(JSON.stringify(details) + message);
  const guard = createGuard({
    issuer,
    resource: RESOURCE,
    name: 'An API',
    realm: 'api',
    scopes: ['read'],
    introspection: { ...INTROSPECTION, signed: true },
    clock: api.clock,
    log: { info: write, error: write },
  });
  const now = Math.floor(api.clock.now() / 1000);
  const secret = { active: true, email: 'alice@private.example' };
  const misdirected = { iss: issuer, aud: 'another', iat: now, token_introspection: secret };
  for (const said of [await api.authorizationServer.sign(misdirected, 'token-introspection+jwt'), JSON.stringify(secret).slice(0, -1)]) {
    api.introspection.answers.set('opaque-secret', said);
    const request = { rawHeaders: ['Authorization', 'Bearer opaque-secret'], url: '/' };
    await expect(guard.authorize(request, { scopes: [] })).rejects.toThrow();
    api.clock.advance(5);
  }
  // Of a parser's error not even the message: it quotes what it could not read.
  const unreadable = ['not-json-but-private', '{"typ":"at+jwt"}', 'x'].map((part) => Buffer.from(part).toString('base64url')).join('.');
  const refused = await connectGuardCall(unreadable, write);
  expect(refused).toBe(401);
  expect(lines.join()).toContain('it is not JSON');
  expect(lines).not.toHaveLength(0);
  for (const word of ['alice@private.example', 'opaque-secret', INTROSPECTION.clientSecret, 'not-json'])
    expect(lines.join()).not.toContain(word);
});

/** Presents a token to a guard of Express's kind, and answers with what status it is refused. */
async function connectGuardCall(token: string, write: (details: object, message: string) => void): Promise<number> {
  const { issuer } = api.authorizationServer;
  const log = { info: write, error: write };
  const guard = connectGuard({ issuer, resource: RESOURCE, name: 'An API', realm: 'api', scopes: ['read'], clock: api.clock, log });
  const server = createServer((request, response) => void guard.requireScopes('read')(request, response, () => response.end()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const { status } = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  server.close();
  return status;
}

it('leaves a request alone that somebody else has answered meanwhile, and does not end the process', async () => {
  const { issuer } = api.authorizationServer;
  const log = { info: () => {}, error: () => {} };
  const guard = connectGuard({ issuer, resource: RESOURCE, name: 'An API', realm: 'api', scopes: ['read'], clock: api.clock, log });
  const steps: Promise<void>[] = [];
  const next = vi.fn();
  const server = createServer((request, response) => {
    steps.push(guard.requireScopes('read')(request, response, next));
    response.writeHead(503).end('too late');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  expect((await fetch(url, { headers: { authorization: 'Bearer made-up' } })).status).toBe(503);
  await Promise.all(steps);
  expect(next).not.toHaveBeenCalled();
  server.close();
});

it.each([
  ['a window of proofs that is no number', { windowSeconds: Number.NaN }],
  ['a base of proofs without a scheme', { base: 'api.example:443/v1' }],
  ['a base of proofs with a query', { base: 'https://api.example/v1?x' }],
])('is not made with %s', (_case, dpop) => {
  const log = { info: () => {}, error: () => {} };
  expect(() => createGuard({ issuer: 'i', resource: RESOURCE, name: 'n', realm: 'r', scopes: [], dpop, log })).toThrow('of proofs');
});

it('RS-STEP-01: with an age that is no number every login is too old, and not none', async () => {
  const log = { info: () => {}, error: () => {} };
  const { issuer } = api.authorizationServer;
  const guard = createGuard({ issuer, resource: RESOURCE, name: 'n', realm: 'r', scopes: [], clock: api.clock, log });
  const token = await api.authorizationServer.token({ claims: { auth_time: Math.floor(api.clock.now() / 1000) } });
  const request = { rawHeaders: ['Authorization', `Bearer ${token}`], url: '/' };
  await expect(guard.authorize(request, { scopes: [], maxAge: Number.NaN })).rejects.toThrow('log in again');
});

it('takes a signature in its one spelling only', async () => {
  const token = await api.authorizationServer.token({ claims: { scope: 'read' } });
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const last = alphabet.indexOf(token.at(-1) ?? '');
  const respelt = token.slice(0, -1) + alphabet[last ^ 1];
  const bytesOf = (text: string) => Buffer.from(text.split('.')[2] ?? '', 'base64url');
  expect(bytesOf(respelt)).toEqual(bytesOf(token));
  expect((await api.get('/read', respelt)).statusCode).toBe(401);
  expect((await api.get('/read', token)).statusCode).toBe(200);
});

it('notices that the metadata has changed, however many unknown keys are named', async () => {
  const own = await startGuardedApi({ feed: false });
  const dead = await own.authorizationServer.token({
    claims: { scope: 'read', jti: 'dead', exp: Math.floor(own.clock.now() / 1000) + 3_600 },
  });
  expect((await own.get('/read', dead)).statusCode).toBe(200);
  own.authorizationServer.metadata['revocations_uri'] = `${own.authorizationServer.issuer}/revocations`;
  own.feed.revocations.push({ claim: 'jti', value: 'dead', at: Math.floor(own.clock.now() / 1000) });
  for (let turn = 0; turn < 4; turn++) {
    own.clock.advance(4 * 60);
    expect((await own.get('/read', await own.authorizationServer.token({ header: { kid: `made-up-${turn}` } }))).statusCode).toBe(401);
  }
  expect((await own.get('/read', dead)).statusCode).toBe(401);
  await own.close();
});
