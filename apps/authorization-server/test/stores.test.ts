import { registerResource } from './support/test-server.ts';
import { testDatabaseLocation } from '@rolecall/storage/test-support/stores';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seed } from '../src/seed.ts';
import { defaultSeedAddresses } from '../src/seeds.ts';
import { openStores } from '../src/stores/open-stores.ts';
import type { Client, Grant, Stores } from '../src/stores/types.ts';

/** One suite for both databases: it runs on the embedded one and on Postgres. */
describe('durable stores', () => {
  let stores: Stores;
  let userId: string;
  beforeAll(async () => {
    stores = await openStores(await testDatabaseLocation(), 'apply');
    await seed(stores, defaultSeedAddresses);
    userId = (await stores.users.findByUsername('alice'))?.id as string;
    for (const identifier of ['https://r.example', 'https://empty.example'])
      await registerResource(stores, { identifier, name: identifier, scopes: [{ name: 'a', description: 'A' }] });
  });
  afterAll(() => stores.close());

  const client: Client = {
    id: 'round-trip',
    name: 'Round ✓ trip',
    tokenEndpointAuthMethod: 'client_secret_basic',
    applicationType: 'native',
    grantTypes: ['authorization_code'],
    redirectUris: ['https://client.example/a', 'https://client.example/b'],
    scopes: ['one', 'two'],
    requirePkce: false,
    verified: false,
    disabled: false,
    refreshTokenRotation: 'near_expiry',
    refreshTokenIdleLifetime: 60,
    information: { client_uri: 'https://client.example' },
    secrets: [{ hash: 'one' }, { hash: 'two', expiresAt: 1_800_000_000_000 }],
  };

  it('answers a client as it was saved', async () => {
    await stores.clients.save(client);
    const found = await stores.clients.find(client.id);
    expect({ ...found, secrets: found?.secrets.toSorted((a, b) => a.hash.localeCompare(b.hash)) }).toEqual(client);
  });

  it('replaces a client and keeps its secrets', async () => {
    await stores.clients.save({ ...client, name: 'Another', disabled: true, secrets: [] });
    expect(await stores.clients.find(client.id)).toMatchObject({ name: 'Another', disabled: true });
    expect((await stores.clients.find(client.id))?.secrets).toHaveLength(2);
  });

  it('knows nobody that was not saved', async () => {
    expect(await stores.clients.find('nobody')).toBeUndefined();
    expect(await stores.users.find('usr_nobody')).toBeUndefined();
    expect(await stores.users.findByUsername('nobody')).toBeUndefined();
  });

  it('adds a client unless one of that id is there', async () => {
    expect(await stores.clients.addIfAbsent({ ...client, id: 'added' })).toBe(true);
    expect(await stores.clients.addIfAbsent({ ...client, id: 'added', name: 'Another', secrets: [{ hash: 'three' }] })).toBe(false);
    expect(await stores.clients.find('added')).toMatchObject({ name: client.name });
    expect((await stores.clients.find('added'))?.secrets).toHaveLength(2);
  });

  it('changes a client while nobody else does, and not at all when that throws', async () => {
    await stores.clients.addIfAbsent({ ...client, id: 'counted', name: '0' });
    const add = () => stores.clients.change('counted', 0, (before) => ({ ...before, name: String(Number(before.name) + 1) }));
    await Promise.all(Array.from({ length: 8 }, add));
    expect((await stores.clients.find('counted'))?.name).toBe('8');
    const refusal = Object.assign(new Error('refused'), { statusCode: 400 });
    const refused = stores.clients.change('counted', 0, () => {
      throw refusal;
    });
    await expect(refused).rejects.toBe(refusal);
    expect((await stores.clients.find('counted'))?.name).toBe('8');
    expect(await stores.clients.change('nobody', 0, (before) => before)).toBeUndefined();
  });

  it('adds a secret to a client that is there, once', async () => {
    const secret = { hash: 'added', createdAt: 1_700_000_000_000, expiresAt: 1_800_000_000_000 };
    const added = await stores.clients.addSecret('added', secret);
    expect(added).toEqual({ id: expect.any(String), createdAt: secret.createdAt, expiresAt: secret.expiresAt });
    expect(await stores.clients.addSecret('added', secret)).toBe('taken');
    expect(await stores.clients.addSecret('nobody', secret)).toBeUndefined();
    expect(await stores.clients.listSecrets('added')).toContainEqual(added);
    const { id } = added as { id: string };
    expect([await stores.clients.removeSecret('added', id), await stores.clients.removeSecret('added', id)]).toEqual([true, false]);
  });

  it('renames a user, but not to a name that is taken', async () => {
    await stores.users.addIfAbsent({ id: 'usr_renamed', username: 'before', passwordHash: 'x', name: 'Before' });
    expect(await stores.users.rename('usr_renamed', { username: 'alice' })).toBe('taken');
    expect(await stores.users.rename('usr_renamed', { username: 'after', name: 'After' })).toBe('renamed');
    expect(await stores.users.findByUsername('after')).toMatchObject({ id: 'usr_renamed', name: 'After' });
    expect(await stores.users.rename('usr_nobody', { name: 'X' })).toBe('absent');
  });

  it('what a user or client had before it was disabled does not come back with it', async () => {
    for (const [index, turn] of [
      (at: number | undefined) => stores.users.setDisabled('usr_renamed', at),
      (at: number | undefined) => stores.clients.setDisabled('added', at),
      (at: number | undefined) => stores.clients.change('added', Date.now(), (client) => ({ ...client, disabled: at !== undefined })),
    ].entries()) {
      const id = `of-disabled-${index}`;
      await stores.grants.create({ ...grant(id), userId: 'usr_renamed', clientId: 'added' }, { hash: id, expiresAt: 1_800_000_000_000 });
      await stores.consents.decide('usr_renamed', 'added', 'https://r.example', { agreed: ['a'], refused: [] });
      expect(await stores.refreshTokens.find(id, 1_700_000_001_000)).toMatchObject({ alive: true });
      await turn(1_700_000_002_000);
      expect(await stores.refreshTokens.find(id, 1_700_000_001_000)).toMatchObject({ alive: false });
      await turn(undefined);
      expect(await stores.refreshTokens.find(id, 1_700_000_001_000)).toMatchObject({ alive: false });
      expect((await stores.grants.find(id))?.revokedAt).toBeDefined();
      expect((await stores.consents.find('usr_renamed', 'added')).size).toBe(0);
    }
  });

  it('a client with more grants than one statement takes can be enabled again, and removed', async () => {
    const client = (await stores.clients.find('added')) as Client;
    await stores.clients.save({ ...client, id: 'large' });
    const many = (name: string) =>
      Promise.all(
        Array.from({ length: 1_500 }, (_, index) =>
          stores.grants.create(
            { ...grant(`${name}-${index}`), clientId: 'large' },
            { hash: `${name}-${index}`, expiresAt: 1_800_000_000_000 },
          ),
        ),
      );
    const ofClient = { userId: undefined, clientId: 'large', before: undefined, limit: 2_000 };
    await many('large');
    await stores.clients.setDisabled('large', Date.now());
    await stores.clients.setDisabled('large', undefined);
    expect((await stores.grants.list(ofClient)).filter(({ revokedAt }) => revokedAt === undefined)).toHaveLength(0);
    // Nobody is told of each: the client has been named.
    const { changes } = await stores.changes.since(undefined);
    expect(changes.filter(({ kind, key }) => kind === 'grant_revoked' && key.startsWith('large-'))).toHaveLength(0);
    expect(changes).toContainEqual(expect.objectContaining({ kind: 'client_revoked', key: 'large' }));
    expect(await stores.clients.remove('large')).toBe(true);
    expect(await stores.grants.list(ofClient)).toHaveLength(0);
    expect(await stores.refreshTokens.find('large-0', 0)).toBeUndefined();
  });

  it('revokes all grants of a client, however many', async () => {
    const client = (await stores.clients.find('added')) as Client;
    await stores.clients.save({ ...client, id: 'crowded' });
    const ids = Array.from({ length: 2_100 }, (_, index) => `crowded-${index}`);
    await Promise.all(ids.map((id) => stores.grants.create({ ...grant(id), clientId: 'crowded' })));
    expect((await stores.grants.revokeAll({ clientId: 'crowded' }, Date.now())).sort()).toEqual(ids.sort());
    const listed = await stores.grants.list({ userId: undefined, clientId: 'crowded', before: undefined, limit: 3_000 });
    expect(listed.filter(({ revokedAt }) => revokedAt === undefined)).toHaveLength(0);
    expect(await stores.grants.revokeAll({ clientId: 'crowded' }, Date.now())).toEqual([]);
  });

  it('leaves a user that is there as it is', async () => {
    await stores.users.addIfAbsent({ id: 'usr_other', username: 'alice', passwordHash: 'x', name: 'Not Alice' });
    expect(await stores.users.findByUsername('alice')).toMatchObject({ id: userId, name: 'Alice', disabled: false });
  });

  it('seeding again changes nothing', async () => {
    const before = [await stores.users.findByUsername('alice'), await stores.clients.find('sample-client'), await stores.resources.list()];
    await seed(stores, defaultSeedAddresses);
    expect([await stores.users.findByUsername('alice'), await stores.clients.find('sample-client'), await stores.resources.list()]).toEqual(
      before,
    );
  });

  it('adds consents up, also those that are given at once', async () => {
    await Promise.all(
      ['a', 'b', 'c', 'a'].map((scope) =>
        stores.consents.decide(userId, 'sample-client', 'https://r.example', { agreed: [scope], refused: [] }),
      ),
    );
    await stores.consents.decide(userId, 'sample-client', 'https://empty.example', { agreed: [], refused: [] });
    const found = await stores.consents.find(userId, 'sample-client');
    expect(found.get('https://r.example')?.agreed).toEqual(new Set(['a', 'b', 'c']));
    expect(found.get('https://empty.example')?.agreed).toEqual(new Set());
    expect((await stores.consents.find(userId, 'legacy-web')).size).toBe(0);
  });

  const grant = (id: string): Grant => ({
    id,
    userId,
    clientId: 'sample-client',
    granted: [{ resource: 'https://r.example', scopes: ['a'] }],
    authTime: 1_700_000_000,
    createdAt: 1_700_000_000_000,
    expiresAt: 1_800_000_000_000,
  });

  it('records a grant once', async () => {
    expect(await stores.grants.create(grant('once'))).toBe(true);
    expect(await stores.grants.create(grant('once'))).toBe(false);
    expect((await stores.grants.find('once'))?.revokedAt).toBeUndefined();
  });

  it('revokes a grant, and it stays revoked', async () => {
    await stores.grants.create(grant('ended'));
    await stores.grants.revoke('ended', 1_700_000_001_000);
    expect((await stores.grants.find('ended'))?.revokedAt).toBeDefined();
  });

  it('of many who record one grant at once exactly one succeeds', async () => {
    const results = await Promise.all(Array.from({ length: 16 }, () => stores.grants.create(grant('raced'))));
    expect(results.filter(Boolean)).toHaveLength(1);
  });

  it('records no grant of a user or client that is gone or disabled', async () => {
    expect(await stores.grants.create({ ...grant('no-user'), userId: 'usr_gone' })).toBe(false);
    expect(await stores.grants.create({ ...grant('no-client'), clientId: 'gone' })).toBe(false);
    const bob = (await stores.users.findByUsername('bob'))?.id as string;
    await stores.users.setDisabled(bob, Date.now());
    expect(await stores.grants.create({ ...grant('disabled'), userId: bob })).toBe(false);
    await stores.users.setDisabled(bob, undefined);
    expect(await stores.grants.create({ ...grant('disabled'), userId: bob })).toBe(true);
  });

  it('revoking a grant that is not there does nothing', async () => {
    await stores.grants.revoke('unknown', 1_700_000_001_000);
    expect((await stores.grants.find('unknown'))?.revokedAt).toBeUndefined();
  });

  it('keeps resources with their scopes, the first registered first', async () => {
    await registerResource(stores, { identifier: 'https://a.example', name: 'A', scopes: [{ name: 'x', description: 'X' }] });
    await registerResource(stores, { identifier: 'https://a.example', name: 'A2', scopes: [{ name: 'y', description: 'Y' }] });
    const all = await stores.resources.list();
    expect(all[0]?.identifier).toBe('http://localhost:4001');
    expect(all.find((resource) => resource.identifier === 'https://a.example')).toEqual({
      identifier: 'https://a.example',
      name: 'A2',
      scopes: [{ name: 'y', description: 'Y' }],
      accessTokenFormat: 'jwt',
      signingAlgorithm: 'ES256',
      isDefault: false,
      resourceServers: [],
    });
  });

  it('of two keys with one place in the order the first stays', async () => {
    const key = (kid: string, sequence: number) => ({
      kid,
      sequence,
      algorithm: 'ES256' as const,
      publicJwk: { kty: 'EC' as const, crv: 'P-256' as const, x: 'x', y: 'y', kid, use: 'sig' as const, alg: 'ES256' as const },
      encryptedPrivateKey: new Uint8Array([1, 2, 3]),
      encryptionKeyId: 'an-id',
      signsFrom: 1_700_000_000_000,
    });
    await Promise.all([stores.signingKeys.addIfAbsent(key('a', 1)), stores.signingKeys.addIfAbsent(key('b', 1))]);
    await stores.signingKeys.addIfAbsent(key('c', 2));
    const keys = await stores.signingKeys.list();
    expect(keys.map((each) => each.sequence)).toEqual([1, 2]);
    expect(keys[1]).toEqual(key('c', 2));
    await stores.signingKeys.removeBefore('ES256', 2);
    expect((await stores.signingKeys.list()).map((each) => each.kid)).toEqual(['c']);
  });

  it('answers a ping', async () => {
    await expect(stores.ping()).resolves.toBeUndefined();
  });

  it('refuses a database without its migrations, and names them', async () => {
    await expect(openStores(await testDatabaseLocation(), 'require')).rejects.toThrow(/lacks \d+ migration\(s\): 20261122000000_init/);
  });
});
