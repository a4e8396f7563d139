import type { FastifyInstance } from 'fastify';

/** Something that the service needs to do its work. Rejects when it is not there. */
export type HealthCheck = () => Promise<unknown>;

const CHECK_TIMEOUT_MILLISECONDS = 2_000;

/**
 * Adds `GET /health/live` (the process answers) and `GET /health/ready` (what it depends on answers too: 200, else 503).
 * The answer names what is down, never why: the reason is logged.
 */
export function registerHealth(app: FastifyInstance, checks: Record<string, HealthCheck>): void {
  const options = { logLevel: 'warn' } as const;

  app.get('/health/live', options, async (_request, reply) => reply.header('cache-control', 'no-store').send({ status: 'ok' }));

  app.get('/health/ready', options, async (request, reply) => {
    const results = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => {
        try {
          await withTimeout(check());
          return [name, 'ok'] as const;
        } catch (error) {
          request.log.error({ err: error, check: name }, 'not ready');
          return [name, 'down'] as const;
        }
      }),
    );
    const ready = results.every(([, state]) => state === 'ok');
    return reply
      .code(ready ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ status: ready ? 'ok' : 'down', checks: Object.fromEntries(results) });
  });
}

async function withTimeout(work: Promise<unknown>): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error('no answer in time')), CHECK_TIMEOUT_MILLISECONDS);
  try {
    await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
