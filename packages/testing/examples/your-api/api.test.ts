import { type Ecosystem, startEcosystem } from '@rolecall/testing';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createApi } from './api.ts';

const API = 'http://localhost:3000';

let ecosystem: Ecosystem;
let api: FastifyInstance;

beforeEach(async () => {
  ecosystem = await startEcosystem({
    roles: ['authorization-server'],
    resources: [{ identifier: API, scopes: ['orders:read', 'orders:write'] }],
    clients: [
      { client_id: 'a-shop', client_secret: 'any-text-will-do', redirect_uris: ['http://localhost:3001/callback'], scope: 'orders:read' },
    ],
  });
  api = await createApi({
    issuer: ecosystem.issuer,
    resource: API,
    clock: ecosystem.clock,
    fetch: ecosystem.fetchAs('resource-server'),
  });
});
afterEach(async () => {
  await api.close();
  await ecosystem.close();
});

/** A token of alice's, at the shop, for this API. */
const aToken = () => ecosystem.tokenFor('alice', { client: 'a-shop', scope: 'orders:read', resource: API });

const call = (token: string, method: 'GET' | 'POST' = 'GET') =>
  api.inject({ method, url: '/orders', headers: { authorization: `Bearer ${token}` } });

it('lets in who has a good token, and knows who it is', async () => {
  const response = await call(await aToken());
  expect(response.statusCode).toBe(200);
  expect(response.json()).toEqual({ orders: [], of: expect.stringMatching(/^usr_/) as string });
});

it('refuses a token without the scope, and says which is needed', async () => {
  const response = await call(await aToken(), 'POST');
  expect(response.statusCode).toBe(403);
  expect(response.headers['www-authenticate']).toMatch(/error="insufficient_scope".*scope="orders:write"/);
});

it('refuses a token that has expired, by its own clock', async () => {
  const token = await aToken();
  ecosystem.clock.advance(3600);
  expect((await call(token)).statusCode).toBe(401);
});

it('refuses a token that was for another API', async () => {
  const token = await ecosystem.tokenFor('alice', { scope: 'notes:read' });
  expect((await call(token)).statusCode).toBe(401);
});

it.each(['expired-token', 'wrong-issuer', 'wrong-audience', 'unknown-kid'])('refuses what a mistaken server issues: %s', async (fault) => {
  await ecosystem.faults.authorizationServer.activate(fault);
  const response = await call(await aToken());
  expect(response.statusCode).toBe(401);
  expect(response.headers['www-authenticate']).toContain('error="invalid_token"');
});

it('goes on with what it knows while the authorization server is away, and lets nobody in without a check', async () => {
  const token = await aToken();
  expect((await call(token)).statusCode).toBe(200);
  await ecosystem.faults.authorizationServer.activate('dropped-response', { path: '/', count: 1_000 });
  expect((await call(token)).statusCode).toBe(200);

  const newlyStarted = await createApi({ issuer: ecosystem.issuer, resource: API });
  const response = await newlyStarted.inject({ url: '/orders', headers: { authorization: `Bearer ${token}` } });
  expect(response.statusCode).toBe(503);
  await newlyStarted.close();
});

it('asks for the keys once, however many call', async () => {
  const token = await aToken();
  ecosystem.forgetExchanges();
  await Promise.all(Array.from({ length: 20 }, () => call(token)));
  const asked = ecosystem.exchanges().filter(({ from }) => from === 'resource-server');
  expect(asked.filter(({ request }) => request.url.endsWith('/jwks'))).toHaveLength(1);
});
