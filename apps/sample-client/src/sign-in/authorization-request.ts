import * as oauth from 'oauth4webapi';
import type { AuthorizationServer } from '../discovery/authorization-server.ts';
import type { Attempt } from './attempt.ts';

/** What a challenge asks of the authentication itself (RFC 9470 §4). */
export interface AuthenticationDemand {
  acrValues?: string;
  /** Seconds. */
  maxAge?: string;
}

/** The address at which the user answers an attempt (RFC 6749 §4.1.1, RFC 7636 §4.3, RFC 8707 §2.1). */
export async function authorizationUrl(
  authorizationServer: AuthorizationServer,
  redirectUri: string,
  attempt: Attempt,
  demand: AuthenticationDemand = {},
  dpop?: oauth.DPoPHandle,
): Promise<string> {
  // RFC 6749 §3.1: a query that the endpoint has already is kept.
  const url = new URL(authorizationServer.authorization_endpoint);
  const parameters = {
    response_type: 'code',
    client_id: attempt.clientId,
    redirect_uri: redirectUri,
    scope: attempt.scope,
    state: attempt.state,
    code_challenge: await oauth.calculatePKCECodeChallenge(attempt.codeVerifier),
    code_challenge_method: 'S256',
    resource: attempt.resource,
    // RFC 9449 §10: the code is worth nothing without the key, either.
    dpop_jkt: await dpop?.calculateThumbprint(),
    acr_values: demand.acrValues,
    max_age: demand.maxAge,
  };
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) url.searchParams.set(name, value);
  return url.href;
}
