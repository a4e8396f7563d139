import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { type JsonWebKeySet, type PublicSigningKey, publicSigningKey } from '@rolecall/contracts/jwks';
import type { Clock } from '@rolecall/storage/clock';
import type { Logger } from 'pino';
import type { SigningKeyRecord, SigningKeyStore } from '../stores/types.ts';
import { tokenHash } from '../random.ts';
import { decryptPrivateKey, encryptPrivateKey } from './key-encryption.ts';
import { createTokenSigner, type TokenSigner } from './token-signer.ts';

/** How long others may keep a copy of the published keys. */
export const JWKS_MAX_AGE_SECONDS = 300;

/** How long an instance works with the keys that it has read before it looks again. */
const RELOAD_SECONDS = 60;

/** A key is published this long before it signs: every instance has read it, and every copy of the published keys has been renewed, with time to spare. */
const ANNOUNCEMENT_SECONDS = 2 * (JWKS_MAX_AGE_SECONDS + RELOAD_SECONDS);

/** What two machines' clocks may differ by. */
const CLOCK_SKEW_SECONDS = 60;

const ROTATION_SECONDS = 90 * 86_400;

/** The keys of this server: what signs now, and what is published. */
export interface KeyRing {
  /** The signer of the key that is in use now. */
  signer(): Promise<TokenSigner>;
  /** The public keys: the one in use, the next one before it is used, and each earlier one until all that it signed has expired. */
  published(): Promise<JsonWebKeySet>;
}

/**
 * Opens the ring, and makes the first key where there is none.
 * Which key does what follows from the order of the keys and the time alone, so that all instances agree without talking to each other.
 *
 * @throws Error when a key cannot be decrypted with `encryptionKey`.
 */
export async function openKeyRing(options: {
  store: SigningKeyStore;
  clock: Clock;
  /** 32 bytes. */
  encryptionKey: Uint8Array;
  logger: Pick<Logger, 'error'>;
  /** The longest that anything signed may live, with any configuration: instances may differ while it is changed. */
  tokenLifetimeSeconds: number;
}): Promise<KeyRing> {
  const { store, clock, encryptionKey } = options;
  const signers = new Map<string, TokenSigner>();
  let loaded: { at: number; records: SigningKeyRecord[] } | undefined;
  let loading: Promise<SigningKeyRecord[]> | undefined;

  const load = async (): Promise<SigningKeyRecord[]> => {
    const records = await store.list();
    const newest = records.at(-1);
    if (newest === undefined || clock.now() - newest.signsFrom > ROTATION_SECONDS * 1000) {
      await addAfter(newest);
      return store.list();
    }
    const oldest = oldestPublished(records);
    if (oldest !== records[0]) await store.removeBefore(oldest.sequence);
    return records.slice(records.indexOf(oldest));
  };

  const keys = async (): Promise<SigningKeyRecord[]> => {
    if (loaded && clock.now() - loaded.at < RELOAD_SECONDS * 1000) return loaded.records;
    // Whoever comes while the keys are read waits for the same answer.
    loading ??= load().finally(() => {
      loading = undefined;
    });
    try {
      loaded = { at: clock.now(), records: await loading };
    } catch (error) {
      if (loaded === undefined) throw error;
      // The database is away: the keys that are known still serve, and it is asked again later.
      options.logger.error({ err: error }, 'the signing keys cannot be read anew');
      loaded = { ...loaded, at: clock.now() };
    }
    return loaded.records;
  };

  const addAfter = (newest: SigningKeyRecord | undefined): Promise<void> => {
    const signsFrom = newest === undefined ? clock.now() : clock.now() + ANNOUNCEMENT_SECONDS * 1000;
    return store.addIfAbsent(newKey((newest?.sequence ?? 0) + 1, signsFrom, encryptionKey));
  };

  const oldestPublished = (records: SigningKeyRecord[]): SigningKeyRecord => {
    const needed = (options.tokenLifetimeSeconds + CLOCK_SKEW_SECONDS) * 1000;
    // A key is done with when its successor has been signing for longer than anything lives.
    const index = records.findLastIndex((record) => record.signsFrom + needed <= clock.now());
    return records[Math.max(0, index)] as SigningKeyRecord;
  };

  const signer = async (): Promise<TokenSigner> => {
    const records = await keys();
    const current = records.findLast((record) => record.signsFrom <= clock.now()) ?? (records[0] as SigningKeyRecord);
    let found = signers.get(current.kid);
    if (found === undefined) {
      found = await createTokenSigner(current.kid, current.algorithm, openKey(current, encryptionKey));
      signers.clear();
      signers.set(current.kid, found);
    }
    return found;
  };

  await signer();
  return {
    signer,
    published: async () => ({ keys: (await keys()).map((record) => record.publicJwk) }),
  };
}

function newKey(sequence: number, signsFrom: number, encryptionKey: Uint8Array): SigningKeyRecord {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { kty, crv, x, y } = publicKey.export({ format: 'jwk' });
  // The thumbprint of the key (RFC 7638): the same wherever it is computed, and unique.
  const kid = tokenHash(JSON.stringify({ crv, kty, x, y }));
  const publicJwk: PublicSigningKey = publicSigningKey.parse({ kty, crv, x, y, kid, use: 'sig', alg: 'ES256' });
  const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'der' });
  return { kid, sequence, algorithm: 'ES256', publicJwk, encryptedPrivateKey: encryptPrivateKey(pkcs8, kid, encryptionKey), signsFrom };
}

function openKey(record: SigningKeyRecord, encryptionKey: Uint8Array): KeyObject {
  const der = decryptPrivateKey(record.encryptedPrivateKey, record.kid, encryptionKey);
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}
