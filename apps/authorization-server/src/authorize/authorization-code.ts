import type { Clock } from '@rolecall/storage/clock';
import type { ShortLivedStore } from '@rolecall/storage/short-lived-store';
import { randomToken, tokenHash } from '../random.ts';
import type { Grant } from '../stores/types.ts';

/** What a code stands for: the grant that it will bring, and what its redemption must match. */
export interface AuthorizationCode {
  grant: Omit<Grant, 'createdAt' | 'expiresAt'>;
  /** Where the response went. */
  redirectUri: string;
  codeChallenge?: string;
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

/** Authorization codes: 256 random bits, kept as their SHA-256 (RFC 6749 §4.1.2, §10.5). What makes them single-use is the grant that a redemption records. */
export interface AuthorizationCodes {
  issue(content: Omit<AuthorizationCode, 'expiresAt'>): Promise<string>;
  /** What the code stands for, whether or not it has expired or was redeemed: a replay has to be known as one. Does not use it up. */
  find(code: string): Promise<AuthorizationCode | undefined>;
}

/**
 * How long after its issue a replayed code is still recognised, so that what it gave can be revoked: as long as a token issued from it could live.
 * Later there is nothing left to revoke but the grant.
 */
const REPLAY_WINDOW_SECONDS = 3_600;

export function createAuthorizationCodes(options: { store: ShortLivedStore; clock: Clock; lifetimeSeconds: number }): AuthorizationCodes {
  const { store, clock, lifetimeSeconds } = options;
  const keyOf = (code: string) => `code:${tokenHash(code)}`;
  return {
    issue: async (content) => {
      const code = randomToken('rc_ac_');
      const record: AuthorizationCode = { ...content, expiresAt: clock.now() + lifetimeSeconds * 1000 };
      await store.set(keyOf(code), record, lifetimeSeconds + REPLAY_WINDOW_SECONDS);
      return code;
    },
    find: (code) => store.get<AuthorizationCode>(keyOf(code)),
  };
}
