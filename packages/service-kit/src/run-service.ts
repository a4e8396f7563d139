import type { FastifyInstance } from 'fastify';
import { ConfigError } from './config.ts';

export interface Service {
  app: FastifyInstance;
  host: string;
  port: number;
}

/** How long requests that are under way may take to end once the service was told to stop. */
const CLOSE_TIMEOUT_MILLISECONDS = 2_500;

/**
 * Runs a role as a process: starts it, and on SIGINT, SIGTERM or the end of the process that started it closes it gracefully
 * (no new connections, requests under way are answered, stores are released).
 * What prevents the start is told in one line for each cause, without a stack trace, and the process ends with code 1.
 */
export async function runService(role: string, start: () => Promise<Service>): Promise<void> {
  let app: FastifyInstance | undefined;
  let closing = false;
  const close = async (reason: string): Promise<void> => {
    if (closing) return;
    closing = true;
    setTimeout(() => process.exit(1), CLOSE_TIMEOUT_MILLISECONDS).unref();
    app?.log.info({ reason }, 'closing');
    try {
      await app?.close();
      process.exit(0);
    } catch (error) {
      app?.log.error({ err: error }, 'could not close cleanly');
      process.exit(1);
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void close(signal));
  process.on('disconnect', () => void close('the process that started this one has ended'));
  // It may have ended while this one's modules were loaded: that event is over.
  if (process.connected === false) process.exit(1);

  try {
    const service = await start();
    app = service.app;
    await app.listen({ host: service.host, port: service.port });
    process.send?.('listening');
  } catch (error) {
    for (const problem of problemsOf(error)) process.stderr.write(`${role}: cannot start: ${problem}\n`);
    process.exit(1);
  }
}

/** What prevents a start, a sentence for each cause. */
export function problemsOf(error: unknown): readonly string[] {
  if (error instanceof ConfigError) return error.problems;
  const { code, port, message } = error as NodeJS.ErrnoException & { port?: number };
  if (code === 'EADDRINUSE') return [`port ${port} is already in use (PORT chooses another)`];
  if (code === 'EACCES' && port !== undefined) return [`port ${port} may not be used by this account (PORT chooses another)`];
  return [String(message).replaceAll('\n', ' ').trim()];
}
