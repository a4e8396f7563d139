import type { Logger } from 'pino';
import type { SigningKeyStore } from '../stores/types.ts';
import type { KeyEncryption } from './key-encryption.ts';

/**
 * Encrypts the signing keys that are encrypted with another key anew, with the current one. Several instances may do it at once:
 * each entry is replaced in one step, and only as it was read.
 *
 * @throws Error when one cannot be decrypted with any key that is known here.
 */
export async function resealKeys(store: SigningKeyStore, encryption: KeyEncryption, logger: Pick<Logger, 'info'>): Promise<void> {
  let count = 0;
  for (const record of await store.list()) {
    const pkcs8 = encryption.open(record);
    if (encryption.isCurrent(record)) continue;
    await store.reseal(record.kid, record.encryptionKeyId, encryption.seal(pkcs8, record.kid));
    count += 1;
  }
  if (count > 0) logger.info({ count }, 'signing keys have been encrypted anew with the current KEY_ENCRYPTION_KEY');
}
