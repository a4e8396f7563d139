import { createPrivateKey } from 'node:crypto';
import { ACCESS_TOKEN_TYPE, type AccessTokenClaims, accessTokenClaims } from '@rolecall/contracts/access-token';
import { type JsonWebKeySet, type SigningAlgorithm, signingAlgorithm } from '@rolecall/contracts/jwks';
import type { Clock } from '@rolecall/storage/clock';
import type { Logger } from 'pino';
import type { AuditedRequest, AuditLog } from '../audit/audit-log.ts';
import type { SigningKeyRecord, SigningKeyStore } from '../stores/types.ts';
import { createKeyEncryption } from './key-encryption.ts';
import { newSigningKey } from './new-signing-key.ts';
import { resealKeys } from './reseal-keys.ts';
import { currentKey, isRotationDue, publishedKeys, RELOAD_SECONDS, signsFrom } from './rotation.ts';
import { readTokenHeader } from './token-header.ts';
import { createTokenSigner, type TokenSigner } from './token-signer.ts';
import { createTokenVerifier, type TokenVerifier } from './token-verifier.ts';

/** How soon the database is asked again when it could not answer. */
const RETRY_SECONDS = 5;

/** How often a token that names a key that is not known is worth a look at the database: another instance may have made that key a moment ago. */
const UNKNOWN_KEY_SECONDS = 1;

/** How often it is made sure that all is encrypted with the current key. Instances that are still configured in the old way may have added something. */
const RESEAL_SECONDS = 3_600;

/** The keys of this server: what signs now, and what is published. */
export interface KeyRing {
  /** Signs with the algorithm's key that is in use now. `type` is the `typ` of the header, that of an access token unless it is said. */
  signer(algorithm: SigningAlgorithm, type?: string): Promise<TokenSigner>;
  /** The claims of an access token that one of the published keys has signed, else undefined. Whether it has expired is another question. */
  verify(token: string): Promise<AccessTokenClaims | undefined>;
  /** The public keys: the one in use, the next one before it is used, and each earlier one until all that it signed has expired. */
  published(): Promise<JsonWebKeySet>;
  /**
   * Makes the next key of an algorithm, by command. It is announced before it signs; where one is announced already, that is the next one, and none is made.
   * The audit log has it.
   *
   * @param options.immediately for a key that is in wrong hands: the new key signs from now on, and the older ones are gone, so that all they signed is dead.
   * @param options.request @param options.administrator on whose behalf, for the audit log.
   * @returns the next key, and from when it signs, in milliseconds since the epoch.
   */
  rotate(
    algorithm: SigningAlgorithm,
    options?: { immediately?: boolean; request?: AuditedRequest; administrator?: string },
  ): Promise<{ kid: string; signsFrom: number }>;
  /** The keys have changed: they are read anew before they are next used. */
  forget(): void;
}

/**
 * Opens the ring, and makes the first key of each algorithm where there is none. What is encrypted with another key than the first one is encrypted anew.
 *
 * @throws Error when a key cannot be decrypted with `encryptionKeys`.
 */
