import { notApplicable, notTried } from '../finding.ts';
import type { Answer, Fields } from '../http.ts';
import type { AuthorizationServer, TokenOptions, Tokens } from './subject.ts';
import type { KnownClient } from './target.ts';

export type RefreshableTokens = Tokens & { refresh_token: string };

/** Tokens for the person, a refresh token among them. @throws Finding (`not applicable`) where none comes: a server may do without. */
export async function refreshable(server: AuthorizationServer, client: KnownClient, changes: Fields = {}): Promise<RefreshableTokens> {
  return withRefreshToken(await server.tokens(client, { ...consentFor(changes['scope'] ?? client.scope ?? server.scope), ...changes }));
}

/** OpenID Connect Core §11: without the user's consent `offline_access` is ignored. */
export const consentFor = (scope: Fields[string]): Fields => (scopesOf(scope).includes('offline_access') ? { prompt: 'consent' } : {});

/** @throws Finding (`not applicable`) without one. */
export function withRefreshToken(tokens: Tokens): RefreshableTokens {
  const { refresh_token } = tokens;
  return refresh_token === undefined ? notApplicable('no refresh token is issued to this client') : { ...tokens, refresh_token };
}

/** Uses a refresh token, as the client that has it. @param changes other parameters; `undefined` leaves one out. */
export function refresh(
  server: AuthorizationServer,
  tokens: RefreshableTokens,
  changes: Fields = {},
  options?: TokenOptions,
): Promise<Answer> {
  return server.token(tokens.client, { grant_type: 'refresh_token', refresh_token: tokens.refresh_token, ...changes }, options);
}

/** The names in a scope. */
export const scopesOf = (scope: unknown): string[] => (typeof scope === 'string' ? scope.split(' ').filter(Boolean) : []);

/** One scope of those that tokens are asked for, and all of them. @throws Finding (`not tried`) where there are not two that a resource could know. */
export function oneOfSeveral({ scope }: AuthorizationServer): { one: string; all: string } {
  const special = ['openid', 'offline_access', 'profile', 'email', 'address', 'phone'];
  const own = scopesOf(scope).filter((name) => !special.includes(name));
  const [one, another] = own;
  if (one === undefined || another === undefined) return notTried('it takes two scopes of a resource: name them (scope)');
  return { one, all: `${one} ${another}` };
}
