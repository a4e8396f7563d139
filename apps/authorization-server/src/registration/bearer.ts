import { extractToken } from '@rolecall/contracts/bearer/credentials';
import { BearerError } from '@rolecall/contracts/bearer/error';
import type { FastifyRequest } from 'fastify';
import { OAuthError } from '../oauth-error.ts';

/**
 * The token with which a request to the registration endpoints is authorized (RFC 7591 §3, RFC 7592 §2). It is no access token of this server's.
 *
 * @throws OAuthError 401 with a challenge when there is none or it is malformed, 400 when there are two.
 */
export function registrationToken(request: FastifyRequest): string {
  try {
    return extractToken(request.raw);
  } catch (error) {
    if (!(error instanceof BearerError)) throw error;
    if (error.code === 'invalid_request') throw new OAuthError('invalid_request', 'There is more than one token in this request.');
    throw error.code === undefined ? challenge('A token is needed.', '') : invalidToken();
  }
}

/** A token that opens nothing here: the same answer whether it is wrong, another client's, or of one that is gone (RFC 7592 §2.1). */
export function invalidToken(): OAuthError {
  return challenge('The token is not valid here.', ', error="invalid_token"');
}

/** Without credentials the challenge says nothing of an error (RFC 6750 §3.1). */
function challenge(description: string, error: string): OAuthError {
  return new OAuthError('invalid_token', description, { headers: { 'www-authenticate': `Bearer realm="registration"${error}` } });
}
