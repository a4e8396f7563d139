import { check } from '../../check.ts';
import { failed, notApplicable, notTried, require } from '../../finding.ts';
import { judge } from '../../judge.ts';
import { readJwt } from '../jwt.ts';
import { oneOfSeveral, refresh, type RefreshableTokens, refreshable, scopesOf, withRefreshToken } from '../refresh.ts';
import { type AuthorizationServer, type Tokens, tokensFrom, unguessable } from '../subject.ts';

/** The refresh token grant (OAuth 2.1 §4.3). What has to do with keys is among the checks of DPoP. */
export const refreshTokenGrant = [
  check<AuthorizationServer>('AS-RT-01', 'a refresh token, and then with a part of the scope', async (server) => {
    const first = await refreshable(server, await server.client('web'));
    const second = await renewed(server, first);
    const granted = scopesOf(first.response['scope'] ?? server.scope);
    const { scope } = second.response;
    if (scope !== undefined) require(isSame(scopesOf(scope), granted), `the scope was ${granted.join(' ')} and is now ${String(scope)}`);
    const { one } = oneOfSeveral(server);
    const { response } = tokensFrom(await refresh(server, second, { scope: one }), second.client);
    require(isWithin(scopesOf(response['scope'] ?? one), [one]), `asked for ${one}, it gave ${String(response['scope'])}`);
  }),
  check<AuthorizationServer>('AS-RT-02', 'another client’s refresh token', async (server) => {
    const tokens = await refreshable(server, await server.client('web'));
    judge(await refresh(server, { ...tokens, client: await server.client('other') }), 'AS-RT-02');
  }),
  check<AuthorizationServer>('AS-RT-03', 'a refresh for more scope than was granted', async (server) => {
    const { one, all } = oneOfSeveral(server);
    const first = await refreshable(server, await server.client('web'), { scope: keepOffline(server, one) });
    const granted = scopesOf(first.response['scope'] ?? one);
    const answer = await refresh(server, first, { scope: all });
    judge(answer, 'AS-RT-03');
    if (answer.status !== 200) return;
    // A server may ignore what is too much, if it says so (RFC 6749 §3.3).
    const { scope = all } = answer.json();
    require(isWithin(scopesOf(scope), granted), `granted was ${granted.join(' ')}, and the refresh gave ${String(scope)}`);
  }),
  check<AuthorizationServer>('AS-RT-03', 'the whole scope again after a refresh for less', async (server) => {
    const { one } = oneOfSeveral(server);
    const first = await refreshable(server, await server.client('web'));
    const granted = scopesOf(first.response['scope'] ?? server.scope);
    const less = await renewed(server, first, { scope: one });
    const { scope = granted.join(' ') } = (await renewed(server, less)).response;
    require(isSame(scopesOf(scope), granted), `after a refresh for ${one} there is only ${String(scope)} left of ${granted.join(' ')}`);
  }),
  check<AuthorizationServer>('AS-RT-04 AS-MCP-07', 'a public client’s refresh token, twice replaced', async (server) => {
    const first = await refreshable(server, await server.client('public'));
    const second = await renewed(server, first);
    if (second.refresh_token === first.refresh_token) failed('a public client’s refresh token is not bound to a key and stays the same');
    const third = await renewed(server, second);
    // Two generations old: a server may answer the last one once more, for a client that lost the answer.
    const { status } = await refresh(server, first);
    require(status >= 400, 'a refresh token that was replaced twice still gives tokens');
    require(third.refresh_token !== second.refresh_token, 'the second refresh did not replace the refresh token');
  }),
  check<AuthorizationServer>('AS-RT-05', 'a refresh token that was replaced long ago, and then its latest successor', async (server) => {
    const first = await refreshable(server, await server.client('public'));
    const second = await renewed(server, first);
    if (second.refresh_token === first.refresh_token) notApplicable('refresh tokens are not replaced');
    const third = await renewed(server, second);
    judge(await refresh(server, first), 'AS-RT-05');
    const { status } = await refresh(server, third);
    require(status >= 400, 'the refresh token’s successor is still good, though its predecessor has come back');
  }),
  check<AuthorizationServer>('AS-RT-07', 'a refresh token that was never issued', async (server) => {
    const tokens = await refreshable(server, await server.client('web'));
    judge(await refresh(server, tokens, { refresh_token: unguessable() }), 'AS-RT-07');
    tokensFrom(await refresh(server, tokens), tokens.client);
  }),
  check<AuthorizationServer>('AS-RT-07', 'a refresh token that was revoked', async (server) => {
    const url = server.endpoint('revocation_endpoint');
    const tokens = await refreshable(server, await server.client('web'));
    const { status } = await server.asClient(tokens.client, url, { token: tokens.refresh_token });
    require(status === 200, `its revocation was answered with ${status}`);
    judge(await refresh(server, tokens), 'AS-RT-07');
  }),
  check<AuthorizationServer>('AS-RT-08', 'a refresh token twice, under FAPI', async (server) => {
    const first = await refreshable(server, await server.client('web'));
    const second = await renewed(server, first);
    require(second.refresh_token === first.refresh_token, 'the refresh token was replaced');
    tokensFrom(await refresh(server, first), first.client);
  }),
  check<AuthorizationServer>('AS-RT-11', 'an access token as a refresh token', async (server) => {
    const tokens = await refreshable(server, await server.client('web'));
    judge(await refresh(server, tokens, { refresh_token: tokens.access_token }), 'AS-RT-11');
    tokensFrom(await refresh(server, tokens), tokens.client);
  }),
  check<AuthorizationServer>('AS-RT-11', 'a refresh token at UserInfo', async (server) => {
    const url = server.endpoint('userinfo_endpoint');
    const { refresh_token } = await refreshable(server, await server.client('web'));
    judge(await server.http.ask({ url, headers: { authorization: `Bearer ${refresh_token}` } }), 'AS-RT-11');
  }),
  check<AuthorizationServer>('AS-RT-12', 'the ID token of a refresh', async (server) => {
    const first = await refreshable(server, await server.client('web'), { nonce: unguessable(), scope: withOpenid(server) });
    const { response } = tokensFrom(await refresh(server, first), first.client);
    if (response['id_token'] === undefined) notApplicable('a refresh brings no ID token');
    const { claims: before } = await readJwt(server, first.response['id_token'], 'the first ID token');
    const { claims: after } = await readJwt(server, response['id_token'], 'the ID token of the refresh');
    require(after.iss === before.iss && after.sub === before.sub, 'issuer or subject are not those of the first ID token');
    require(isSame([after.aud ?? []].flat(), [before.aud ?? []].flat()), 'its audience is not that of the first ID token');
    if (before['auth_time'] !== undefined && after['auth_time'] !== undefined)
      require(after['auth_time'] === before['auth_time'], '`auth_time` is not that of the first ID token');
    require(after['nonce'] === undefined || after['nonce'] === before['nonce'], 'its nonce is not that of the first ID token');
  }),
  check<AuthorizationServer>('AS-RT-13', 'a refresh for another resource than was granted', async (server) => {
    if (server.resource === undefined) notTried('it takes a resource that the server knows: name it (resource)');
    const first = await refreshable(server, await server.client('web'));
    const second = await renewed(server, first, { resource: server.resource });
    judge(await refresh(server, second, { resource: 'https://verifier.example/unknown' }), 'AS-RT-13');
  }),
  check<AuthorizationServer>('AS-RT-15', 'a client without the refresh grant', async (server) => {
    const client = await server.clients.another('web', { grant_types: ['authorization_code'] });
    await server.tokens(client, { scope: withoutOffline(server) });
  }),
];

