import { timingSafeEqual } from 'node:crypto';
import type { Clock } from '@rolecall/storage/clock';
import { tokenHash } from '../random.ts';
import type { Client } from '../stores/types.ts';

/**
 * Is this one of the client's secrets, and not expired? Compared in constant time, against all of them.
 * Hashing first makes every comparison one of equal lengths, and tells nothing of the secret's own.
 */
export function isSecretOf(client: Pick<Client, 'secrets'>, secret: string, clock: Clock): boolean {
  const given = Buffer.from(tokenHash(secret));
  let matches = false;
  for (const { hash, expiresAt } of client.secrets) {
    const same = timingSafeEqual(given, Buffer.from(hash));
    if (same && (expiresAt === undefined || expiresAt > clock.now())) matches = true;
  }
  return matches;
}
