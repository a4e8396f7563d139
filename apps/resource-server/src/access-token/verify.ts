import { ACCESS_TOKEN_TYPE, accessTokenClaims } from '@rolecall/contracts/access-token';
import { BearerError } from '@rolecall/contracts/bearer/error';
import { scopeTokens } from '@rolecall/contracts/scope';
import type { Clock } from '@rolecall/storage/clock';
import { errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { KeysUnavailableError } from './issuer-keys.ts';

/** What a valid access token says. */
export interface AccessToken {
  issuer: string;
  subject: string;
  clientId: string;
  scopes: ReadonlySet<string>;
}

export interface VerifierOptions {
  issuer: string;
  /** This resource's identifier. */
  audience: string;
  keys: JWTVerifyGetKey;
  clock: Clock;
}

/** Asymmetric only: a key set that everybody can read must never check a symmetric signature (RFC 8725 §3.1). */
const ALGORITHMS = ['ES256', 'RS256', 'EdDSA'];

/** OpenID Connect Core §2: at most 255 characters. */
const MAXIMUM_SUBJECT = 255;

/** How far this machine's clock and the authorization server's may be apart. */
const CLOCK_SKEW_SECONDS = 60;

/**
 * Makes the function that validates JWT access tokens (RFC 9068 §4): signature, type, issuer, audience, times and every required claim.
 * Keys come from the issuer's metadata alone: `jku`, `x5u`, `jwk` and `x5c` in a token are not looked at (RFC 8725 §3.10).
 *
 * @returns a function that throws BearerError `invalid_token`, or KeysUnavailableError where the token cannot be judged now.
 */
export function createTokenVerifier({ issuer, audience, keys, clock }: VerifierOptions): (token: string) => Promise<AccessToken> {
  return async (token) => {
    const now = clock.now();
    try {
      const { payload } = await jwtVerify(token, keys, {
        algorithms: ALGORITHMS,
        typ: ACCESS_TOKEN_TYPE,
        issuer,
        audience,
        currentDate: new Date(now),
        clockTolerance: CLOCK_SKEW_SECONDS,
      });
      const claims = accessTokenClaims.parse(payload);
      if (claims.iat > now / 1000 + CLOCK_SKEW_SECONDS) throw new Error('the token was issued in the future');
      // No database can keep it, nor an index one of any length, and no authorization server has such users.
      if (claims.sub.includes('\0') || !claims.sub.isWellFormed()) throw new Error('the subject is not well-formed text');
      if (claims.sub.length > MAXIMUM_SUBJECT) throw new Error('the subject is too long');
      // Bound to a key whose proof is not looked at here: as a bearer token it would be worth as much to a thief (RFC 9449 §7.2, RFC 8705 §3).
      if (payload['cnf'] !== undefined) throw new Error('the token is bound to a key');
      return { issuer: claims.iss, subject: claims.sub, clientId: claims.client_id, scopes: new Set(scopeTokens(claims.scope ?? '')) };
    } catch (cause) {
      if (cause instanceof KeysUnavailableError) throw cause;
      const description = cause instanceof errors.JWTExpired ? 'the access token has expired' : 'the access token is not valid here';
      throw new BearerError('invalid_token', description, { cause });
    }
  };
}
