import { createHmac, createPrivateKey, randomBytes, sign } from 'node:crypto';
import { createMovableClock, type MovableClock } from '@rolecall/storage/test-support/movable-clock';
import { testDatabaseLocation } from '@rolecall/storage/test-support/stores';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createKeyEncryption } from '../src/keys/key-encryption.ts';
import { openStores } from '../src/stores/open-stores.ts';
import type { SigningKeyStore, Stores } from '../src/stores/types.ts';
import { openTestKeyRing } from './support/key-ring.ts';

let stores: Stores;
let clock: MovableClock;
beforeEach(async () => {
  stores = await openStores(await testDatabaseLocation(), 'apply');
  clock = createMovableClock();
  onTestFinished(() => stores.close());
});

/** Counts what the ring asks of the database. */
function counted(): { signingKeys: SigningKeyStore; count: () => number } {
  let count = 0;
  const signingKeys = Object.fromEntries(
    Object.entries(stores.signingKeys).map(([name, method]: [string, (...parameters: never[]) => Promise<unknown>]) => [
      name,
      (...parameters: never[]) => {
        count += 1;
        return method(...parameters);
      },
    ]),
  ) as unknown as SigningKeyStore;
  return { signingKeys, count: () => count };
}

const claims = (now: number) => ({
  iss: 'https://as.example',
  sub: 'usr_a',
  aud: 'https://r.example',
  client_id: 'c',
  iat: Math.floor(now / 1000),
  exp: Math.floor(now / 1000) + 600,
  jti: 'j',
});

describe('key ring', () => {
  it('is the same for two instances that start at once on an empty database', async () => {
    const [one, other] = await Promise.all([openTestKeyRing(stores, clock), openTestKeyRing(stores, clock)]);
    expect(await one.published()).toEqual(await other.published());
  });

  it('goes on with the keys that it knows while the database is away, tells the log, and asks again', async () => {
    const complaints: unknown[] = [];
    const logger = { error: (complaint: unknown) => complaints.push(complaint), info: () => {} } as never;
    let away = false;
    const list = () => (away ? Promise.reject(new Error('away')) : stores.signingKeys.list());
    const ring = await openTestKeyRing({ signingKeys: { ...stores.signingKeys, list } }, clock, { logger });
    const before = await ring.published();
    away = true;
    clock.advance(120);
    expect(await ring.published()).toEqual(before);
    expect(await ring.published()).toEqual(before);
    expect(complaints).toHaveLength(1);
    away = false;
    await stores.signingKeys.removeBefore('ES256', 2);
    clock.advance(6);
    expect(await ring.published()).not.toEqual(before);
  });

  it('does not keep what was read before a change that it has been told of', async () => {
    let release: (() => void) | undefined;
    let gate = Promise.resolve();
    const list = async () => {
      const read = await stores.signingKeys.list();
      await gate;
      return read;
    };
    const ring = await openTestKeyRing({ signingKeys: { ...stores.signingKeys, list } }, clock);
    const other = await openTestKeyRing(stores, clock);
    gate = new Promise((resolve) => (release = resolve));
    clock.advance(61);
    const published = ring.published();
    await expect.poll(() => stores.ping()).toBeUndefined();
    const { kid } = await other.rotate('ES256', { immediately: true });
    ring.forget();
    release?.();
    expect((await published).keys.find(({ alg }) => alg === 'ES256')?.kid).toBe(kid);
    expect((await ring.published()).keys.find(({ alg }) => alg === 'ES256')?.kid).toBe(kid);
  });
});

