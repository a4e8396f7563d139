import { authorizationServerRoutes } from '@rolecall/contracts/routes';
import type { FastifyInstance } from 'fastify';
import type { KeyRing } from './key-ring.ts';
import { JWKS_MAX_AGE_SECONDS } from './rotation.ts';

/** `GET /jwks`: the public keys (RFC 7517 §5). */
export function registerKeyRoutes(app: FastifyInstance, keyRing: KeyRing): void {
  app.get(authorizationServerRoutes.jwks, async (_request, reply) =>
    reply.header('cache-control', `public, max-age=${JWKS_MAX_AGE_SECONDS}`).send(await keyRing.published()),
  );
}
