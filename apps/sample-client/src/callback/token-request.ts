import type { Clock } from '@rolecall/storage/clock';
import * as oauth from 'oauth4webapi';
import type { AuthorizationServer } from '../discovery/authorization-server.ts';
import type { OutboundFetch } from '../outbound-fetch.ts';
import { PeerError } from '../peer-error.ts';
import type { Access } from '../session.ts';
import type { Attempt } from '../sign-in/attempt.ts';
import { type Refusal, refusalOf } from './authorization-response.ts';

/** The token endpoint answered with an error code (RFC 6749 §5.2). */
export class TokenRefusedError extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(`the token endpoint refuses: ${refusal.error}`);
    this.name = 'TokenRefusedError';
    this.refusal = refusal;
  }
}

/** RFC 6749 appendix A.12. */
const ACCESS_TOKEN = /^[\x21-\x7e]+$/;

/** Longer than any session. Any number may be answered, but not of every number can a date be made. */
const LONGEST_SECONDS = 365 * 86_400;

export interface TokenRequestDependencies {
  clientId: string;
  clientSecret: string;
  redirectUri: string;
  clock: Clock;
  outboundFetch: OutboundFetch;
}

/**
 * Exchanges a code for access, server to server (RFC 6749 §4.1.3).
 *
 * @param response what `readAuthorizationResponse` validated.
 * @throws TokenRefusedError when the authorization server refuses, PeerError when its answer is missing or cannot be used.
 */
export async function requestAccess(
  dependencies: TokenRequestDependencies,
  authorizationServer: AuthorizationServer,
  attempt: Attempt,
  response: URLSearchParams,
): Promise<Access> {
  const tokens = await exchange(dependencies, authorizationServer, attempt, response);
  // Asked for a bearer token: of any other kind it is not known how to use it safely (RFC 6749 §7.1).
  if (tokens.token_type !== 'bearer') throw new PeerError('authorization server', 'the token is not a bearer token');
  // The library puts it into a header, and a header that is none into its error's message.
  if (!ACCESS_TOKEN.test(tokens.access_token)) throw new PeerError('authorization server', 'the token has characters that no token has');
  // RFC 6749 §5.1: without scope in the answer, what was asked is what was granted.
  const grantedScope = tokens.scope ?? attempt.scope;
  return {
    accessToken: tokens.access_token,
    issuer: attempt.issuer,
    resource: attempt.resource,
    ...(attempt.scope !== undefined && { requestedScope: attempt.scope }),
    ...(grantedScope !== undefined && { grantedScope }),
    ...(tokens.expires_in !== undefined && { expiresAt: dependencies.clock.now() + Math.min(tokens.expires_in, LONGEST_SECONDS) * 1000 }),
  };
}

async function exchange(
  { clientId, clientSecret, redirectUri, outboundFetch }: TokenRequestDependencies,
  authorizationServer: AuthorizationServer,
  attempt: Attempt,
  response: URLSearchParams,
): Promise<oauth.TokenEndpointResponse> {
  const client = { client_id: clientId };
  try {
    const answer = await oauth.authorizationCodeGrantRequest(
      authorizationServer,
      client,
      clientAuthentication(authorizationServer, clientSecret),
      response,
      redirectUri,
      attempt.codeVerifier,
      {
        additionalParameters: { resource: attempt.resource },
        [oauth.customFetch]: outboundFetch,
        [oauth.allowInsecureRequests]: true, // outboundFetch decides: on this machine only
      },
    );
    return await oauth.processAuthorizationCodeResponse(authorizationServer, client, answer);
  } catch (error) {
    if (error instanceof oauth.ResponseBodyError) throw new TokenRefusedError(refusalOf(error.error, error.error_description));
    // RFC 6749 §5.2: 401 with a challenge means that this client's own credentials are wrong.
    if (error instanceof oauth.WWWAuthenticateChallengeError) throw new TokenRefusedError({ error: 'invalid_client' });
    throw PeerError.from('authorization server', error);
  }
}

/** The one way to authenticate at the token endpoint. RFC 8414 §2: where the metadata is silent, it is `client_secret_basic`. */
function clientAuthentication(authorizationServer: AuthorizationServer, clientSecret: string): oauth.ClientAuth {
  const methods = authorizationServer.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
  if (methods.includes('client_secret_basic')) return oauth.ClientSecretBasic(clientSecret);
  if (methods.includes('client_secret_post')) return oauth.ClientSecretPost(clientSecret);
  throw new PeerError('authorization server', 'the token endpoint takes no client secret');
}
