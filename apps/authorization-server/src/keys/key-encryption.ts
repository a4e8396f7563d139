import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const ALGORITHM = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts a private key for the store with AES-256-GCM. The key's id is authenticated with it: an entry cannot be put in another's place.
 *
 * @returns initialisation vector, authentication tag and ciphertext, in this order.
 */
export function encryptPrivateKey(plaintext: Uint8Array, kid: string, encryptionKey: Uint8Array): Uint8Array<ArrayBuffer> {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(ALGORITHM, encryptionKey, iv).setAAD(Buffer.from(kid));
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Uint8Array.from(Buffer.concat([iv, cipher.getAuthTag(), ciphertext]));
}

/** @throws Error when the key is not the one that it was encrypted with, or the entry was changed. */
export function decryptPrivateKey(sealed: Uint8Array, kid: string, encryptionKey: Uint8Array): Buffer {
  const iv = sealed.subarray(0, IV_BYTES);
  const tag = sealed.subarray(IV_BYTES, IV_BYTES + TAG_BYTES);
  const decipher = createDecipheriv(ALGORITHM, encryptionKey, iv).setAAD(Buffer.from(kid)).setAuthTag(tag);
  try {
    return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
  } catch (cause) {
    throw new Error(`KEY_ENCRYPTION_KEY is not the key that signing key ${kid} was encrypted with`, { cause });
  }
}

/** The key of a development server: made once, kept in its data folder, readable by its owner alone. */
export async function developmentEncryptionKey(directory: string): Promise<string> {
  const file = join(directory, 'key-encryption-key');
  await mkdir(directory, { recursive: true });
  try {
    await writeFile(file, randomBytes(32).toString('base64url'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFile(file, 'utf8');
}
