import type { FastifyInstance, RouteOptions } from 'fastify';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/**
 * Makes every route answer 405 with `Allow` to the methods that it does not have (RFC 9110 §15.5.6), instead of 404.
 * Call it before the first route is added, and the function it returns after the last.
 */
export function refuseOtherMethods(app: FastifyInstance): () => void {
  const methodsByPath = new Map<string, Set<string>>();
  let recording = true;
  app.addHook('onRoute', (route: RouteOptions) => {
    if (!recording || route.url.includes('*')) return;
    const methods = methodsByPath.get(route.url) ?? new Set<string>();
    for (const method of [route.method].flat()) methods.add(method);
    methodsByPath.set(route.url, methods);
  });
  return () => {
    recording = false;
    for (const [url, methods] of methodsByPath) {
      const missing = METHODS.filter((method) => !methods.has(method));
      const allow = [...methods].sort().join(', ');
      if (missing.length === 0) continue;
      app.route({
        url,
        method: missing,
        // Runs before the body is read: its type and size do not matter any more.
        onRequest: async (request, reply) =>
          reply
            .code(405)
            .header('allow', allow)
            .header('cache-control', 'no-store')
            .send({ error: 'invalid_request', error_description: `${request.method} is not offered here` }),
        handler: async () => {},
      });
    }
  };
}
