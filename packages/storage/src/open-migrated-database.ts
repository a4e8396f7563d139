import type { DatabaseLocation } from './database-location.ts';
import { migrate, pendingMigrations } from './migrations.ts';
import { type Database, openDatabase } from './open-database.ts';

export interface MigrationOptions {
  /** A Prisma `migrations` folder. */
  directory: string;
  /** What to do about a database that lacks migrations: apply them (development, tests) or refuse to work with it (production). */
  mode: 'apply' | 'require';
}

/**
 * Opens a database that has all of its migrations.
 *
 * @param onError is told of connections that end while nobody uses them.
 * @throws Error in one sentence, when the database cannot be used or, where they are required, migrations are pending.
 */
export async function openMigratedDatabase(
  location: DatabaseLocation,
  migrations: MigrationOptions,
  onError?: (error: Error) => void,
): Promise<Database> {
  const database = await openDatabase(location, onError);
  try {
    if (migrations.mode === 'apply') await migrate(database, migrations.directory);
    else refuse(await pendingMigrations(database, migrations.directory));
  } catch (error) {
    await database.close();
    throw error;
  }
  return database;
}

/**
 * Applies the migrations that the database lacks, and closes it again.
 *
 * @returns the names of those applied now.
 */
export async function migrateDatabase(location: DatabaseLocation, directory: string): Promise<string[]> {
  const database = await openDatabase(location);
  try {
    return await migrate(database, directory);
  } finally {
    await database.close();
  }
}

function refuse(pending: string[]): void {
  if (pending.length > 0)
    throw new Error(
      `the database lacks ${pending.length} migration(s): ${pending.join(', ')}; apply them first (npm run migrate, or src/migrate.ts of the role)`,
    );
}
