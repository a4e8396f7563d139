import cors from '@fastify/cors';
import type { FastifyInstance, RouteOptions } from 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** False where the plugin has to leave a route alone. */
    cors?: false;
  }
}

const ALLOWED_ORIGIN = '*';
const EXPOSED_HEADERS = ['WWW-Authenticate', 'DPoP-Nonce', 'RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset', 'Retry-After'].join(
  ', ',
);

/** What an answer says to the browser of such a program. The same for all: with it, the plugin would put it together anew for every request. */
const ANSWER_HEADERS = { 'access-control-allow-origin': ALLOWED_ORIGIN, 'access-control-expose-headers': EXPOSED_HEADERS };

/**
 * Lets programs in a browser, of any origin and without their cookies, call the endpoints of this scope.
 * The pages are never among them: no other origin may read those (OAuth 2.1 §3.1).
 */
export async function registerCors(scope: FastifyInstance): Promise<void> {
  const paths = new Set<string>();
  let preflights = scope;
  // In a scope of its own the plugin answers what browsers ask beforehand, and no other request passes through it.
  await scope.register(async (own) => {
    preflights = own;
    // The plugin would answer for whatever does not exist, too.
    own.addHook('onRoute', (route: RouteOptions) => {
      if (route.url.endsWith('*')) route.config = { ...route.config, cors: false };
    });
    await own.register(cors, {
      origin: ALLOWED_ORIGIN,
      methods: ['GET', 'POST', 'PUT', 'DELETE'],
      allowedHeaders: ['Authorization', 'Content-Type', 'DPoP'],
      exposedHeaders: EXPOSED_HEADERS,
      maxAge: 600,
    });
  });
  scope.addHook('onRoute', (route: RouteOptions) => {
    if (paths.has(route.url)) return;
    paths.add(route.url);
    preflights.options(route.url, async () => {});
  });
  scope.addHook('onRequest', (request, reply, done) => {
    // To what browsers ask beforehand the plugin answers, and with its own headers.
    if (request.raw.method !== 'OPTIONS') reply.headers(ANSWER_HEADERS);
    done();
  });
}
