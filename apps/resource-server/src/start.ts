import type { Lab } from '@rolecall/lab/lab';
import { createLogger, type LoggerOptions } from '@rolecall/service-kit/logger';
import type { Service } from '@rolecall/service-kit/run-service';
import type { DatabaseLocation } from '@rolecall/storage/database-location';
import { buildApp } from './app.ts';
import { locationOf, readConfig } from './config.ts';
import { createResourceServerLab } from './lab.ts';
import { openStores } from './stores/open-stores.ts';

export interface StartOptions {
  /** Where the notes are, whatever the environment says. */
  database?: DatabaseLocation | undefined;
  /** Where log lines go instead of standard output. */
  logDestination?: LoggerOptions['destination'] | undefined;
}

/**
 * Opens the stores and puts the service together: all that is left to do is to listen.
 *
 * @throws ConfigError naming what is wrong in the environment, or Error in a sentence, when a store cannot be used.
 */
export async function start(
  environment: NodeJS.ProcessEnv,
  { database, logDestination: destination }: StartOptions = {},
): Promise<Service & { lab: Lab | undefined }> {
  const config = readConfig(environment);
  const lab = config.LAB ? createResourceServerLab(config) : undefined;
  const logger = await createLogger({
    name: 'resource-server',
    level: config.LOG_LEVEL,
    format: config.LOG_FORMAT,
    also: lab?.log,
    ...(destination && { destination }),
  });
  const stores = await openStores(database ?? locationOf(config), {
    migrations: config.NODE_ENV === 'production' ? 'require' : 'apply',
    redisUrl: config.DPOP === 'off' ? undefined : config.REDIS_URL,
    onError: (error) => logger.error({ err: error }, 'a connection to a store failed'),
  });
  const app = await buildApp(config, { stores, logger, lab, ...(lab && { clock: lab.clock }) });
  return { app, host: config.HOST, port: config.PORT, lab };
}
