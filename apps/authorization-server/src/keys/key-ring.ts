import { createPrivateKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { ACCESS_TOKEN_TYPE, type AccessTokenClaims, accessTokenClaims } from '@rolecall/contracts/access-token';
import { type JsonWebKeySet, publicSigningKey, type SigningAlgorithm, signingAlgorithm } from '@rolecall/contracts/jwks';
import type { Clock } from '@rolecall/storage/clock';
import type { Logger } from 'pino';
import type { SigningKeyRecord, SigningKeyStore } from '../stores/types.ts';
import { tokenHash } from '../random.ts';
import { decryptPrivateKey, encryptPrivateKey } from './key-encryption.ts';
import { createTokenSigner, type TokenSigner } from './token-signer.ts';
import { createTokenVerifier, type TokenVerifier } from './token-verifier.ts';

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
  /** Signs with the algorithm's key that is in use now. `type` is the `typ` of the header, that of an access token unless it is said. */
  signer(algorithm: SigningAlgorithm, type?: string): Promise<TokenSigner>;
  /** The claims of an access token that one of the published keys has signed, else undefined. Whether it has expired is another question. */
  verify(token: string): Promise<AccessTokenClaims | undefined>;
  /** The public keys: the one in use, the next one before it is used, and each earlier one until all that it signed has expired. */
  published(): Promise<JsonWebKeySet>;
}

/**
 * Opens the ring, and makes the first key of each algorithm where there is none.
 * Which key does what follows from the order of the keys and the time alone, so that all instances agree without talking to each other.
 *
 * @throws Error when a key cannot be decrypted with `encryptionKeys`.
 */
export async function openKeyRing(options: {
  store: SigningKeyStore;
  clock: Clock;
  /** 32 bytes each: the first one encrypts, all of them decrypt. */
  encryptionKeys: readonly Uint8Array[];
  logger: Pick<Logger, 'error'>;
  /** The longest that anything signed may live, with any configuration: instances may differ while it is changed. */
  tokenLifetimeSeconds: number;
}): Promise<KeyRing> {
  const { store, clock } = options;
  const encryptionKey = options.encryptionKeys[0] as Uint8Array;
  const signers = new Map<string, Promise<TokenSigner>>();
  const verifiers = new Map<string, Promise<TokenVerifier>>();
  let loaded: { at: number; records: SigningKeyRecord[] } | undefined;
  let loading: Promise<SigningKeyRecord[]> | undefined;

  const load = async (): Promise<SigningKeyRecord[]> => {
    const records = await store.list();
    const published: SigningKeyRecord[] = [];
    let added = false;
    for (const algorithm of signingAlgorithm.options) {
      const own = records.filter((record) => record.algorithm === algorithm);
      const newest = own.at(-1);
      if (newest === undefined || clock.now() - newest.signsFrom > ROTATION_SECONDS * 1000) {
        await addAfter(algorithm, newest);
        added = true;
        continue;
      }
      const oldest = oldestPublished(own);
      if (oldest !== own[0]) await store.removeBefore(algorithm, oldest.sequence);
      published.push(...own.slice(own.indexOf(oldest)));
    }
    return added ? load() : published;
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

  const addAfter = async (algorithm: SigningAlgorithm, newest: SigningKeyRecord | undefined): Promise<void> => {
    const signsFrom = newest === undefined ? clock.now() : clock.now() + ANNOUNCEMENT_SECONDS * 1000;
    await store.addIfAbsent(await newKey(algorithm, (newest?.sequence ?? 0) + 1, signsFrom, encryptionKey));
  };

  const oldestPublished = (records: SigningKeyRecord[]): SigningKeyRecord => {
    const needed = (options.tokenLifetimeSeconds + CLOCK_SKEW_SECONDS) * 1000;
    // A key is done with when its successor has been signing for longer than anything lives.
    const index = records.findLastIndex((record) => record.signsFrom + needed <= clock.now());
    return records[Math.max(0, index)] as SigningKeyRecord;
  };

  const signer = async (algorithm: SigningAlgorithm, type: string = ACCESS_TOKEN_TYPE): Promise<TokenSigner> => {
    const records = (await keys()).filter((record) => record.algorithm === algorithm);
    const current = records.findLast((record) => record.signsFrom <= clock.now()) ?? (records[0] as SigningKeyRecord);
    return remembered(signers, `${current.kid} ${type}`, () =>
      createTokenSigner(current.kid, algorithm, openKey(current, encryptionKey), type),
    );
  };

  const verify = async (token: string): Promise<AccessTokenClaims | undefined> => {
    const header = headerOf(token);
    if (header?.typ !== ACCESS_TOKEN_TYPE) return undefined;
    const record = (await keys()).find(({ kid }) => kid === header.kid);
    if (record === undefined) return undefined;
    const verifier = await remembered(verifiers, record.kid, () => createTokenVerifier(record.publicJwk));
    return accessTokenClaims.safeParse(verifier(token)).data;
  };

  for (const algorithm of signingAlgorithm.options) await signer(algorithm);
  return {
    signer,
    verify,
    published: async () => ({ keys: (await keys()).map((record) => record.publicJwk) }),
  };
}

/** How many prepared keys stay: those in use now, with room for the types of token and a rotation. */
const REMEMBERED = 20;

function remembered<T>(all: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  let found = all.get(key);
  if (found === undefined) {
    const [oldest] = all.keys();
    if (all.size >= REMEMBERED && oldest !== undefined) all.delete(oldest);
    found = make();
    all.set(key, found);
    found.catch(() => all.delete(key));
  }
  return found;
}

function headerOf(token: string): { typ?: unknown; kid?: unknown } | undefined {
  try {
    const header: unknown = JSON.parse(Buffer.from(token.slice(0, token.indexOf('.')), 'base64url').toString('utf8'));
    return typeof header === 'object' && header !== null ? header : undefined;
  } catch {
    return undefined;
  }
}

const generate = promisify(generateKeyPair);

function generateFor(algorithm: SigningAlgorithm): Promise<{ publicKey: KeyObject; privateKey: KeyObject }> {
  switch (algorithm) {
    case 'ES256':
      return generate('ec', { namedCurve: 'P-256' });
    case 'RS256':
      return generate('rsa', { modulusLength: 2048 });
    case 'EdDSA':
      return generate('ed25519');
  }
}

async function newKey(
  algorithm: SigningAlgorithm,
  sequence: number,
  signsFrom: number,
  encryptionKey: Uint8Array,
): Promise<SigningKeyRecord> {
  const { publicKey, privateKey } = await generateFor(algorithm);
  const jwk = publicKey.export({ format: 'jwk' });
  // The thumbprint of the key (RFC 7638): the same wherever it is computed, and unique. Its members are in alphabetical order.
  const members = Object.fromEntries(Object.entries(jwk).sort(([a], [b]) => (a < b ? -1 : 1)));
  const kid = tokenHash(JSON.stringify(members));
  const publicJwk = publicSigningKey.parse({ ...jwk, kid, use: 'sig', alg: algorithm });
  const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'der' });
  return { kid, sequence, algorithm, publicJwk, encryptedPrivateKey: encryptPrivateKey(pkcs8, kid, encryptionKey), signsFrom };
}

function openKey(record: SigningKeyRecord, encryptionKey: Uint8Array): KeyObject {
  const der = decryptPrivateKey(record.encryptedPrivateKey, record.kid, encryptionKey);
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}
