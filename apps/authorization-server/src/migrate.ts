import { readConfig } from './config.ts';
import { locationOf } from './stores/location.ts';
import { migrateDatabase } from './stores/open-stores.ts';

/** The one-shot job before a deployment: brings the database up to date and ends. */
try {
  // Only where the database is matters here: the rest of a production configuration need not be at hand.
  const { DATABASE_URL, DATA_DIR } = process.env;
  const applied = await migrateDatabase(locationOf(readConfig({ DATABASE_URL, DATA_DIR })));
  process.stdout.write(`authorization-server: ${applied.length === 0 ? 'the database is up to date' : `applied ${applied.join(', ')}`}\n`);
} catch (error) {
  process.stderr.write(`authorization-server: cannot migrate: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
