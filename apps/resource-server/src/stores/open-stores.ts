import { fileURLToPath } from 'node:url';
import type { DatabaseLocation } from '@rolecall/storage/database-location';
import { migrate, pendingMigrations } from '@rolecall/storage/migrations';
import { type Database, openDatabase } from '@rolecall/storage/open-database';
import { PrismaClient } from '../generated/prisma/client.ts';
import { createNoteStore } from './postgres/note-store.ts';
import type { Stores } from './types.ts';

const MIGRATIONS = fileURLToPath(new URL('../../prisma/migrations', import.meta.url));

export interface StoreOptions {
  /** What to do about a database that lacks migrations: apply them (development, tests) or refuse to work with it (production). */
  migrations: 'apply' | 'require';
  /** Told of connections that end while nobody uses them. */
  onError?: (error: Error) => void;
}

/**
 * Opens the stores on Postgres or on its embedded twin: the same client, the same SQL.
 *
 * @throws Error in one sentence, when the database cannot be used or, where they are required, migrations are pending.
 */
export async function openStores(location: DatabaseLocation, options: StoreOptions): Promise<Stores> {
  const database = await openDatabase(location, options.onError);
  try {
    if (options.migrations === 'apply') await migrate(database, MIGRATIONS);
    else await refusePendingMigrations(database);
  } catch (error) {
    await database.close();
    throw error;
  }
  // Minimal: the longer formats repeat the arguments of a query, and these are the users' own words.
  const prisma = new PrismaClient({ adapter: database.adapter, errorFormat: 'minimal' });
  return {
    notes: createNoteStore(prisma),
    ping: () => database.query('SELECT 1'),
    close: async () => {
      await prisma.$disconnect();
      await database.close();
    },
  };
}

/**
 * Applies the migrations that the database lacks.
 *
 * @returns the names of those applied now.
 */
export async function migrateStores(location: DatabaseLocation): Promise<string[]> {
  const database = await openDatabase(location);
  try {
    return await migrate(database, MIGRATIONS);
  } finally {
    await database.close();
  }
}

async function refusePendingMigrations(database: Database): Promise<void> {
  const pending = await pendingMigrations(database, MIGRATIONS);
  if (pending.length > 0)
    throw new Error(`the database lacks ${pending.length} migration(s) (${pending.join(', ')}): run \`node src/migrate.ts\` first`);
}
