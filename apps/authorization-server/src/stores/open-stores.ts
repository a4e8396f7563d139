import { fileURLToPath } from 'node:url';
import type { DatabaseLocation } from '@rolecall/storage/database-location';
import { migrate, pendingMigrations } from '@rolecall/storage/migrations';
import { type Database, openDatabase } from '@rolecall/storage/open-database';
import { PrismaClient } from '../generated/prisma/client.ts';
import { createClientStore } from './postgres/clients.ts';
import { createConsentStore } from './postgres/consents.ts';
import { createGrantStore } from './postgres/grants.ts';
import { createResourceStore } from './postgres/resources.ts';
import { createSigningKeyStore } from './postgres/signing-keys.ts';
import { createUserStore } from './postgres/users.ts';
import type { Stores } from './types.ts';

const MIGRATIONS = fileURLToPath(new URL('../../prisma/migrations', import.meta.url));

/**
 * Opens what is kept for good.
 *
 * @param migrations `apply` brings the database up to date first; `require` refuses one that is not.
 * @throws Error with the cause in words, when the database cannot be reached or lacks migrations.
 */
export async function openStores(
  location: DatabaseLocation,
  migrations: 'apply' | 'require',
  onError?: (error: Error) => void,
): Promise<Stores> {
  const database = await openDatabase(location, onError);
  try {
    if (migrations === 'apply') await migrate(database, MIGRATIONS);
    else await requireMigrations(database);
  } catch (error) {
    await database.close();
    throw error;
  }
  const prisma = new PrismaClient({ adapter: database.adapter });
  return {
    users: createUserStore(prisma),
    clients: createClientStore(prisma),
    resources: createResourceStore(prisma),
    consents: createConsentStore(prisma),
    grants: createGrantStore(prisma),
    signingKeys: createSigningKeyStore(prisma),
    ping: async () => void (await database.query('SELECT 1')),
    close: async () => {
      await prisma.$disconnect();
      await database.close();
    },
  };
}

/** Applies what is pending and answers the names. For the one-shot job before a deployment. */
export async function migrateDatabase(location: DatabaseLocation): Promise<string[]> {
  const database = await openDatabase(location);
  try {
    return await migrate(database, MIGRATIONS);
  } finally {
    await database.close();
  }
}

async function requireMigrations(database: Database): Promise<void> {
  const pending = await pendingMigrations(database, MIGRATIONS);
  if (pending.length > 0)
    throw new Error(`the database lacks ${pending.length} migration(s): ${pending.join(', ')}; run "npm run migrate" first`);
}
