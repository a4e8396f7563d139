import { Writable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { type AppOptions, createApp } from '../../src/create-app.ts';
import { createLogger } from '../../src/logger.ts';

/** An app as every role makes it, whose log lines are kept. */
export async function createTestApp(options: Partial<AppOptions> = {}): Promise<{ app: FastifyInstance; log: Record<string, unknown>[] }> {
  const { destination, log } = keepLines();
  const logger = await createLogger({ name: 'role', level: 'info', format: 'json', destination });
  const app = await createApp({
    logger,
    https: false,
    errorHandler: (error, _request, reply) => reply.code(error.statusCode ?? 500).send({ error: error.code ?? 'server_error' }),
    ...options,
  });
  return { app, log };
}

/** A destination for log lines, and what was written there. */
export function keepLines(): { destination: Writable; log: Record<string, unknown>[] } {
  const log: Record<string, unknown>[] = [];
  const destination = new Writable({
    write: (chunk, _encoding, done) => {
      log.push(JSON.parse(String(chunk)) as Record<string, unknown>);
      done();
    },
  });
  return { destination, log };
}
