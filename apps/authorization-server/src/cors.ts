import cors from '@fastify/cors';
import { authorizationServerRoutes } from '@rolecall/contracts/routes';
import type { FastifyInstance } from 'fastify';

const CLOSED = { origin: false } as const;

/** Endpoints that programs in a browser may call. The pages are not among them: no other origin may read those (OAuth 2.1 §3.1). */
export async function registerCors(app: FastifyInstance, basePath: string): Promise<void> {
  const { token, revoke, jwks, revocations, metadata } = authorizationServerRoutes;
  const open = new Set([...[token, revoke, jwks, revocations].map((path) => basePath + path), metadata + basePath]);
  const register = basePath + authorizationServerRoutes.register;
  await app.register(cors, {
    delegator: (request, callback) => {
      // A program that is not in a browser says no origin. What may be kept by a cache is the same for everybody.
      if (request.method === 'POST' && request.headers.origin === undefined) return callback(null, CLOSED);
      const path = (request.url ?? '').split('?', 1)[0] as string;
      const registers = path === register || path.startsWith(`${register}/`);
      callback(null, {
        origin: open.has(path) || registers ? '*' : false,
        methods: registers ? ['GET', 'POST', 'PUT', 'DELETE'] : ['GET', 'POST'],
        allowedHeaders: ['Authorization', 'Content-Type', 'DPoP'],
        exposedHeaders: ['WWW-Authenticate', 'DPoP-Nonce', 'RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset', 'Retry-After'],
        maxAge: 600,
      });
    },
  });
}
