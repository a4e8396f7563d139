import { ConfigError } from '@rolecall/service-kit/config';
import { readDatabaseLocation } from './config.ts';
import { migrateStores } from './stores/open-stores.ts';

// Applies the migrations that the database lacks, once, and ends: a step of its own before a production service starts.
try {
  const applied = await migrateStores(readDatabaseLocation(process.env));
  process.stdout.write(`resource-server: ${applied.length === 0 ? 'no migration is pending' : `applied ${applied.join(', ')}`}\n`);
} catch (error) {
  const problems = error instanceof ConfigError ? error.problems : [(error as Error).message.replaceAll('\n', ' ')];
  for (const problem of problems) process.stderr.write(`resource-server: cannot migrate: ${problem}\n`);
  process.exitCode = 1;
}
