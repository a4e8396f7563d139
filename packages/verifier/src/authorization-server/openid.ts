import { notApplicable } from '../finding.ts';
import type { Answer, Fields } from '../http.ts';
import { readJwt, type ReadJwt } from './jwt.ts';
import type { Arrival } from '../person/person.ts';
import { type AuthorizationRequest, type AuthorizationServer, codeFrom, type Tokens, tokensFrom } from './subject.ts';
import type { KnownClient } from './target.ts';

export interface OpenidTokens extends Tokens {
  idToken: string;
  read: ReadJwt;
}

/** An authentication request (OpenID Connect Core §3.1.2.1), for no resource but UserInfo. */
export const openidRequest = (changes: Fields = {}): Fields => ({ scope: 'openid', resource: undefined, ...changes });

/** Takes an authentication request to the server in the person's browser. */
export function authenticate(
  server: AuthorizationServer,
  client: KnownClient,
  changes: Fields = {},
): Promise<Arrival & { request: AuthorizationRequest }> {
  return server.approve(client, openidRequest(changes));
}

/** Tokens of an authentication, the ID token verified. @throws Finding (`failed`) where a right request brings none. */
export async function openidTokens(server: AuthorizationServer, client: KnownClient, changes: Fields = {}): Promise<OpenidTokens> {
  const arrival = await authenticate(server, client, changes);
  return tokensOf(server, arrival, client);
}

/** What the code of an authentication response gives. */
export async function tokensOf(
  server: AuthorizationServer,
  arrival: Arrival & { request: AuthorizationRequest },
  client: KnownClient,
): Promise<OpenidTokens> {
  const answer = await server.redeem(codeFrom(arrival, arrival.request, client), { resource: undefined });
  const tokens = tokensFrom(answer, client);
  const read = await readJwt(server, tokens.response['id_token'], 'the ID token');
  return { ...tokens, idToken: String(tokens.response['id_token']), read };
}

/** Asks UserInfo. @throws Finding (`not applicable`) without it. */
export function askUserInfo(server: AuthorizationServer, token: string, method = 'GET'): Promise<Answer> {
  const url = server.endpoint('userinfo_endpoint');
  return server.http.ask({ url, method, headers: { authorization: `Bearer ${token}` } });
}

/** @throws Finding (`not applicable`) where a server does not do OpenID Connect at all. */
export function speaksOpenid({ metadata }: AuthorizationServer): void {
  const speaks = metadata.id_token_signing_alg_values_supported !== undefined || metadata.scopes_supported?.includes('openid');
  if (!speaks) notApplicable('the metadata announces no ID tokens');
}
