import type { Clock } from '@rolecall/storage/clock';
import type { TokenEndpointResponse } from 'oauth4webapi';
import { PeerError } from '../peer-error.ts';

/** What the token endpoint granted (RFC 6749 §5.1). */
export interface Tokens {
  /** Opaque to this client: never decoded (RFC 9068 §6). */
  accessToken: string;
  /** Undefined when there is none: then a new access token takes a new authorization. */
  refreshToken?: string;
  /** Undefined when the answer does not say, which means: what was asked for. */
  scope?: string;
  /** Milliseconds since the epoch; undefined when the authorization server did not say. */
  expiresAt?: number;
  /** Milliseconds since the epoch: from then on it is time for a new one. Somewhat before the expiry. */
  renewAt?: number;
}

/** RFC 6749 appendix A.12. */
const ACCESS_TOKEN = /^[\x21-\x7e]+$/;

/** RFC 6749 §3.3, of a length that can be shown. */
const SCOPE = /^[\x20\x21\x23-\x5b\x5d-\x7e]{0,2000}$/;

/** Longer than any session. Any number may be answered, but not of every number can a date be made. */
const LONGEST_SECONDS = 365 * 86_400;

/** So long before its expiry an access token is renewed: it must not expire on its way to the API. Of a short life a quarter is left for that. */
const AHEAD_SECONDS = 30;

/**
 * @param type the type of token that was asked for. Of any other it is not known how to use it safely (RFC 6749 §7.1); a bearer token in the place of
 * one that is bound to a key would be worth something to whoever steals it (RFC 9449 §5).
 * @throws PeerError for a token that this client must not use.
 */
export function readTokens(answer: TokenEndpointResponse, type: 'bearer' | 'dpop', clock: Clock): Tokens {
  if (answer.token_type !== type) throw new PeerError('authorization server', `the token is not of the type ${type}`);
  // The library puts it into a header, and a header that is none into its error's message.
  if (!ACCESS_TOKEN.test(answer.access_token)) throw new PeerError('authorization server', 'the token has characters that no token has');
  // It is shown to the user.
  if (answer.scope !== undefined && !SCOPE.test(answer.scope)) throw new PeerError('authorization server', 'the scope is not one');
  return {
    accessToken: answer.access_token,
    ...(answer.refresh_token !== undefined && { refreshToken: answer.refresh_token }),
    ...(answer.scope !== undefined && { scope: answer.scope }),
    ...(answer.expires_in !== undefined && lifeOf(answer.expires_in, clock)),
  };
}

function lifeOf(expiresIn: number, clock: Clock): { expiresAt: number; renewAt: number } {
  const seconds = Math.min(expiresIn, LONGEST_SECONDS);
  const expiresAt = clock.now() + seconds * 1000;
  return { expiresAt, renewAt: expiresAt - Math.min(AHEAD_SECONDS, seconds / 4) * 1000 };
}
