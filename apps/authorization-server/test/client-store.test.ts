import { testDatabaseLocation } from '@rolecall/storage/test-support/stores';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStores } from '../src/stores/open-stores.ts';
import type { Client, Stores } from '../src/stores/types.ts';

const HOUR = 3_600_000;

describe('clients that registered themselves, in the database', () => {
  let stores: Stores;
  beforeAll(async () => {
    stores = await openStores(await testDatabaseLocation(), 'apply');
  });
  afterAll(() => stores.close());

  const client = (id: string, changes: Partial<Client> = {}): Client => ({
    id,
    name: id,
    tokenEndpointAuthMethod: 'none',
    applicationType: 'web',
    grantTypes: ['authorization_code'],
    redirectUris: ['https://client.example/callback'],
    scopes: ['one'],
    requirePkce: true,
    refreshTokenRotation: 'always',
    information: {},
    verified: false,
    disabled: false,
    registrationAccessTokenHash: `hash of ${id}`,
    secrets: [],
    ...changes,
  });
  const isThere = async (id: string) => (await stores.clients.find(id)) !== undefined;

  it('those that nobody used go, a few at a time; used ones, new ones and those of an administrator stay', async () => {
    const now = Date.now();
    for (const id of ['unused-1', 'unused-2', 'unused-3', 'used', 'used-too']) await stores.clients.save(client(id));
    const { registrationAccessTokenHash: _, ...byAdmin } = client('kept-by-admin');
    await stores.clients.save(byAdmin);
    await stores.clients.touch(['unused-1', 'unused-2', 'unused-3', 'kept-by-admin'], now - 90 * HOUR);
    await stores.clients.touch(['used', 'used-too'], now - HOUR / 2);

    const first = await stores.clients.removeUnused(now - 24 * HOUR, 2);
    expect(first).toHaveLength(2);
    const second = await stores.clients.removeUnused(now - 24 * HOUR, 2);
    expect([...first, ...second].sort()).toEqual(['unused-1', 'unused-2', 'unused-3']);
    expect(await stores.clients.removeUnused(now - 24 * HOUR, 2)).toEqual([]);
    for (const id of ['used', 'used-too', 'kept-by-admin']) expect(await isThere(id), id).toBe(true);
  });

  it('a registration that was never used counts from when it was made', async () => {
    await stores.clients.save(client('never-used'));
    expect(await stores.clients.removeUnused(Date.now() - HOUR, 10)).toEqual([]);
    expect(await stores.clients.removeUnused(Date.now() + HOUR, 100)).toContain('never-used');
  });

  it('two instances that clean up at once share the work', async () => {
    const ids = Array.from({ length: 20 }, (_, index) => `shared-${index}`);
    for (const id of ids) await stores.clients.save(client(id));
    await stores.clients.touch(ids, 1_000);
    const removed = await Promise.all([stores.clients.removeUnused(2_000, 20), stores.clients.removeUnused(2_000, 20)]);
    const rest = await stores.clients.removeUnused(2_000, 20);
    expect([...removed.flat(), ...rest].sort()).toEqual([...ids].sort());
  });

  it('an earlier time does not replace a later one', async () => {
    await stores.clients.save(client('touched'));
    await stores.clients.touch(['touched'], Date.now());
    await stores.clients.touch(['touched', 'no-such'], 1_000);
    expect(await stores.clients.removeUnused(2_000, 10)).toEqual([]);
  });

  it('that a client was used is no change that caches have to follow', async () => {
    await stores.clients.save(client('quiet'));
    const { horizon } = await stores.changes.since(undefined);
    await stores.clients.touch(['quiet'], Date.now());
    expect((await stores.changes.since(horizon)).changes.map(({ key }) => key)).not.toContain('quiet');
    await stores.clients.setDisabled('quiet', Date.now());
    expect((await stores.changes.since(horizon)).changes.map(({ key }) => key)).toContain('quiet');
  });

  it('AS-MGMT-02: a client replaces itself only while it is there, enabled, and has that token', async () => {
    await stores.clients.save(client('itself'));
    expect(await stores.clients.replaceRegistered(client('itself', { name: 'New' }))).toBe(true);
    expect((await stores.clients.find('itself'))?.name).toBe('New');

    expect(await stores.clients.replaceRegistered(client('itself', { name: 'X', registrationAccessTokenHash: 'another' }))).toBe(false);
    await stores.clients.setDisabled('itself', Date.now());
    expect(await stores.clients.replaceRegistered(client('itself', { name: 'X' }))).toBe(false);
    expect(await stores.clients.find('itself')).toMatchObject({ name: 'New', disabled: true });
    await stores.clients.remove('itself');
    expect(await stores.clients.replaceRegistered(client('itself', { secrets: [{ hash: 'x' }] }))).toBe(false);
    expect(await isThere('itself')).toBe(false);
  });

  it('keeps initial access tokens', async () => {
    const first = { id: 'iat_1', note: 'for a friend', hash: 'one', createdAt: 1_000 };
    const second = { id: 'iat_2', note: '', hash: 'two', createdAt: 2_000, expiresAt: 3_000 };
    for (const token of [second, first]) await stores.initialAccessTokens.add(token);
    expect(await stores.initialAccessTokens.list()).toEqual([first, second]);
    expect(await stores.initialAccessTokens.find('two')).toEqual(second);
    expect(await stores.initialAccessTokens.find('three')).toBeUndefined();
    expect(await stores.initialAccessTokens.remove('iat_1')).toBe(true);
    expect(await stores.initialAccessTokens.remove('iat_1')).toBe(false);
    expect(await stores.initialAccessTokens.list()).toEqual([second]);
  });
});
