import { ConfigError } from '@rolecall/service-kit/config';
import { problemsOf } from '@rolecall/service-kit/run-service';
import { clientId } from './admin/clients/document.ts';
import { adminScopes } from './admin/scopes.ts';
import { readConfig } from './config.ts';
import { randomToken, tokenHash } from './random.ts';
import { locationOf } from './stores/location.ts';
import { openStores } from './stores/open-stores.ts';

// Makes the first administrator, where nobody could make it over the API yet: `node src/create-admin.ts [client_id]`. Its secret is printed this once.

try {
  process.stdout.write(await createAdministrator(process.argv[2] ?? 'admin'));
} catch (error) {
  for (const problem of problemsOf(error)) process.stderr.write(`authorization-server: no administrator was made: ${problem}\n`);
  process.exitCode = 1;
}

/** @throws Error with the cause in words, when the id is taken or malformed, or the database cannot be used. */
async function createAdministrator(id: string): Promise<string> {
  // Only where the database is matters here: the rest of a production configuration need not be at hand.
  const { NODE_ENV, DATABASE_URL, DATA_DIR } = process.env;
  // Whoever does not say where this is means production: an administrator of an embedded database that nobody serves would be of no use.
  const production = NODE_ENV !== 'development' && NODE_ENV !== 'test';
  if (production && !DATABASE_URL) throw new ConfigError(['DATABASE_URL is required, or NODE_ENV=development for the embedded database']);
  if (!clientId.safeParse(id).success) throw new ConfigError([`"${id}" cannot be the id of a client`]);
  const stores = await openStores(locationOf(readConfig({ DATABASE_URL, DATA_DIR })), production ? 'require' : 'apply');
  try {
    const secret = randomToken('rc_cs_');
    const added = await stores.clients.addIfAbsent({
      id,
      name: 'Administrator',
      tokenEndpointAuthMethod: 'client_secret_basic',
      applicationType: 'web',
      grantTypes: ['client_credentials'],
      redirectUris: [],
      scopes: Object.keys(adminScopes),
      requirePkce: true,
      refreshTokenRotation: 'always',
      information: {},
      verified: true,
      disabled: false,
      secrets: [{ hash: tokenHash(secret) }],
    });
    if (!added) throw new Error(`there is a client "${id}" already`);
    await stores.audit.append([{ at: Date.now(), type: 'client_added', clientId: id, details: { by: 'create-admin' } }]);
    return `ROLECALL_CLIENT_ID=${id}\nROLECALL_CLIENT_SECRET=${secret}\n`;
  } finally {
    await stores.close();
  }
}
