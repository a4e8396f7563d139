import type { Clock } from '@rolecall/storage/clock';
import * as oauth from 'oauth4webapi';
import type { AuthorizationServer } from '../discovery/authorization-server.ts';
import { type DpopKey, type Proofs, withNonce } from '../dpop/proofs.ts';
import type { OutboundFetch } from '../outbound-fetch.ts';
import type { Identities } from '../registration/identities.ts';
import { libraryClient } from './client-authentication.ts';
import { failureOf, TokenRefusedError } from './refused.ts';
import { readTokens, type Tokens } from './tokens.ts';

/** What every request to the token endpoint needs. */
export interface TokenEndpoint {
  /** As whom it is made. */
  identities: Identities;
  clock: Clock;
  outboundFetch: OutboundFetch;
  proofs: Proofs;
}

/** What a grant is given to make its request with the protocol library. */
export interface GrantRequest {
  client: oauth.Client;
  authentication: oauth.ClientAuth;
  options: Pick<oauth.TokenEndpointRequestOptions, typeof oauth.customFetch | typeof oauth.allowInsecureRequests | 'DPoP'>;
}

/**
 * One request to the token endpoint, whatever the grant: authentication, limits, what may be wrong with the answer.
 *
 * @param send makes the request and reads the answer.
 * @param dpopKey to which the tokens have to be bound; undefined for bearer tokens.
 * @throws TokenRefusedError when the authorization server refuses, PeerError when its answer is missing or cannot be used.
 */
export async function requestTokens(
  endpoint: TokenEndpoint,
  authorizationServer: AuthorizationServer,
  send: (request: GrantRequest) => Promise<oauth.TokenEndpointResponse>,
  dpopKey?: DpopKey,
): Promise<Tokens> {
  const { identities, clock, outboundFetch, proofs } = endpoint;
  const identity = await identities.at(authorizationServer);
  try {
    const dpop = dpopKey && proofs.by(dpopKey);
    const request = {
      client: libraryClient(identity.clientId, clock),
      authentication: identity.authentication,
      options: {
        ...(dpop && { DPoP: dpop }),
        [oauth.customFetch]: outboundFetch,
        [oauth.allowInsecureRequests]: true, // outboundFetch decides: on this machine only
      },
    };
    const answer = await withNonce(dpop, () => send(request));
    return readTokens(answer, dpop ? 'dpop' : 'bearer', clock);
  } catch (error) {
    const failure = failureOf(error);
    if (failure instanceof TokenRefusedError && failure.refusal.error === 'invalid_client') await identities.forget(identity);
    throw failure;
  }
}
