import { randomUUID } from 'node:crypto';
import type { AccessTokenClaims } from '@rolecall/contracts/access-token';
import type { TokenResponse } from '@rolecall/contracts/token-response';
import { type Clock, nowInSeconds } from '@rolecall/storage/clock';
import type { KeyRing } from '../keys/key-ring.ts';
import type { Resource } from '../stores/types.ts';
import type { OpaqueAccessTokens } from './opaque-access-token.ts';

/** What an access token says. */
export interface AccessTokenContent {
  /** The user's id, or the client's own where no user is involved (RFC 9068 §2.2). */
  subject: string;
  clientId: string;
  /** The one that may accept it. */
  resource: Resource;
  scopes: readonly string[];
  /** The grant that it comes from, if a user gave one. */
  grantId?: string;
  /** When the user authenticated, in seconds since the epoch. */
  authTime?: number;
  /** What a hook has added. */
  claims?: Readonly<Record<string, unknown>> | undefined;
}

export type IssueAccessToken = (content: AccessTokenContent) => Promise<TokenResponse>;

/**
 * The one place where access tokens are made: JWTs (RFC 9068) or opaque ones, as their resource has it. Both say the same.
 *
 * @param options.lifetime seconds, where the resource has none of its own.
 */
export function createAccessTokenIssuer(options: {
  issuer: string;
  keyRing: KeyRing;
  opaqueTokens: OpaqueAccessTokens;
  clock: Clock;
  lifetime: number;
}): IssueAccessToken {
  const { issuer, keyRing, opaqueTokens, clock } = options;
  return async ({ subject, clientId, resource, scopes, grantId, authTime, claims: added }) => {
    const iat = nowInSeconds(clock);
    const lifetime = resource.accessTokenLifetime ?? options.lifetime;
    const scope = scopes.join(' ');
    const claims: AccessTokenClaims = {
      ...added,
      iss: issuer,
      sub: subject,
      aud: resource.identifier,
      client_id: clientId,
      iat,
      exp: iat + lifetime,
      // Has to be the only one of its kind, not a secret.
      jti: randomUUID(),
      ...(scope !== '' && { scope }),
      ...(authTime !== undefined && { auth_time: authTime }),
      ...(grantId !== undefined && { grant_id: grantId }),
    };
    const access_token =
      resource.accessTokenFormat === 'opaque' ? opaqueTokens.seal(claims) : (await keyRing.signer(resource.signingAlgorithm))(claims);
    return { access_token, token_type: 'Bearer', expires_in: lifetime, scope };
  };
}
