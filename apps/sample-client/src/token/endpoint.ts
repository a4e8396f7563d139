import type { Clock } from '@rolecall/storage/clock';
import * as oauth from 'oauth4webapi';
import { refusalOf } from '../callback/authorization-response.ts';
import type { AuthorizationServer } from '../discovery/authorization-server.ts';
import type { OutboundFetch } from '../outbound-fetch.ts';
import { PeerError } from '../peer-error.ts';
import { type ClientCredentials, clientAuthentication } from './client-authentication.ts';
import { TokenRefusedError } from './refused.ts';
import { readTokens, type Tokens } from './tokens.ts';

/** What every request to the token endpoint needs. */
export interface TokenEndpoint {
  credentials: ClientCredentials;
  clock: Clock;
  outboundFetch: OutboundFetch;
}

/** What a grant is given to make its request with the protocol library. */
export interface GrantRequest {
  client: oauth.Client;
  authentication: oauth.ClientAuth;
  options: Pick<oauth.TokenEndpointRequestOptions, typeof oauth.customFetch | typeof oauth.allowInsecureRequests>;
}

/**
 * One request to the token endpoint, whatever the grant: authentication, limits, what may be wrong with the answer.
 *
 * @param send makes the request and reads the answer.
 * @throws TokenRefusedError when the authorization server refuses, PeerError when its answer is missing or cannot be used.
 */
export async function requestTokens(
  endpoint: TokenEndpoint,
  authorizationServer: AuthorizationServer,
  send: (request: GrantRequest) => Promise<oauth.TokenEndpointResponse>,
): Promise<Tokens> {
  const { credentials, clock, outboundFetch } = endpoint;
  try {
    const answer = await send({
      client: { client_id: credentials.clientId },
      authentication: clientAuthentication(authorizationServer, credentials),
      options: {
        [oauth.customFetch]: outboundFetch,
        [oauth.allowInsecureRequests]: true, // outboundFetch decides: on this machine only
      },
    });
    return readTokens(answer, clock);
  } catch (error) {
    if (error instanceof oauth.ResponseBodyError) throw new TokenRefusedError(refusalOf(error.error, error.error_description));
    // RFC 6749 §5.2: 401 with a challenge means that this client's own credentials are wrong.
    if (error instanceof oauth.WWWAuthenticateChallengeError) throw new TokenRefusedError({ error: 'invalid_client' });
    throw PeerError.from('authorization server', error);
  }
}
