import { runMigration } from '@rolecall/service-kit/run-migration';
import { migrateDatabase } from '@rolecall/storage/open-migrated-database';
import { readConfig } from './config.ts';
import { locationOf } from './stores/location.ts';
import { MIGRATIONS } from './stores/open-stores.ts';

await runMigration('authorization-server', () => {
  // Only where the database is matters here: the rest of a production configuration need not be at hand.
  const { DATABASE_URL, DATA_DIR } = process.env;
  return migrateDatabase(locationOf(readConfig({ DATABASE_URL, DATA_DIR })), MIGRATIONS);
});