export async function openKeyRing(options: {
  store: SigningKeyStore;
  clock: Clock;
  /** 32 bytes each: the first one encrypts, all of them decrypt. */
  encryptionKeys: readonly Uint8Array[];
  logger: Pick<Logger, 'error' | 'info'>;
  audit: Pick<AuditLog, 'record'>;
  /** The longest that anything signed may live, with any configuration: instances may differ while it is changed. */
  tokenLifetimeSeconds: number;
}): Promise<KeyRing> {
  const { store, clock, audit, logger } = options;
  const encryption = createKeyEncryption(options.encryptionKeys);
  const signers = new Map<string, TokenSigner>();
  const verifiers = new Map<string, Promise<TokenVerifier>>();
  let known: { records: SigningKeyRecord[]; at: number; seconds: number } | undefined;
  let reading: Promise<void> | undefined;
  let generation = 0;
  let resealedAt = clock.now();
  let unknownKeyAt: number | undefined;

  /** False for a time that lies ahead, too: a clock that was set back prolongs nothing. */
  const within = (since: number, seconds: number): boolean => clock.now() >= since && clock.now() - since < seconds * 1000;

  const load = async (): Promise<SigningKeyRecord[]> => {
    const records = await store.list();
    const published: SigningKeyRecord[] = [];
    let added = false;
    for (const algorithm of signingAlgorithm.options) {
      const own = records.filter((record) => record.algorithm === algorithm);
      if (isRotationDue(own, clock.now())) {
        const key = await newSigningKey({ algorithm, ...placeAfter(own), signsFrom: signsFrom(own, clock.now()) }, encryption);
        if ((await store.addIfAbsent(key)) && own.length > 0) record(undefined, key, { by: 'time', immediately: false });
        added = true;
        continue;
      }
      const needed = publishedKeys(own, clock.now(), options.tokenLifetimeSeconds);
      if (needed.length < own.length) await store.removeBefore(algorithm, needed[0]?.sequence ?? 0);
      published.push(...needed);
    }
    return added ? load() : published;
  };

  const read = async (): Promise<void> => {
    const before = generation;
    const found = await load().then(
      (records) => ({ records, seconds: RELOAD_SECONDS }),
      (error: unknown) => {
        if (known === undefined) throw error;
        // The database is away: the keys that are known still serve, and it is asked again later.
        logger.error({ err: error }, 'the signing keys cannot be read anew');
        return { records: known.records, seconds: RETRY_SECONDS };
      },
    );
    // What was overtaken while it was read is not kept.
    if (before === generation) known = { ...found, at: clock.now() };
  };

  const keys = async (): Promise<SigningKeyRecord[]> => {
    while (known === undefined || !within(known.at, known.seconds)) {
      // Whoever comes while the keys are read waits for the same answer.
      const own = (reading ??= read());
      await own.finally(() => {
        if (reading === own) reading = undefined;
      });
    }
    if (!within(resealedAt, RESEAL_SECONDS)) void reseal();
    return known.records;
  };

  const reseal = async (): Promise<void> => {
    resealedAt = clock.now();
    await resealKeys(store, encryption, logger).catch((error: unknown) =>
      logger.error({ err: error }, 'the signing keys cannot be encrypted anew'),
    );
  };

  const forget = (): void => {
    generation += 1;
    if (known !== undefined) known.seconds = 0;
    reading = undefined;
  };

  const record = (
    request: AuditedRequest | undefined,
    { kid, algorithm, signsFrom: from }: SigningKeyRecord,
    how: { by: 'time' | 'command'; immediately: boolean; administrator?: string },
  ): void => audit.record(request, { type: 'key_rotated', kid, algorithm, signsFrom: from, ...how });

  const signer = async (algorithm: SigningAlgorithm, type: string = ACCESS_TOKEN_TYPE): Promise<TokenSigner> => {
    const own = (await keys()).filter((each) => each.algorithm === algorithm);
    const current = currentKey(own, clock.now()) as SigningKeyRecord;
    return remembered(signers, `${current.kid} ${type}`, () =>
      createTokenSigner(current.kid, algorithm, createPrivateKey({ key: encryption.open(current), format: 'der', type: 'pkcs8' }), type),
    );
  };

  const verify = async (token: string): Promise<AccessTokenClaims | undefined> => {
    const header = readTokenHeader(token);
    if (header?.typ !== ACCESS_TOKEN_TYPE) return undefined;
    const named = ({ kid, algorithm }: SigningKeyRecord) => kid === header.kid && algorithm === header.alg;
    let key = (await keys()).find(named);
    if (key === undefined && (unknownKeyAt === undefined || !within(unknownKeyAt, UNKNOWN_KEY_SECONDS))) {
      unknownKeyAt = clock.now();
      forget();
      key = (await keys()).find(named);
    }
    if (key === undefined) return undefined;
    const { publicJwk } = key;
    const verifier = await remembered(verifiers, key.kid, () => {
      const made = createTokenVerifier(publicJwk);
      made.catch(() => verifiers.delete(publicJwk.kid));
      return made;
    });
    const claims = verifier(token);
    // With what a hook may have added.
    return accessTokenClaims.safeParse(claims).success ? (claims as AccessTokenClaims) : undefined;
  };

  const rotate: KeyRing['rotate'] = async (algorithm, rotation = {}) => {
    const { immediately = false, request, administrator } = rotation;
    const own = (await store.list()).filter((each) => each.algorithm === algorithm);
    const newest = own.at(-1);
    const now = clock.now();
    if (!immediately && newest !== undefined && newest.signsFrom > now) return { kid: newest.kid, signsFrom: newest.signsFrom };
    const key = await newSigningKey({ algorithm, ...placeAfter(own), signsFrom: immediately ? now : signsFrom(own, now) }, encryption);
    const added = await (immediately ? store.replaceAll(key) : store.addIfAbsent(key));
    forget();
    // Another instance was faster with a key of its own: that one may be the next, or one of those that are to go.
    if (!added) return rotate(algorithm, rotation);
    record(request, key, { by: 'command', immediately, ...(administrator !== undefined && { administrator }) });
    return { kid: key.kid, signsFrom: key.signsFrom };
  };

  await resealKeys(store, encryption, logger);
  for (const algorithm of signingAlgorithm.options) await signer(algorithm);
  return {
    signer,
    verify,
    published: async () => ({ keys: (await keys()).map(({ publicJwk }) => publicJwk) }),
    rotate,
    forget,
  };
}

function placeAfter(keys: readonly SigningKeyRecord[]): { sequence: number } {
  return { sequence: (keys.at(-1)?.sequence ?? 0) + 1 };
}

/** How many prepared keys stay: those in use now, with room for the types of token and a rotation. */
const REMEMBERED = 20;

function remembered<T>(all: Map<string, T>, key: string, make: () => T): T {
  let found = all.get(key);
  if (found === undefined) {
    const [oldest] = all.keys();
    if (all.size >= REMEMBERED && oldest !== undefined) all.delete(oldest);
    found = make();
    all.set(key, found);
  }
  return found;
}
