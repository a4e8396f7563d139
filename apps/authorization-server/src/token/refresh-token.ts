import { createCipheriv, createDecipheriv, hash } from 'node:crypto';
import type { Clock } from '@rolecall/storage/clock';
import { randomToken, tokenHash } from '../random.ts';
import type { Client, RefreshTokenUse } from '../stores/types.ts';

/** How long after its first use a rotated refresh token still answers its successor: for two requests at once, and for a client that lost the answer. */
export const GRACE_MILLISECONDS = 10_000;

/** A client that rotates `near_expiry` gets the next token when less than this part of the idle lifetime is left. */
const NEAR_EXPIRY = 1 / 4;

/** Seconds. */
export interface RefreshTokenLifetimes {
  idle: number;
  absolute: number;
}

export interface NewRefreshToken {
  token: string;
  hash: string;
}

/** 256 random bits; what is kept is their SHA-256. */
export function newRefreshToken(): NewRefreshToken {
  const token = randomToken('rc_rt_');
  return { token, hash: tokenHash(token) };
}

/** What applies to this client: its own lifetimes, or else the server's. */
export function lifetimesOf(client: Client, defaults: RefreshTokenLifetimes): RefreshTokenLifetimes {
  return {
    idle: client.refreshTokenIdleLifetime ?? defaults.idle,
    absolute: client.refreshTokenAbsoluteLifetime ?? defaults.absolute,
  };
}

/** When a refresh token is rotated, and what it turns into otherwise. A public client's always is: nothing else would tell a thief from its owner (RFC 9700 §4.14.2). */
export function rotationOf(client: Client, idle: number, clock: Clock): Pick<RefreshTokenUse, 'rotateWhenExpiringBefore' | 'slidesTo'> {
  const now = clock.now();
  const rotation = client.tokenEndpointAuthMethod === 'none' ? 'always' : client.refreshTokenRotation;
  switch (rotation) {
    case 'always':
      return { rotateWhenExpiringBefore: Number.POSITIVE_INFINITY };
    case 'near_expiry':
      return { rotateWhenExpiringBefore: now + idle * 1000 * NEAR_EXPIRY };
    case 'never':
      return { rotateWhenExpiringBefore: 0, slidesTo: now + idle * 1000 };
  }
}

/**
 * Encrypts the successor of a refresh token with a key that only that token itself gives: whoever presents the token again within the grace gets the same one,
 * and a dump of the database gives neither. The key encrypts this once, so the nonce may be part of it.
 */
export function sealSuccessor(successor: string, presented: string): Uint8Array<ArrayBuffer> {
  const { key, nonce } = successorKey(presented);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  return Uint8Array.from(Buffer.concat([cipher.update(successor, 'utf8'), cipher.final(), cipher.getAuthTag()]));
}

/** @throws Error when it was not sealed with this token. */
export function openSuccessor(sealed: Uint8Array, presented: string): string {
  const { key, nonce } = successorKey(presented);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce).setAuthTag(sealed.subarray(-16));
  return decipher.update(sealed.subarray(0, -16), undefined, 'utf8') + decipher.final('utf8');
}

function successorKey(presented: string): { key: Buffer; nonce: Buffer } {
  // The token is 256 random bits: one hash is enough to derive from.
  const bytes = hash('sha512', `rolecall refresh token successor ${presented}`, 'buffer');
  return { key: bytes.subarray(0, 32), nonce: bytes.subarray(32, 44) };
}
