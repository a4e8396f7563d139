import { check } from '../../check.ts';
import { notTried, require } from '../../finding.ts';
import { encodeFields, type Fields } from '../../http.ts';
import { responseParameter } from '../../judge.ts';
import type { Arrival, Visit } from '../../person/person.ts';
import { authenticate, openidTokens } from '../openid.ts';
import { type AuthorizationServer, unguessable } from '../subject.ts';
import type { KnownClient } from '../target.ts';

/** Logout that a client begins (OpenID Connect RP-Initiated Logout 1.0). */
export const logout = [
  check<AuthorizationServer>('AS-LOGOUT-01', 'a good hint and a registered address', async (server) => {
    const { client, hint, address } = await loggedIn(server);
    const state = unguessable();
    const { response, answer } = await leave(
      server,
      { id_token_hint: hint, post_logout_redirect_uri: address, state },
      { leadsTo: address },
    );
    require(response !== undefined, `the browser stays on a page (${answer.status})`);
    require(responseParameter({ location: response }, 'state') === state, 'the `state` did not come back');
    require(!(await hasSession(server, client)), 'the session is still there');
  }),
  check<AuthorizationServer>('AS-LOGOUT-02', 'an address that is not registered', async (server) => {
    const { hint } = await loggedIn(server);
    await leadsNowhere(server, { id_token_hint: hint, post_logout_redirect_uri: 'https://elsewhere.example/after' });
  }),
  check<AuthorizationServer>('AS-LOGOUT-02', 'a registered address with a query behind it', async (server) => {
    const { hint, address } = await loggedIn(server);
    await leadsNowhere(server, { id_token_hint: hint, post_logout_redirect_uri: `${address}?more=1` });
  }),
  check<AuthorizationServer>('AS-LOGOUT-03', 'a hint with another signature', async (server) => {
    const { hint, address } = await loggedIn(server);
    const [header, claims] = hint.split('.');
    const forged = `${header}.${claims}.${Buffer.alloc(64, 7).toString('base64url')}`;
    await leadsNowhere(server, { id_token_hint: forged, post_logout_redirect_uri: address });
  }),
  check<AuthorizationServer>('AS-LOGOUT-03', 'an unsigned hint', async (server) => {
    const { hint, address } = await loggedIn(server);
    const header = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url');
    await leadsNowhere(server, { id_token_hint: `${header}.${hint.split('.')[1]}.`, post_logout_redirect_uri: address });
  }),
  check<AuthorizationServer>('AS-LOGOUT-04', 'an address without a hint', async (server) => {
    const { address } = await loggedIn(server);
    await leadsNowhere(server, { post_logout_redirect_uri: address });
  }),
  check<AuthorizationServer>('AS-LOGOUT-05', 'no hint, and the user does not say yes', async (server) => {
    const { client } = await loggedIn(server);
    const { pages } = await leave(server, {}, { decision: 'deny' });
    require(pages.length > 0, 'nobody was asked');
    require(await hasSession(server, client), 'the session ended before anybody said yes');
  }),
  check<AuthorizationServer>('AS-LOGOUT-06', 'no address to go to', async (server) => {
    const { client, hint } = await loggedIn(server);
    const { answer } = await leave(server, { id_token_hint: hint });
    require(answer.status === 200, `logout ends with ${answer.status} instead of a page`);
    require(!(await hasSession(server, client)), 'the session is still there');
  }),
  check<AuthorizationServer>('AS-LOGOUT-07', 'another client than the hint’s', async (server) => {
    const { hint, address } = await loggedIn(server);
    const { client_id } = await server.client('other');
    await leadsNowhere(server, { id_token_hint: hint, client_id, post_logout_redirect_uri: address });
  }),
];

interface LoggedIn {
  client: KnownClient;
  hint: string;
  address: string;
}

async function loggedIn(server: AuthorizationServer): Promise<LoggedIn> {
  server.endpoint('end_session_endpoint');
  const client = await server.client('logout');
  const address = client.post_logout_redirect_uris?.[0] ?? notTried('the client for logout has no post_logout_redirect_uris');
  const { idToken } = await openidTokens(server, client);
  return { client, hint: idToken, address };
}

/** Goes to the logout endpoint in the person's browser. */
export function leave(server: AuthorizationServer, parameters: Fields, visit: Visit = {}): Promise<Arrival> {
  const url = new URL(server.endpoint('end_session_endpoint'));
  for (const [name, value] of new URLSearchParams(encodeFields(parameters))) url.searchParams.append(name, value);
  return server.person().visit(url.href, visit);
}

async function leadsNowhere(server: AuthorizationServer, parameters: Fields): Promise<void> {
  const { response } = await leave(server, parameters, { leadsTo: String(parameters['post_logout_redirect_uri']) });
  require(response === undefined, 'the browser was led there');
}

async function hasSession(server: AuthorizationServer, client: KnownClient): Promise<boolean> {
  const { response } = await authenticate(server, client, { prompt: 'none' });
  return response !== undefined && responseParameter({ location: response }, 'code') !== undefined;
}
