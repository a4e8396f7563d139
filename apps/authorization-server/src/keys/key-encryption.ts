import { createCipheriv, createDecipheriv, hash, randomBytes } from 'node:crypto';
import type { SigningKeyRecord } from '../stores/types.ts';

const ALGORITHM = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** A private key as the store has it, and the id of the key that it is encrypted with. */
export type SealedPrivateKey = Pick<SigningKeyRecord, 'encryptedPrivateKey' | 'encryptionKeyId'>;

/** Encrypts private keys for the store. */
export interface KeyEncryption {
  /** With AES-256-GCM. The signing key's id is authenticated with it: an entry cannot be put in another's place. */
  seal(pkcs8: Uint8Array, kid: string): SealedPrivateKey;
  /** @throws Error when none of the keys is the one that it was encrypted with, or the entry was changed. */
  open(record: SealedPrivateKey & Pick<SigningKeyRecord, 'kid'>): Buffer;
  /** Was it encrypted with the key that encrypts now? */
  isCurrent(sealed: SealedPrivateKey): boolean;
}

/** @param keys of 32 bytes: the first one encrypts, all of them decrypt. */
export function createKeyEncryption(keys: readonly Uint8Array[]): KeyEncryption {
  const byId = new Map(keys.map((key) => [encryptionKeyId(key), key]));
  const [current] = keys;
  if (current === undefined) throw new Error('there is no key to encrypt signing keys with');
  const currentId = encryptionKeyId(current);

  return {
    seal: (pkcs8, kid) => {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv(ALGORITHM, current, iv).setAAD(Buffer.from(kid));
      const ciphertext = Buffer.concat([cipher.update(pkcs8), cipher.final()]);
      return { encryptedPrivateKey: Uint8Array.from(Buffer.concat([iv, cipher.getAuthTag(), ciphertext])), encryptionKeyId: currentId };
    },
    open: (record) => {
      const known = byId.get(record.encryptionKeyId);
      for (const key of known === undefined ? keys : [known]) {
        const pkcs8 = openWith(key, record);
        if (pkcs8 !== undefined) return pkcs8;
      }
      const others = keys.length > 1 ? ', nor is one of KEY_ENCRYPTION_KEYS_ACCEPTED' : '';
      throw new Error(`KEY_ENCRYPTION_KEY is not the key that signing key ${record.kid} was encrypted with${others}`);
    },
    isCurrent: (sealed) => sealed.encryptionKeyId === currentId,
  };
}

function openWith(key: Uint8Array, { kid, encryptedPrivateKey: sealed }: Parameters<KeyEncryption['open']>[0]): Buffer | undefined {
  const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(0, IV_BYTES))
    .setAAD(Buffer.from(kid))
    .setAuthTag(sealed.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
  } catch {
    return undefined;
  }
}

/** Tells such keys apart, and nothing about them: eight hexadecimal digits. */
export function encryptionKeyId(key: Uint8Array): string {
  return hash('sha256', Buffer.concat([Buffer.from('rolecall key encryption key id'), key]), 'hex').slice(0, 8);
}
