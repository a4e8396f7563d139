import { fileURLToPath } from 'node:url';
import type { DatabaseLocation } from '@rolecall/storage/database-location';
import { type MigrationOptions, openMigratedDatabase } from '@rolecall/storage/open-migrated-database';
import { withKnownFailures } from '@rolecall/storage/store-unavailable-error';
import { PrismaClient } from '../generated/prisma/client.ts';
import { createNoteStore } from './postgres/note-store.ts';
import type { Stores } from './types.ts';

/** Where this role's migrations are. */
export const MIGRATIONS = fileURLToPath(new URL('../../prisma/migrations', import.meta.url));

export interface StoreOptions {
  migrations: MigrationOptions['mode'];
  /** Told of connections that end while nobody uses them. */
  onError?: (error: Error) => void;
}

/**
 * Opens the stores on Postgres or on its embedded twin: the same client, the same SQL.
 *
 * @throws Error in one sentence, when the database cannot be used or, where they are required, migrations are pending.
 */
export async function openStores(location: DatabaseLocation, options: StoreOptions): Promise<Stores> {
  const database = await openMigratedDatabase(location, { directory: MIGRATIONS, mode: options.migrations }, options.onError);
  // Minimal: the longer formats repeat the arguments of a query, and these are the users' own words.
  const prisma = new PrismaClient({ adapter: database.adapter, errorFormat: 'minimal' });
  return {
    notes: withKnownFailures(createNoteStore(prisma), 'the database'),
    ping: () => database.query('SELECT 1'),
    close: async () => {
      await prisma.$disconnect();
      await database.close();
    },
  };
}