describe('verification', () => {
  const encode = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

  async function setUp() {
    const database = counted();
    const ring = await openTestKeyRing(database, clock);
    const key = (await stores.signingKeys.list()).find(({ algorithm }) => algorithm === 'ES256');
    if (key === undefined) throw new Error('there is no key');
    const der = createKeyEncryption([new Uint8Array(32)]).open(key);
    const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    const header = { alg: 'ES256', typ: 'at+jwt', kid: key.kid };
    /** Signed with the right key, whatever it says. */
    const forge = (changes: Record<string, unknown>, payload: unknown = claims(clock.now())) => {
      const input = `${encode({ ...header, ...changes })}.${encode(payload)}`;
      return `${input}.${sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
    };
    return { ring, key, forge, database };
  }

  it('tries anew with a key that could not be read before', async () => {
    let isBroken = false;
    const list = async () => {
      const keys = await stores.signingKeys.list();
      return isBroken ? keys.map((key) => ({ ...key, publicJwk: { ...key.publicJwk, x: 'broken' } as typeof key.publicJwk })) : keys;
    };
    const ring = await openTestKeyRing({ signingKeys: { ...stores.signingKeys, list } }, clock);
    const token = (await ring.signer('ES256'))(claims(clock.now()));
    isBroken = true;
    ring.forget();
    await expect(ring.verify(token)).rejects.toThrow();
    isBroken = false;
    ring.forget();
    expect(await ring.verify(token)).toEqual(claims(clock.now()));
  });

  it('accepts what the ring has signed, with each algorithm', async () => {
    const { ring, forge } = await setUp();
    expect(await ring.verify(forge({}))).toEqual(claims(clock.now()));
    for (const algorithm of ['ES256', 'RS256', 'EdDSA'] as const)
      expect(await ring.verify((await ring.signer(algorithm))(claims(clock.now())))).toEqual(claims(clock.now()));
  });

  it('refuses another type, also where the signature is right', async () => {
    const { ring, forge } = await setUp();
    for (const typ of ['JWT', 'revocations+jwt', 'token-introspection+jwt', undefined, 'AT+JWT', 7])
      expect(await ring.verify(forge({ typ }))).toBeUndefined();
    expect(await ring.verify((await ring.signer('ES256', 'revocations+jwt'))(claims(clock.now())))).toBeUndefined();
  });

  it('SEC-19: refuses every other algorithm than the one of the key, none and HMAC with the public key among them', async () => {
    const { ring, key, forge } = await setUp();
    for (const alg of ['RS256', 'EdDSA', 'ES384', 'HS256', 'none', 'None', undefined, null, ['ES256']])
      expect(await ring.verify(forge({ alg }))).toBeUndefined();
    const input = `${encode({ alg: 'HS256', typ: 'at+jwt', kid: key.kid })}.${encode(claims(clock.now()))}`;
    const hmac = createHmac('sha256', JSON.stringify(key.publicJwk)).update(input).digest('base64url');
    expect(await ring.verify(`${input}.${hmac}`)).toBeUndefined();
    expect(await ring.verify(`${encode({ alg: 'none', typ: 'at+jwt', kid: key.kid })}.${encode(claims(clock.now()))}.`)).toBeUndefined();
  });

  it('SEC-20, SEC-21: refuses a header that names keys or extensions, critical or not', async () => {
    const { ring, key, forge } = await setUp();
    for (const extra of [
      { crit: ['exp'], exp: 1 },
      { crit: [] },
      { crit: null },
      { b64: false },
      { jwk: key.publicJwk },
      { jku: 'https://evil.example/jwks' },
      { x5u: 'https://evil.example/x' },
      { cty: 'JWT' },
    ])
      expect(await ring.verify(forge(extra))).toBeUndefined();
  });

  it('refuses what was changed, cut or is no token', async () => {
    const { ring, forge } = await setUp();
    const good = forge({});
    const [header, payload, signature] = good.split('.') as [string, string, string];
    for (const bad of [
      `${header}.${encode({ ...claims(clock.now()), sub: 'usr_b' })}.${signature}`,
      `${header}.${payload}.`,
      `${header}.${payload}`,
      `${header}..${signature}`,
      `${header}.${payload}.${signature}.${signature}`,
      `${header}.${payload}.${signature.slice(0, -4)}`,
      ` ${good}`,
      `${good}\n`,
      '',
      '.',
      '..',
      forge({}, '[]'),
      forge({}, 'null'),
      forge({}, { ...claims(clock.now()), exp: 'never' }),
    ])
      expect(await ring.verify(bad)).toBeUndefined();
  });

  it('SEC-24: a key id that names no key costs no look at the database, or one a second at the most', async () => {
    const { ring, forge, database } = await setUp();
    const before = database.count();
    for (const kid of ['../../etc/passwd', "' OR 1=1 --", '__proto__', 'constructor', 'k'.repeat(10_000), '\0', '', 7, null, {}, undefined])
      expect(await ring.verify(forge({ kid }))).toBeUndefined();
    for (const garbage of ['x'.repeat(60_000), `${'A'.repeat(20_000)}.A.A`, `${encode('{'.repeat(300))}.A.A`])
      expect(await ring.verify(garbage)).toBeUndefined();
    expect(database.count()).toBe(before);
    const unknown = () => forge({ kid: randomBytes(32).toString('base64url') });
    await Promise.all(Array.from({ length: 50 }, () => ring.verify(unknown())));
    expect(database.count()).toBe(before + 1);
    clock.advance(1);
    await ring.verify(unknown());
    expect(database.count()).toBe(before + 2);
  });

  it('SEC-45: a token that is too large for one of this server’s is refused unread', async () => {
    const { ring, forge } = await setUp();
    expect(await ring.verify(forge({}, { ...claims(clock.now()), extra: 'x'.repeat(8_000) }))).toBeDefined();
    expect(await ring.verify(forge({}, { ...claims(clock.now()), extra: 'x'.repeat(20_000) }))).toBeUndefined();
  });
});

describe('the key that encrypts the keys', () => {
  const [first, second] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
  const encryptedWith = async () => new Set((await stores.signingKeys.list()).map((key) => key.encryptionKeyId));

  it('leaves nothing of a private key to read', async () => {
    await openTestKeyRing(stores, clock);
    for (const { encryptedPrivateKey } of await stores.signingKeys.list()) {
      const hex = Buffer.from(encryptedPrivateKey).toString('hex');
      // What PKCS #8 begins with for each kind of key.
      for (const identifier of ['06072a8648ce3d0201', '06092a864886f70d010101', '06032b6570']) expect(hex).not.toContain(identifier);
    }
  });

  it('ties each encrypted key to its id: one put in another’s place is refused, and so is one that was changed', () => {
    const encryption = createKeyEncryption([first]);
    const sealed = encryption.seal(Buffer.from('key'), 'one');
    expect(encryption.open({ kid: 'one', ...sealed }).toString()).toBe('key');
    expect(() => encryption.open({ kid: 'other', ...sealed })).toThrow(/KEY_ENCRYPTION_KEY/);
    const changed = Uint8Array.from(sealed.encryptedPrivateKey);
    changed[changed.length - 1] = (changed.at(-1) as number) ^ 1;
    expect(() => encryption.open({ kid: 'one', ...sealed, encryptedPrivateKey: changed })).toThrow(/KEY_ENCRYPTION_KEY/);
  });

  it('cannot be another one all of a sudden: the server does not start', async () => {
    await openTestKeyRing(stores, clock, { encryptionKeys: [first] });
    await expect(openTestKeyRing(stores, clock, { encryptionKeys: [second] })).rejects.toThrow(/KEY_ENCRYPTION_KEY is not the key/);
    await expect(openTestKeyRing(stores, clock, { encryptionKeys: [second, new Uint8Array(32)] })).rejects.toThrow(
      /nor is one of KEY_ENCRYPTION_KEYS_ACCEPTED/,
    );
  });

  it('is replaced in three steps, with instances of two configurations side by side, and the signing keys stay', async () => {
    const before = await openTestKeyRing(stores, clock, { encryptionKeys: [first] });
    const keys = await before.published();
    const token = (await before.signer('ES256'))(claims(clock.now()));

    // Both accepted everywhere, then switched: several at once, while old ones start as well.
    await openTestKeyRing(stores, clock, { encryptionKeys: [first, second] });
    const rings = await Promise.all(
      [
        [second, first],
        [second, first],
        [first, second],
        [second, first],
      ].map((encryptionKeys) => openTestKeyRing(stores, clock, { encryptionKeys })),
    );
    for (const ring of rings) {
      expect(await ring.published()).toEqual(keys);
      expect(await ring.verify(token)).toBeDefined();
    }
    await openTestKeyRing(stores, clock, { encryptionKeys: [second, first] });
    expect((await encryptedWith()).size).toBe(1);

    // Dropped.
    const after = await openTestKeyRing(stores, clock, { encryptionKeys: [second] });
    expect(await after.published()).toEqual(keys);
    expect(await after.verify(token)).toBeDefined();
    await expect(openTestKeyRing(stores, clock, { encryptionKeys: [first] })).rejects.toThrow(/KEY_ENCRYPTION_KEY/);
  });

  it('encrypts what another instance has added with the old one since, within the hour', async () => {
    const old = await openTestKeyRing(stores, clock, { encryptionKeys: [first, second] });
    const young = await openTestKeyRing(stores, clock, { encryptionKeys: [second, first] });
    await old.rotate('EdDSA');
    expect((await encryptedWith()).size).toBe(2);
    clock.advance(3_601);
    await young.published();
    await expect.poll(async () => (await encryptedWith()).size).toBe(1);
    await openTestKeyRing(stores, clock, { encryptionKeys: [second] });
  });

  it('opens what was encrypted before it was written down with which key', async () => {
    await openTestKeyRing(stores, clock, { encryptionKeys: [first] });
    for (const { kid, encryptionKeyId, encryptedPrivateKey } of await stores.signingKeys.list())
      await stores.signingKeys.reseal(kid, encryptionKeyId, { encryptedPrivateKey, encryptionKeyId: '' });
    await openTestKeyRing(stores, clock, { encryptionKeys: [second, first] });
    await openTestKeyRing(stores, clock, { encryptionKeys: [second] });
    expect(await encryptedWith()).not.toContain('');
  });
});