/** Tokens of a refresh. Where the refresh token stays the same, the answer may leave it out (RFC 6749 §6). */
async function renewed(server: AuthorizationServer, tokens: RefreshableTokens, changes = {}): Promise<RefreshableTokens> {
  const next: Tokens = tokensFrom(await refresh(server, tokens, changes), tokens.client);
  return withRefreshToken({ ...next, refresh_token: next.refresh_token ?? tokens.refresh_token });
}

const isWithin = (some: readonly string[], all: readonly string[]): boolean => some.every((each) => all.includes(each));
const isSame = (some: readonly string[], others: readonly string[]): boolean => isWithin(some, others) && isWithin(others, some);

/** Where a refresh token takes `offline_access`, it has to be among the scopes. */
function keepOffline({ scope }: AuthorizationServer, one: string): string {
  return [...scopesOf(scope).filter((name) => name === 'openid' || name === 'offline_access'), one].join(' ');
}

const withOpenid = ({ scope }: AuthorizationServer): string => [...new Set(['openid', ...scopesOf(scope)])].join(' ');

const withoutOffline = ({ scope }: AuthorizationServer): string | undefined =>
  scope === undefined
    ? undefined
    : scopesOf(scope)
        .filter((name) => name !== 'offline_access')
        .join(' ');
