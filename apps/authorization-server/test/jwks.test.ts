import { jsonWebKeySet } from '@rolecall/contracts/jwks';
import { createMovableClock } from '@rolecall/storage/test-support/movable-clock';
import { testDatabaseLocation } from '@rolecall/storage/test-support/stores';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decryptPrivateKey, encryptPrivateKey } from '../src/keys/key-encryption.ts';
import { openKeyRing } from '../src/keys/key-ring.ts';
import { openStores } from '../src/stores/open-stores.ts';
import { postToken } from './support/flow.ts';
import { startTestServer, type TestServer } from './support/test-server.ts';

const DAY = 86_400;

describe('published keys', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.close());

  const published = async () => (await server.app.inject('/jwks')).json();
  const token = async (): Promise<string> => {
    const form = { grant_type: 'client_credentials', client_id: 'sample-service', client_secret: 'sample-service-secret' };
    return (await postToken(server, form)).json().access_token;
  };

  it('AS-JWKS-01: has kty, kid, use and alg of every key, and nothing private', async () => {
    const keys = jsonWebKeySet.parse(await published());
    expect(keys.keys).toHaveLength(1);
    for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']) expect(keys.keys[0]).not.toHaveProperty(member);
  });

  it('AS-JWKS-03: EC keys are on P-256', async () => {
    expect((await published()).keys[0]).toMatchObject({ kty: 'EC', crv: 'P-256' });
  });

  it('AS-JWKS-04: may be kept for a stated time, and read by other origins', async () => {
    const { headers } = await server.app.inject({ url: '/jwks', headers: { origin: 'https://app.example' } });
    expect(headers['cache-control']).toMatch(/max-age=\d+/);
    expect(headers['access-control-allow-origin']).toBe('*');
  });

  it('AS-JWKS-02: a new key is published before it signs, and the old one until all that it signed has expired', async () => {
    const before = await token();
    const oldKid = decodeProtectedHeader(before).kid;

    server.clock.advance(91 * DAY);
    const { keys } = jsonWebKeySet.parse(await published());
    expect(keys).toHaveLength(2);
    expect(decodeProtectedHeader(await token()).kid).toBe(oldKid);

    server.clock.advance(3_600);
    expect(decodeProtectedHeader(await token()).kid).toBe(keys[1]?.kid);
    expect((await published()).keys).toHaveLength(2);

    server.clock.advance(3_660);
    const last = await token();
    const afterwards = await published();
    expect(afterwards.keys.map((key: { kid: string }) => key.kid)).not.toContain(oldKid);
    expect(afterwards.keys).toHaveLength(1);
    await jwtVerify(last, createLocalJWKSet(afterwards), { currentDate: new Date(server.clock.now()) });
    expect((await server.stores.signingKeys.list()).map((record) => record.kid)).toEqual([keys[1]?.kid]);
  });

  it('AS-JWKS-02: a token of the old key verifies until it expires', async () => {
    const own = await startTestServer({ ACCESS_TOKEN_LIFETIME: '3600' });
    own.clock.advance(91 * DAY);
    const form = { grant_type: 'client_credentials', client_id: 'sample-service', client_secret: 'sample-service-secret' };
    await own.app.inject('/jwks');
    own.clock.advance(719);
    const old = (await postToken(own, form)).json().access_token;
    own.clock.advance(61);
    const young = (await postToken(own, form)).json().access_token;
    expect(decodeProtectedHeader(young).kid).not.toBe(decodeProtectedHeader(old).kid);
    own.clock.advance(3_500);
    const keys = createLocalJWKSet((await own.app.inject('/jwks')).json());
    await jwtVerify(old, keys, { currentDate: new Date(own.clock.now()) });
    await jwtVerify(young, keys, { currentDate: new Date(own.clock.now()) });
    await own.close();
  });
});

describe('key ring', () => {
  it('is the same for two instances that start at once on an empty database', async () => {
    const stores = await openStores(await testDatabaseLocation(), 'apply');
    const options = {
      store: stores.signingKeys,
      clock: createMovableClock(),
      encryptionKeys: [new Uint8Array(32)],
      tokenLifetimeSeconds: 600,
      logger: pino({ level: 'silent' }),
    };
    const [one, other] = await Promise.all([openKeyRing(options), openKeyRing(options)]);
    expect(await one.published()).toEqual(await other.published());
    await stores.close();
  });

  it('goes on with the keys that it knows while the database is away, and tells the log', async () => {
    const stores = await openStores(await testDatabaseLocation(), 'apply');
    const clock = createMovableClock();
    const complaints: unknown[] = [];
    const logger = { error: (complaint: unknown) => complaints.push(complaint) } as never;
    const ring = await openKeyRing({
      store: stores.signingKeys,
      clock,
      encryptionKeys: [new Uint8Array(32)],
      tokenLifetimeSeconds: 600,
      logger,
    });
    const before = await ring.published();
    await stores.close();
    clock.advance(120);
    expect(await ring.published()).toEqual(before);
    expect(complaints).toHaveLength(1);
  });

  it('ties each encrypted key to its id: one put in another’s place is refused', async () => {
    const sealed = encryptPrivateKey(Buffer.from('key'), 'one', new Uint8Array(32));
    expect(decryptPrivateKey(sealed, 'one', new Uint8Array(32)).toString()).toBe('key');
    expect(() => decryptPrivateKey(sealed, 'other', new Uint8Array(32))).toThrow(/KEY_ENCRYPTION_KEY/);
  });

  it('keeps private keys encrypted, and refuses to start with another encryption key', async () => {
    const stores = await openStores(await testDatabaseLocation(), 'apply');
    const options = {
      store: stores.signingKeys,
      clock: createMovableClock(),
      tokenLifetimeSeconds: 600,
      logger: pino({ level: 'silent' }),
    };
    await openKeyRing({ ...options, encryptionKeys: [new Uint8Array(32)] });
    const [record] = await stores.signingKeys.list();
    // What a PKCS #8 EC key begins with must not be there.
    expect(Buffer.from(record?.encryptedPrivateKey ?? []).toString('hex')).not.toContain('06072a8648ce3d0201');
    await expect(openKeyRing({ ...options, encryptionKeys: [new Uint8Array(32).fill(1)] })).rejects.toThrow(
      /KEY_ENCRYPTION_KEY is not the key/,
    );
    await stores.close();
  });
});
