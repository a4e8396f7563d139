import * as oauth from 'oauth4webapi';
import { type Refusal, refusalOf } from '../callback/authorization-response.ts';
import { PeerError } from '../peer-error.ts';

/** The token endpoint, or one that answers as it does, answered with an error code (RFC 6749 §5.2). */
export class TokenRefusedError extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(`the authorization server refuses: ${refusal.error}`);
    this.name = 'TokenRefusedError';
    this.refusal = refusal;
  }
}

/** What a request with the protocol library to such an endpoint failed with: a refusal, or an answer that is missing or cannot be used. */
export function failureOf(error: unknown): TokenRefusedError | PeerError {
  if (error instanceof oauth.ResponseBodyError) return new TokenRefusedError(refusalOf(error.error, error.error_description));
  // RFC 6749 §5.2: 401 with a challenge means that this client's own credentials are wrong.
  if (error instanceof oauth.WWWAuthenticateChallengeError) return new TokenRefusedError({ error: 'invalid_client' });
  return PeerError.from('authorization server', error);
}
