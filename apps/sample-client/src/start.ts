import type { Lab } from '@rolecall/lab/lab';
import { createLogger, type LoggerOptions } from '@rolecall/service-kit/logger';
import type { Service } from '@rolecall/service-kit/run-service';
import { openShortLivedStore } from '@rolecall/storage/open-short-lived-store';
import { buildApp } from './app.ts';
import { readConfig } from './config.ts';
import { createClientLab } from './lab.ts';

const ROLE = 'sample-client';

export interface StartOptions {
  /** Where log lines go instead of standard output. */
  logDestination?: LoggerOptions['destination'] | undefined;
}

/**
 * Opens the session store and puts the service together: all that is left to do is to listen.
 *
 * @throws ConfigError naming what is wrong in the environment, or Error in a sentence, when Redis cannot be reached.
 */
export async function start(
  environment: NodeJS.ProcessEnv,
  { logDestination: destination }: StartOptions = {},
): Promise<Service & { lab: Lab | undefined }> {
  const config = readConfig(environment);
  const lab = config.LAB ? createClientLab(config) : undefined;
  const logger = await createLogger({
    name: ROLE,
    level: config.LOG_LEVEL,
    format: config.LOG_FORMAT,
    also: lab?.log,
    ...(destination && { destination }),
  });
  const store = await openShortLivedStore({
    redisUrl: config.REDIS_URL,
    keyPrefix: `${ROLE}:`,
    clock: lab?.clock,
    onError: (error) => logger.error({ err: error }, 'Redis'),
  });
  const app = await buildApp(config, { store, logger, lab, ...(lab && { clock: lab.clock }) });
  return { app, host: config.HOST, port: config.PORT, lab };
}
