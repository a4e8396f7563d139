import { ConfigError } from '@rolecall/service-kit/config';
import { runMigration } from '@rolecall/service-kit/run-migration';
import { migrateDatabase } from '@rolecall/storage/open-migrated-database';
import { readConfig } from './config.ts';
import { locationOf } from './stores/location.ts';
import { MIGRATIONS } from './stores/open-stores.ts';

await runMigration('authorization-server', async () => {
  // Only where the database is matters here: the rest of a production configuration need not be at hand.
  const { NODE_ENV, DATABASE_URL, DATA_DIR } = process.env;
  if (NODE_ENV === 'production' && !DATABASE_URL) throw new ConfigError(['DATABASE_URL is required in production']);
  return migrateDatabase(locationOf(readConfig({ DATABASE_URL, DATA_DIR })), MIGRATIONS);
});
