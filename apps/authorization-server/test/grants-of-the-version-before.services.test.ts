import { openDatabase } from '@rolecall/storage/open-database';
import { testDatabaseLocation } from '@rolecall/storage/test-support/stores';
import { expect, it } from 'vitest';
import { seed } from '../src/seed.ts';
import { defaultSeedAddresses } from '../src/seeds.ts';
import { openStores } from '../src/stores/open-stores.ts';
import { registerResource } from './support/test-server.ts';

const [A, B] = ['https://a.example', 'https://b.example'];

/** As an instance of the version before records it: scopes are one list for all resources. */
const RECORD = `
INSERT INTO grants (id, user_id, client_id, scopes, resources, created_at, expires_at)
SELECT 'old', $1, 'sample-client', '{read,write,gone,nowhere}', '{${B},${A}}', now(), now() + interval '1 day'`;

it('a grant of the version before holds each scope where it was consented to, and elsewhere where it means something', async () => {
  const location = await testDatabaseLocation();
  const stores = await openStores(location, 'apply');
  const database = await openDatabase(location);
  await seed(stores, defaultSeedAddresses);
  const alice = (await stores.users.findByUsername('alice'))?.id as string;
  const scopes = ['read', 'write', 'gone'].map((name) => ({ name, description: name }));
  for (const identifier of [A, B]) await registerResource(stores, { identifier, name: identifier, scopes });
  await stores.consents.decide(alice, 'sample-client', A, { agreed: ['read', 'write'], refused: ['gone'] });
  await stores.consents.decide(alice, 'sample-client', B, { agreed: ['read'], refused: ['gone'] });
  await database.query(RECORD, [alice]);
  expect((await stores.grants.find('old'))?.granted).toEqual([
    { resource: B, scopes: ['read', 'gone'] },
    { resource: A, scopes: ['read', 'write', 'gone'] },
  ]);
  await database.close();
  await stores.close();
});
