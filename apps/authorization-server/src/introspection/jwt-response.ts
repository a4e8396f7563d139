import { INTROSPECTION_JWT_TYPE, type IntrospectionJwtClaims, type IntrospectionResponse } from '@rolecall/contracts/introspection';
import type { SigningAlgorithm } from '@rolecall/contracts/jwks';
import { type Clock, nowInSeconds } from '@rolecall/storage/clock';
import type { KeyRing } from '../keys/key-ring.ts';
import { OAuthError } from '../oauth-error.ts';
import type { Client } from '../stores/types.ts';

/** RFC 9701 §6: what a client that has named no algorithm gets. */
const DEFAULT_ALGORITHM: SigningAlgorithm = 'RS256';

/** Makes the JWT that answers an introspection (RFC 9701 §5), signed in the way that the caller has registered. */
export type SignIntrospection = (response: IntrospectionResponse, caller: Client) => Promise<string>;

export function createIntrospectionSigner(options: { issuer: string; keyRing: KeyRing; clock: Clock }): SignIntrospection {
  return async (response, caller) => {
    const sign = await options.keyRing.signer(caller.introspectionSignedResponseAlg ?? DEFAULT_ALGORITHM, INTROSPECTION_JWT_TYPE);
    const claims: IntrospectionJwtClaims = {
      iss: options.issuer,
      aud: caller.id,
      iat: nowInSeconds(options.clock),
      token_introspection: response,
    };
    return sign(claims);
  };
}

/**
 * Does an `Accept` header ask for the JWT (RFC 9701 §4)? Only one that names it: with a wildcard, and where both are named and JSON is preferred, it is JSON.
 */
export function acceptsJwt(accept = ''): boolean {
  const jwt = qualityOf(accept, `application/${INTROSPECTION_JWT_TYPE}`);
  return jwt > 0 && jwt >= qualityOf(accept, 'application/json');
}

/** How much a media type is wanted where it is named: from 0 to 1 (RFC 9110 §12.4.2, §12.5.1). */
function qualityOf(accept: string, mediaType: string): number {
  for (const range of accept.toLowerCase().split(',')) {
    const [type, ...parameters] = range.split(';').map((part) => part.trim());
    if (type !== mediaType) continue;
    const weight = parameters.find((parameter) => parameter.startsWith('q='));
    return weight === undefined ? 1 : Number(weight.slice(2)) || 0;
  }
  return 0;
}

/** A caller that does not authenticate is refused with 400 here, not with 401 as everywhere else (RFC 9701 §5). */
export function refusedJwt(error: unknown): unknown {
  if (!(error instanceof OAuthError) || error.code !== 'invalid_client') return error;
  return new OAuthError('invalid_client', error.description, { status: 400, cause: error.cause });
}
