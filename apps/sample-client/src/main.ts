import { createLogger } from '@rolecall/service-kit/logger';
import { runService } from '@rolecall/service-kit/run-service';
import { openShortLivedStore } from '@rolecall/storage/open-short-lived-store';
import { buildApp } from './app.ts';
import { readConfig } from './config.ts';
import { createClientLab } from './lab.ts';

const ROLE = 'sample-client';

await runService(ROLE, async () => {
  const config = readConfig(process.env);
  const lab = config.LAB ? createClientLab(config) : undefined;
  const logger = await createLogger({ name: ROLE, level: config.LOG_LEVEL, format: config.LOG_FORMAT, also: lab?.log });
  const store = await openShortLivedStore({
    redisUrl: config.REDIS_URL,
    keyPrefix: `${ROLE}:`,
    clock: lab?.clock,
    onError: (error) => logger.error({ err: error }, 'Redis'),
  });
  return { app: await buildApp(config, { store, logger, lab, ...(lab && { clock: lab.clock }) }), host: config.HOST, port: config.PORT };
});
