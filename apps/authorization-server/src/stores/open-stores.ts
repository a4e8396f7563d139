import { fileURLToPath } from 'node:url';
import type { DatabaseLocation } from '@rolecall/storage/database-location';
import { type MigrationOptions, openMigratedDatabase } from '@rolecall/storage/open-migrated-database';
import { withKnownFailures } from '@rolecall/storage/store-unavailable-error';
import { PrismaClient } from '../generated/prisma/client.ts';
import { createAuditStore } from './postgres/audit.ts';
import { createChangeStore } from './postgres/changes.ts';
import { createClientStore } from './postgres/clients.ts';
import { createConfigurationStore } from './postgres/configuration.ts';
import { createConsentStore } from './postgres/consents.ts';
import { createGrantStore } from './postgres/grants.ts';
import { createRefreshTokenStore } from './postgres/refresh-tokens.ts';
import { createHousekeepingStore } from './postgres/housekeeping.ts';
import { createInitialAccessTokenStore } from './postgres/initial-access-tokens.ts';
import { createResourceStore } from './postgres/resources.ts';
import { createSigningKeyStore } from './postgres/signing-keys.ts';
import { createUserSessionStore } from './postgres/user-sessions.ts';
import { createUserStore } from './postgres/users.ts';
import type { Stores } from './types.ts';

/** Where this role's migrations are. */
export const MIGRATIONS = fileURLToPath(new URL('../../prisma/migrations', import.meta.url));

/**
 * Opens what is kept for good.
 *
 * @throws Error with the cause in words, when the database cannot be reached or lacks migrations that are required.
 */
export async function openStores(
  location: DatabaseLocation,
  migrations: MigrationOptions['mode'],
  onError?: (error: Error) => void,
): Promise<Stores> {
  const database = await openMigratedDatabase(location, { directory: MIGRATIONS, mode: migrations }, onError);
  // Minimal: the longer formats repeat the arguments of a query in the error, and so in the log.
  const prisma = new PrismaClient({ adapter: database.adapter, errorFormat: 'minimal' });
  const known = <Store extends object>(store: Store): Store => withKnownFailures(store, 'the database');
  return {
    users: known(createUserStore(prisma)),
    clients: known(createClientStore(prisma, database)),
    initialAccessTokens: known(createInitialAccessTokenStore(prisma)),
    resources: known(createResourceStore(prisma)),
    configuration: known(createConfigurationStore(prisma)),
    consents: known(createConsentStore(prisma)),
    grants: known(createGrantStore(prisma, database)),
    refreshTokens: known(createRefreshTokenStore(database)),
    sessions: known(createUserSessionStore(prisma)),
    signingKeys: known(createSigningKeyStore(prisma, database)),
    changes: known(createChangeStore(database)),
    audit: known(createAuditStore(prisma, database)),
    housekeeping: known(createHousekeepingStore(database)),
    ping: async () => void (await database.query('SELECT 1')),
    close: async () => {
      await prisma.$disconnect();
      await database.close();
    },
  };
}
