import cors from '@fastify/cors';
import type { FastifyInstance, RouteOptions } from 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** False where the plugin has to leave a route alone. */
    cors?: false;
  }
}

/**
 * Lets programs in a browser, of any origin and without their cookies, call the endpoints of this scope.
 * The pages are never among them: no other origin may read those (OAuth 2.1 §3.1).
 */
export async function registerCors(scope: FastifyInstance): Promise<void> {
  const paths = new Set<string>();
  scope.addHook('onRoute', function (this: FastifyInstance, route: RouteOptions & { routePath: string }) {
    // The plugin would answer a preflight for whatever does not exist, too.
    if (route.url.endsWith('*')) route.config = { ...route.config, cors: false };
    else if (!paths.has(route.url)) {
      paths.add(route.url);
      this.options(route.routePath, async () => {});
    }
  });
  await scope.register(cors, {
    origin: '*',
    methods: ['GET', 'POST', 'PUT', 'DELETE'],
    allowedHeaders: ['Authorization', 'Content-Type', 'DPoP'],
    exposedHeaders: ['WWW-Authenticate', 'DPoP-Nonce', 'RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset', 'Retry-After'],
    maxAge: 600,
  });
}
