import { ConfigError, isLoopback } from '@rolecall/service-kit/config';
import { createLogger } from '@rolecall/service-kit/logger';
import { runService } from '@rolecall/service-kit/run-service';
import { systemClock } from '@rolecall/storage/clock';
import { openShortLivedStore } from '@rolecall/storage/open-short-lived-store';
import { buildApp } from './app.ts';
import { readConfig } from './config.ts';
import { loadHooks } from './hooks/load-hooks.ts';
import { developmentEncryptionKey } from './keys/development-encryption-key.ts';
import { createAuthorizationServerLab } from './lab/create-lab.ts';
import { seed, seededSecrets } from './seed.ts';
import { locationOf } from './stores/location.ts';
import { openStores } from './stores/open-stores.ts';

await runService('authorization-server', async () => {
  const config = readConfig(process.env);
  const production = config.NODE_ENV === 'production';
  // Whatever else it is called: it is seeded with users and secrets that everybody knows.
  if (!production && !isLoopback(config.ISSUER)) throw new ConfigError(['ISSUER must be on this machine, or NODE_ENV must be production']);
  const lab = config.LAB ? createAuthorizationServerLab(config) : undefined;
  const logger = await createLogger({ name: 'authorization-server', level: config.LOG_LEVEL, format: config.LOG_FORMAT, also: lab?.log });
  const onError = (error: Error) => logger.error({ err: error }, 'a store has trouble');

  const hooks = config.HOOKS_MODULE === undefined ? undefined : await loadHooks(config.HOOKS_MODULE);
  const stores = await openStores(locationOf(config), production ? 'require' : 'apply', onError);
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
  return { app, host: config.HOST, port: config.PORT };
});
