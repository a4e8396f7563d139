import { runMigration } from '@rolecall/service-kit/run-migration';
import { migrateDatabase } from '@rolecall/storage/open-migrated-database';
import { readDatabaseLocation } from './config.ts';
import { MIGRATIONS } from './stores/open-stores.ts';

// Only where the database is matters here: the rest of a production configuration need not be at hand.
await runMigration('resource-server', () => migrateDatabase(readDatabaseLocation(process.env), MIGRATIONS));
