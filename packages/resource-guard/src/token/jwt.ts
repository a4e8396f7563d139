import { ACCESS_TOKEN_TYPE } from '@rolecall/contracts/access-token';
import type { Clock } from '@rolecall/storage/clock';
import { errors, jwtVerify } from 'jose';
import type { Issuer } from '../issuer/issuer.ts';
import { type AccessToken, CLOCK_SKEW_SECONDS, readAccessToken, TokenExpiredError } from './access-token.ts';
import { refuseDuplicateMembers } from './duplicate-members.ts';

/** Asymmetric only: a key set that everybody can read must never check a symmetric signature (RFC 8725 §3.1). */
export const ALGORITHMS = ['ES256', 'RS256', 'EdDSA'];

/** Whatever has two dots could be a JWT; opaque tokens have none. */
export function looksLikeJwt(token: string): boolean {
  return token.split('.', 4).length === 3;
}

/**
 * Makes the function that validates JWT access tokens (RFC 9068 §4): signature, type, issuer, audience, times and every required claim.
 * Keys come from the issuer's metadata alone: `jku`, `x5u`, `jwk` and `x5c` in a token are not looked at (RFC 8725 §3.10).
 *
 * @returns a function that throws an Error that says what is wrong, for the log, or UnavailableError where the token cannot be judged now.
 */
export function createJwtVerifier(options: {
  issuerName: string;
  audience: string;
  issuer: Issuer;
  clock: Clock;
}): (token: string) => Promise<AccessToken> {
  const { issuerName, audience, issuer, clock } = options;
  return async (token) => {
    const now = clock.now();
    try {
      const { payload } = await jwtVerify(token, issuer.key, {
        algorithms: ALGORITHMS,
        typ: ACCESS_TOKEN_TYPE,
        issuer: issuerName,
        audience,
        currentDate: new Date(now),
        clockTolerance: CLOCK_SKEW_SECONDS,
      });
      refuseDuplicateMembers(token);
      return readAccessToken(payload, { issuer: issuerName, audience, now });
    } catch (error) {
      throw error instanceof errors.JWTExpired ? new TokenExpiredError(error.message) : error;
    }
  };
}
