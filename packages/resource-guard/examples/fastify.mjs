// An API on Fastify:
//   ISSUER=http://localhost:4000 RESOURCE=http://localhost:4001 node fastify.mjs
import { resourceGuard } from '@rolecall/resource-guard';
import Fastify from 'fastify';

const { ISSUER, RESOURCE, CLIENT_ID: clientId, CLIENT_SECRET: clientSecret } = process.env;

const app = Fastify();
await app.register(resourceGuard, {
  issuer: ISSUER,
  resource: RESOURCE,
  name: 'Hello',
  realm: 'hello',
  scopes: ['notes:read'],
  // For opaque tokens; JWTs need none.
  ...(clientId && { introspection: { clientId, clientSecret } }),
});

app.get('/hello', { onRequest: app.requireScopes('notes:read') }, async (request) => `Hello ${request.accessToken.subject}\n`);

await app.listen({ host: new URL(RESOURCE).hostname, port: Number(new URL(RESOURCE).port) });
console.log('listening');
