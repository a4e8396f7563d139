import { hash } from 'node:crypto';
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

/** The first one of a grant: 256 random bits; what is kept is their SHA-256. */
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
 * The token that comes after another one: a hash of that one and a random salt, which is kept. So whoever presents a token again within the grace gets the
 * same successor; who has stolen the database has the salt alone, and who has stolen a token has no salt.
 */
export function successorOf(presented: string, salt: string): NewRefreshToken {
  const token = `rc_rt_${hash('sha256', `rolecall successor ${salt} ${presented}`, 'base64url')}`;
  return { token, hash: tokenHash(token) };
}
