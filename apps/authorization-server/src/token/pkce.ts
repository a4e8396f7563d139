import { hash, timingSafeEqual } from 'node:crypto';
import { codeVerifier } from '@rolecall/contracts/authorization-request';
import { OAuthError } from '../oauth-error.ts';

/**
 * Does the verifier belong to the challenge of the authorization request (RFC 7636 §4.6)? Only S256 exists here.
 *
 * @throws OAuthError `invalid_grant` when it is missing or wrong; `invalid_request` when there was no challenge:
 *   a verifier that nothing asks for means that somebody took the challenge away (RFC 9700 §4.8).
 */
export function checkCodeVerifier(challenge: string | undefined, verifier: string | undefined): void {
  if (challenge === undefined) {
    if (verifier === undefined) return;
    throw new OAuthError('invalid_request', 'code_verifier was sent, but the authorization request had no code_challenge.');
  }
  if (verifier === undefined) throw new OAuthError('invalid_grant', 'code_verifier is missing.');
  if (!codeVerifier.safeParse(verifier).success)
    throw new OAuthError('invalid_grant', 'code_verifier must be 43 to 128 unreserved characters.');
  const computed = Buffer.from(hash('sha256', verifier, 'base64url'));
  if (!timingSafeEqual(computed, Buffer.from(challenge)))
    throw new OAuthError('invalid_grant', 'code_verifier does not match the code_challenge.');
}
