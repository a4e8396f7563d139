import { createLogger } from '@rolecall/service-kit/logger';
import { runService } from '@rolecall/service-kit/run-service';
import { buildApp } from './app.ts';
import { locationOf, readConfig } from './config.ts';
import { createResourceServerLab } from './lab.ts';
import { openStores } from './stores/open-stores.ts';

await runService('resource-server', async () => {
  const config = readConfig(process.env);
  const lab = config.LAB ? createResourceServerLab(config) : undefined;
  const logger = await createLogger({ name: 'resource-server', level: config.LOG_LEVEL, format: config.LOG_FORMAT, also: lab?.log });
  const stores = await openStores(locationOf(config), {
    migrations: config.NODE_ENV === 'production' ? 'require' : 'apply',
    redisUrl: config.DPOP === 'off' ? undefined : config.REDIS_URL,
    onError: (error) => logger.error({ err: error }, 'a connection to a store failed'),
  });
  const app = await buildApp(config, { stores, logger, lab, ...(lab && { clock: lab.clock }) });
  return { app, host: config.HOST, port: config.PORT };
});
