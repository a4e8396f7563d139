import { accessTokenClaims, type AccessTokenClaims } from '@rolecall/contracts/access-token';
import { confirmation } from '@rolecall/contracts/dpop-proof';
import { scopeTokens } from '@rolecall/contracts/scope';

/** What a valid access token says. */
export interface AccessToken {
  issuer: string;
  /** The user, or the client where it acts for itself (RFC 9068 §2.2). */
  subject: string;
  clientId: string;
  scopes: ReadonlySet<string>;
  /** When the user authenticated, in seconds since the epoch, if the token says it. */
  authenticatedAt?: number;
  /** How (the authentication context class, RFC 9470 §4), if the token says it. */
  acr?: string;
  /** The thumbprint of the key that it is bound to, if it is (RFC 9449 §6). Whether its bearer has that key is not said by the token. */
  jkt?: string;
  /** All claims, those included that a hook of the issuer's has added. */
  claims: Readonly<AccessTokenClaims & Record<string, unknown>>;
}

/** OpenID Connect Core §2: at most 255 characters. */
const MAXIMUM_SUBJECT = 255;

/** How far this machine's clock and the authorization server's may be apart. */
export const CLOCK_SKEW_SECONDS = 60;

/**
 * Reads claims, from a JWT that was verified or from introspection: those that are required are there, for this resource and from this issuer, and the time is right.
 *
 * @param now milliseconds since the epoch.
 * @throws Error that says, for the log, what is wrong.
 */
export function readAccessToken(claims: Record<string, unknown>, expected: { issuer: string; audience: string; now: number }): AccessToken {
  const parsed = accessTokenClaims.parse(claims);
  const { iss, aud, sub, client_id, exp, iat, scope, auth_time } = parsed;
  const seconds = expected.now / 1000;
  if (iss !== expected.issuer) throw new Error('the token is of another issuer');
  if (![aud].flat().includes(expected.audience)) throw new Error('the token is for another resource');
  if (exp <= seconds - CLOCK_SKEW_SECONDS) throw new TokenExpiredError('the token has expired');
  if (iat > seconds + CLOCK_SKEW_SECONDS) throw new Error('the token was issued in the future');
  const { nbf } = claims;
  if (nbf !== undefined && !(typeof nbf === 'number' && nbf <= seconds + CLOCK_SKEW_SECONDS)) throw new Error('the token is not valid yet');
  // No database can keep it, nor an index one of any length, and no authorization server has such users.
  if (sub.includes('\0') || !sub.isWellFormed()) throw new Error('the subject is not well-formed text');
  if (sub.length > MAXIMUM_SUBJECT) throw new Error('the subject is too long');
  const jkt = readConfirmation(claims['cnf']);
  return {
    issuer: iss,
    subject: sub,
    clientId: client_id,
    scopes: new Set(scopeTokens(scope ?? '')),
    ...(auth_time !== undefined && { authenticatedAt: auth_time }),
    ...(typeof claims['acr'] === 'string' && { acr: claims['acr'] }),
    ...(jkt !== undefined && { jkt }),
    claims: { ...claims, ...parsed },
  };
}

/** A key of which no proof can be had here (a certificate's, RFC 8705 §3) does not let the token in without one: it would be worth as much to a thief. */
function readConfirmation(cnf: unknown): string | undefined {
  if (cnf === undefined) return undefined;
  const parsed = confirmation.safeParse(cnf);
  if (!parsed.success) throw new Error('the token is bound in a way that is not known here');
  return parsed.data.jkt;
}

/** Worth a word of its own to the caller: a new token helps. */
export class TokenExpiredError extends Error {}
