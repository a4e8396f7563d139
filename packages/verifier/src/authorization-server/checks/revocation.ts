import { check } from '../../check.ts';
import { notApplicable, require } from '../../finding.ts';
import type { Answer, Fields } from '../../http.ts';
import { errorOf, judge } from '../../judge.ts';
import { basic } from '../client-authentication.ts';
import { isKnown } from '../facts.ts';
import { refresh, refreshable } from '../refresh.ts';
import { type AuthorizationServer, type TokenOptions, tokensFrom, unguessable } from '../subject.ts';
import type { KnownClient } from '../target.ts';

/** Revocation (RFC 7009). */
export const revocation = [
  check<AuthorizationServer>('AS-REV-01', 'a refresh token, and once more', async (server) => {
    const tokens = await refreshable(server, await server.client('web'));
    judge(await revoke(server, tokens.client, { token: tokens.refresh_token }), 'AS-REV-01');
    require((await refresh(server, tokens)).status >= 400, 'the refresh token still gives tokens');
    judge(await revoke(server, tokens.client, { token: tokens.refresh_token }), 'AS-REV-01');
  }),
  check<AuthorizationServer>('AS-REV-01', 'an access token', async (server) => {
    const { access_token, client } = await server.tokens(await server.client('web'));
    require(await isKnown(server, access_token), 'introspection calls a new token inactive');
    const answer = await revoke(server, client, { token: access_token });
    if (errorOf(answer) === 'unsupported_token_type') notApplicable('access tokens are not revoked');
    judge(answer, 'AS-REV-01');
    require((await server.introspect(access_token))['active'] !== true, 'introspection still calls it active');
  }),
  check<AuthorizationServer>('AS-REV-02', 'a token that was never issued', async (server) => {
    judge(await revoke(server, await server.client('web'), { token: unguessable() }), 'AS-REV-02');
  }),
  check<AuthorizationServer>('AS-REV-02', 'a refresh token with a hint that nobody knows', async (server) => {
    const tokens = await refreshable(server, await server.client('web'));
    judge(await revoke(server, tokens.client, { token: tokens.refresh_token, token_type_hint: 'rolecall_unheard_of' }), 'AS-REV-02');
    require((await refresh(server, tokens)).status >= 400, 'the refresh token still gives tokens');
  }),
  check<AuthorizationServer>('AS-REV-03', 'a wrong secret', async (server) => {
    const tokens = await refreshable(server, await server.client('web'));
    if (tokens.client.client_secret === undefined) notApplicable('the client has no secret');
    const authentication = { headers: { authorization: basic(tokens.client.client_id, unguessable()) }, form: {} };
    const answer = await revoke(server, tokens.client, { token: tokens.refresh_token }, { authentication });
    require(answer.status === 401 &&
      errorOf(answer) === 'invalid_client', `it answered ${answer.status} ${errorOf(answer) ?? ''} to a wrong secret`);
    tokensFrom(await refresh(server, tokens), tokens.client);
  }),
  check<AuthorizationServer>('AS-REV-03', 'no token', async (server) => {
    const answer = await revoke(server, await server.client('web'), {});
    require(answer.status === 400 &&
      errorOf(answer) === 'invalid_request', `it answered ${answer.status} ${errorOf(answer) ?? ''} to no token`);
  }),
  check<AuthorizationServer>('AS-REV-04', 'another client’s refresh token', async (server) => {
    const tokens = await refreshable(server, await server.client('web'));
    judge(await revoke(server, await server.client('other'), { token: tokens.refresh_token }), 'AS-REV-04');
    require((await refresh(server, tokens)).status === 200, 'another client has ended it');
  }),
  check<AuthorizationServer>('AS-REV-05', 'a refresh token, and the access token beside it', async (server) => {
    server.endpoint('revocation_endpoint');
    const tokens = await refreshable(server, await server.client('web'));
    require(await isKnown(server, tokens.access_token), 'introspection calls a new token inactive');
    judge(await revoke(server, tokens.client, { token: tokens.refresh_token }), 'AS-REV-05');
    require((await server.introspect(tokens.access_token))['active'] !== true, 'the access token of the same grant is still active');
  }),
  check<AuthorizationServer>('AS-REV-06', 'an access token, where those are not revoked', async (server) => {
    const { access_token, client } = await server.tokens(await server.client('web'));
    const answer = await revoke(server, client, { token: access_token });
    if (answer.status === 200) notApplicable('access tokens are taken');
    judge(answer, 'AS-REV-06');
  }),
  check<AuthorizationServer>('AS-REV-07', 'a public client’s refresh token', async (server) => {
    const tokens = await refreshable(server, await server.client('public'));
    judge(await revoke(server, tokens.client, { token: tokens.refresh_token }), 'AS-REV-07');
    require((await refresh(server, tokens)).status >= 400, 'the refresh token still gives tokens');
  }),
];

function revoke(server: AuthorizationServer, client: KnownClient, form: Fields, options?: TokenOptions): Promise<Answer> {
  return server.asClient(client, server.endpoint('revocation_endpoint'), form, options);
}
