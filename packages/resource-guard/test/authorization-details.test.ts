import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { resourceGuard } from '../src/fastify-plugin.ts';
import { type GuardedApi, RESOURCE, startGuardedApi } from './support/guarded-api.ts';

let api: GuardedApi;
let app: FastifyInstance;
beforeAll(async () => {
  api = await startGuardedApi();
  app = Fastify();
  await app.register(resourceGuard, {
    issuer: api.authorizationServer.issuer,
    resource: RESOURCE,
    name: 'Payments',
    realm: 'payments',
    scopes: ['pay'],
    about: { authorizationDetailsTypes: ['payment', 'account'] },
    clock: api.clock,
  });
  app.post(
    '/payments',
    {
      onRequest: app.requireScopes('pay'),
      preHandler: app.requireDetail((request) => ({
        type: 'payment',
        actions: ['initiate'],
        // What is asked for comes with the body, what is allowed with the token.
        covers: ({ amount }) => (request.body as { amount: number }).amount <= Number(amount),
      })),
    },
    async () => 'paid',
  );
  app.get('/accounts/:id', {
    onRequest: app.requireScopes('pay'),
    preHandler: app.requireDetail((request) => ({ type: 'account', identifier: (request.params as { id: string }).id })),
    handler: async () => 'an account',
  });
});
afterAll(async () => {
  await app.close();
  await api.close();
});

const headers = async (authorization_details: unknown) => ({
  authorization: `Bearer ${await api.authorizationServer.token({ claims: { scope: 'pay', authorization_details } })}`,
});
const pay = async (details: unknown, amount = 100) =>
  app.inject({ url: '/payments', method: 'POST', payload: { amount }, headers: await headers(details) });

const payment = { type: 'payment', actions: ['initiate', 'status'], amount: 100 };

it('RS-RAR-01: what one of the details covers is let in', async () => {
  expect((await pay([payment])).body).toBe('paid');
  expect((await pay([{ type: 'account' }, { ...payment, locations: ['https://other.example', RESOURCE] }])).statusCode).toBe(200);
});

it.each<[string, unknown]>([
  ['no details', undefined],
  ['an empty list', []],
  ['a detail that is no list', payment],
  ['another type', [{ ...payment, type: 'refund' }]],
  ['another action', [{ ...payment, actions: ['status'] }]],
  ['no action', [{ ...payment, actions: undefined }]],
  ['actions that are text', [{ ...payment, actions: 'initiate' }]],
  ['another location', [{ ...payment, locations: ['https://other.example'] }]],
  ['no location at all', [{ ...payment, locations: [] }]],
  ['a lower amount', [{ ...payment, amount: 99 }]],
  ['no amount', [{ ...payment, amount: undefined }]],
  [
    'what two details allow together, and neither alone',
    [
      { ...payment, amount: 10 },
      { ...payment, actions: ['status'], amount: 1000 },
    ],
  ],
  ['nothing that is an object', [null, 7, 'payment']],
])('RS-RAR-01: %s gets 403', async (_what, details) => {
  const refused = await pay(details);
  expect([refused.statusCode, refused.json().error]).toEqual([403, 'insufficient_scope']);
  expect(refused.headers['www-authenticate']).toContain('error="insufficient_scope"');
});

it('RS-RAR-01: a detail for one thing covers no other', async () => {
  const details = [{ type: 'account', identifier: '1' }];
  expect((await app.inject({ url: '/accounts/1', headers: await headers(details) })).statusCode).toBe(200);
  expect((await app.inject({ url: '/accounts/2', headers: await headers(details) })).statusCode).toBe(403);
});

it('RS-PRM-06: the metadata names the types that are understood', async () => {
  const metadata = (await app.inject('/.well-known/oauth-protected-resource/v1')).json();
  expect(metadata.authorization_details_types_supported).toEqual(['payment', 'account']);
});
