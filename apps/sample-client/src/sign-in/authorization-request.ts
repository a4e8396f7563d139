import * as oauth from 'oauth4webapi';
import type { AuthorizationServer } from '../discovery/authorization-server.ts';
import type { Proofs } from '../dpop/proofs.ts';
import type { Attempt } from './attempt.ts';

/** What an attempt asks of the authorization endpoint (RFC 6749 §4.1.1, RFC 7636 §4.3, RFC 8707 §2.1). */
export async function authorizationParameters(attempt: Attempt, redirectUri: string, proofs: Proofs): Promise<URLSearchParams> {
  const { demand = {}, dpopKey } = attempt;
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
    dpop_jkt: dpopKey && (await proofs.by(dpopKey).calculateThumbprint()),
    acr_values: demand.acrValues,
    max_age: demand.maxAge,
  };
  return new URLSearchParams(Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** The authorization endpoint with these parameters. RFC 6749 §3.1: a query that it has already is kept. */
export function authorizationUrl(authorizationServer: AuthorizationServer, parameters: URLSearchParams): string {
  const url = new URL(authorizationServer.authorization_endpoint);
  for (const [name, value] of parameters) url.searchParams.set(name, value);
  return url.href;
}
