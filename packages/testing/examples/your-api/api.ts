import { resourceGuard } from '@rolecall/resource-guard';
import Fastify, { type FastifyInstance } from 'fastify';

export interface ApiOptions {
  /** Whose access tokens are accepted. */
  issuer: string;
  /** This API's address: what tokens must be for. */
  resource: string;
  clock?: { now(): number };
  fetch?: typeof fetch;
}

/** An API as yours may be: whoever has the scope `orders:read` sees their orders. It knows nothing of the test kit. */
export async function createApi({ issuer, resource, clock, fetch }: ApiOptions): Promise<FastifyInstance> {
  const app = Fastify();
  await app.register(resourceGuard, {
    issuer,
    resource,
    name: 'Orders',
    realm: 'orders',
    scopes: ['orders:read', 'orders:write'],
    ...(clock && { clock }),
    ...(fetch && { fetch }),
  });
  app.get('/orders', { onRequest: app.requireScopes('orders:read') }, async (request) => ({
    orders: [],
    of: request.accessToken.subject,
  }));
  app.post('/orders', { onRequest: app.requireScopes('orders:write') }, async (_request, reply) => reply.code(201).send());
  return app;
}
