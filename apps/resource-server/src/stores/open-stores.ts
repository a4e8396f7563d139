import { fileURLToPath } from 'node:url';
import type { DatabaseLocation } from '@rolecall/storage/database-location';
import { type MigrationOptions, openMigratedDatabase } from '@rolecall/storage/open-migrated-database';
import { openShortLivedStore } from '@rolecall/storage/open-short-lived-store';
import { withKnownFailures } from '@rolecall/storage/store-unavailable-error';
import { PrismaClient } from '../generated/prisma/client.ts';
import { createNoteStore } from './postgres/note-store.ts';
import type { Stores } from './types.ts';

/** Where this role's migrations are. */
export const MIGRATIONS = fileURLToPath(new URL('../../prisma/migrations', import.meta.url));

/** Roles may share a Redis. */
const KEY_PREFIX = 'resource-server:';

export interface StoreOptions {
  migrations: MigrationOptions['mode'];
  /** Where what instances share for minutes is kept. */
  redisUrl?: string | undefined;
  /** Told of connections that fail or end while nobody uses them. */
  onError?: (error: Error) => void;
}

/**
 * Opens the stores on Postgres or on its embedded twin: the same client, the same SQL.
 *
 * @throws Error in one sentence, when a store cannot be used or, where they are required, migrations are pending.
 */
export async function openStores(location: DatabaseLocation, options: StoreOptions): Promise<Stores> {
  const { redisUrl, migrations, onError } = options;
  const database = await openMigratedDatabase(location, { directory: MIGRATIONS, mode: migrations }, onError);
  const redis =
    redisUrl === undefined ? undefined : await openShortLivedStore({ redisUrl, keyPrefix: KEY_PREFIX, ...(onError && { onError }) });
  // Minimal: the longer formats repeat the arguments of a query, and these are the users' own words.
  const prisma = new PrismaClient({ adapter: database.adapter, errorFormat: 'minimal' });
  return {
    replays: redis,
    notes: withKnownFailures(createNoteStore(prisma), 'the database'),
    ping: () => database.query('SELECT 1'),
    close: async () => {
      await redis?.close();
      await prisma.$disconnect();
      await database.close();
    },
  };
}
