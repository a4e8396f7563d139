import { createHmac, createSecretKey, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '@rolecall/storage/clock';

/** The nonces of proofs (RFC 9449 §9): with them nobody can make a proof long before it is used. */
export interface Nonces {
  current(): string;
  accepts(nonce: string): boolean;
}

/** A nonce is good for at least so long, and at most for twice that. */
const WINDOW_SECONDS = 60;

/** As many bytes as the hash has. */
const MINIMUM_SECRET = 32;

/**
 * Nothing is kept: a nonce is the time, in windows of a minute, under a key. Instances with the same secret accept each other's.
 *
 * @param resource is part of it, so that a nonce of any other server with this secret is none here.
 * @param secret at least 32 characters, the same for all instances. Without one it is made up, and each instance knows its own nonces only.
 * @throws Error where the secret is too short.
 */
export function createNonces(resource: string, clock: Clock, secret?: string): Nonces {
  if (secret !== undefined && secret.length < MINIMUM_SECRET)
    throw new Error(`the secret of nonces must have ${MINIMUM_SECRET} characters`);
  const key = createSecretKey(secret === undefined ? randomBytes(MINIMUM_SECRET) : Buffer.from(secret, 'utf8'));
  const nonceOf = (window: number): Buffer => createHmac('sha256', key).update(`dpop nonce ${window} ${resource}`).digest();
  const currentWindow = () => Math.floor(clock.now() / 1000 / WINDOW_SECONDS);

  return {
    current: () => nonceOf(currentWindow()).toString('base64url'),
    accepts: (nonce) => {
      const given = Buffer.from(nonce, 'base64url');
      const now = currentWindow();
      // The next one, too: another instance's clock may be a little ahead.
      return [now, now - 1, now + 1].map(nonceOf).some((known) => known.length === given.length && timingSafeEqual(known, given));
    },
  };
}
