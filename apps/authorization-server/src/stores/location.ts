import { join } from 'node:path';
import { type DatabaseLocation, databaseLocation } from '@rolecall/storage/database-location';
import type { Config } from '../config.ts';

/** Where this role's durable data is. */
export function locationOf(config: Pick<Config, 'DATABASE_URL' | 'DATA_DIR'>): DatabaseLocation {
  return databaseLocation({
    databaseUrl: config.DATABASE_URL,
    schema: 'authorization_server',
    directory: join(config.DATA_DIR, 'database'),
  });
}
