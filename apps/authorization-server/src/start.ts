import { ConfigError, isLoopback } from '@rolecall/service-kit/config';
import { createLogger, type LoggerOptions } from '@rolecall/service-kit/logger';
import type { Service } from '@rolecall/service-kit/run-service';
import { systemClock } from '@rolecall/storage/clock';
import type { DatabaseLocation } from '@rolecall/storage/database-location';
import { openShortLivedStore } from '@rolecall/storage/open-short-lived-store';
import type { Lab } from '@rolecall/lab/lab';
import { buildApp } from './app.ts';
import { readConfig } from './config.ts';
import { loadHooks } from './hooks/load-hooks.ts';
import { developmentEncryptionKey } from './keys/development-encryption-key.ts';
import { createAuthorizationServerLab } from './lab/create-lab.ts';
import { seed, seededSecrets } from './seed.ts';
import { locationOf } from './stores/location.ts';
import { openStores } from './stores/open-stores.ts';

export interface StartOptions {
  /** Where the durable data is, whatever the environment says. */
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
  const production = config.NODE_ENV === 'production';
  // Whatever else it is called: it is seeded with users and secrets that everybody knows.
  if (!production && !isLoopback(config.ISSUER)) throw new ConfigError(['ISSUER must be on this machine, or NODE_ENV must be production']);
  const lab = config.LAB ? createAuthorizationServerLab(config) : undefined;
  const logger = await createLogger({
    name: 'authorization-server',
    level: config.LOG_LEVEL,
    format: config.LOG_FORMAT,
    also: lab?.log,
    ...(destination && { destination }),
  });
  const onError = (error: Error) => logger.error({ err: error }, 'a store has trouble');

  const hooks = config.HOOKS_MODULE === undefined ? undefined : await loadHooks(config.HOOKS_MODULE);
  const stores = await openStores(database ?? locationOf(config), production ? 'require' : 'apply', onError);
  const shortLived = await openShortLivedStore({
    redisUrl: config.REDIS_URL,
    keyPrefix: 'rolecall-authorization-server:',
    clock: lab?.clock,
    onError,
  });
  if (production) {
    const offences = await seededSecrets(stores);
    if (offences.length > 0) throw new ConfigError(offences);
  } else {
    await seed(stores, { clientBaseUrl: config.SEED_CLIENT_BASE_URL, resource: config.SEED_RESOURCE });
  }
  const current = config.KEY_ENCRYPTION_KEY ?? (await developmentEncryptionKey(config.DATA_DIR));
  const app = await buildApp(config, {
    stores,
    shortLived,
    clock: lab?.clock ?? systemClock,
    lab,
    logger,
    hooks,
    keyEncryptionKeys: [current, ...config.KEY_ENCRYPTION_KEYS_ACCEPTED].map((key) => Buffer.from(key, 'base64url')),
  });
  return { app, host: config.HOST, port: config.PORT, lab };
}
