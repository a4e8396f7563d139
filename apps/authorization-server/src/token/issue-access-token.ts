import type { TokenResponse } from '@rolecall/contracts/token-response';
import { type Clock, nowInSeconds } from '@rolecall/storage/clock';
import type { KeyRing } from '../keys/key-ring.ts';
import { randomToken } from '../random.ts';

/** What an access token says. */
export interface AccessTokenContent {
  /** The user's id, or the client's own where no user is involved (RFC 9068 §2.2). */
  subject: string;
  clientId: string;
  /** The one resource that may accept it. */
  audience: string;
  scopes: readonly string[];
  /** When the user authenticated, in seconds since the epoch. */
  authTime?: number;
}

export type IssueAccessToken = (content: AccessTokenContent) => Promise<TokenResponse>;

/** The one place where access tokens are made: ES256 JWTs (RFC 9068). `lifetime` is in seconds. */
export function createAccessTokenIssuer(options: { issuer: string; keyRing: KeyRing; clock: Clock; lifetime: number }): IssueAccessToken {
  const { issuer, keyRing, clock, lifetime } = options;
  return async ({ subject, clientId, audience, scopes, authTime }) => {
    const sign = await keyRing.signer();
    const iat = nowInSeconds(clock);
    const scope = scopes.join(' ');
    const access_token = sign({
      iss: issuer,
      sub: subject,
      aud: audience,
      client_id: clientId,
      iat,
      exp: iat + lifetime,
      jti: randomToken(''),
      ...(scope !== '' && { scope }),
      ...(authTime !== undefined && { auth_time: authTime }),
    });
    return { access_token, token_type: 'Bearer', expires_in: lifetime, scope };
  };
}
