import { check } from '../../check.ts';
import { notApplicable, notTried, require } from '../../finding.ts';
import type { Fields } from '../../http.ts';
import { judge, responseParameter } from '../../judge.ts';
import { authenticate, openidRequest as request, askUserInfo, openidTokens, speaksOpenid, tokensOf } from '../openid.ts';
import { oneOfSeveral } from '../refresh.ts';
import { type AuthorizationServer, codeFrom, unguessable } from '../subject.ts';

/** The OpenID authentication request (OpenID Connect Core §3.1.2). */
export const openidRequest = [
  check<AuthorizationServer>('AS-OP-01', 'with openid and without', async (server) => {
    await openidTokens(server, await web(server));
    const { response } = await server.tokens(await web(server), { scope: oneOfSeveral(server).one });
    require(response['id_token'] === undefined, 'an ID token came without the scope openid');
  }),
  check<AuthorizationServer>('AS-OP-02', 'with a nonce and without', async (server) => {
    const nonce = unguessable();
    const { read } = await openidTokens(server, await web(server), { nonce });
    require(read.claims['nonce'] === nonce, 'the ID token has not the nonce of the request');
    const { read: other } = await openidTokens(server, await web(server));
    require(other.claims['nonce'] === undefined, 'the ID token has a nonce that nobody sent');
  }),
  check<AuthorizationServer>('AS-OP-03', 'prompt=none without a session', async (server) => {
    const client = await web(server);
    await openidTokens(server, client);
    await server.person().forget();
    const { response, pages, answer } = await authenticate(server, client, { prompt: 'none' });
    require(response !== undefined && pages.length === 0, `a page was shown (${answer.status})`);
    const error = responseParameter({ location: response }, 'error');
    require(error === 'login_required' ||
      error === 'interaction_required', `the answer is ${error ?? 'no error'} instead of login_required`);
  }),
  check<AuthorizationServer>('AS-OP-04', 'prompt=none with a session and a consent', async (server) => {
    const client = await web(server);
    const { read: before } = await openidTokens(server, client);
    const arrival = await authenticate(server, client, { prompt: 'none' });
    require(arrival.pages.length === 0, 'a page was shown');
    const { read: after } = await tokensOf(server, arrival, client);
    require(after.claims.sub === before.claims.sub, 'the subject is another one');
    if (before.claims['auth_time'] !== undefined && after.claims['auth_time'] !== undefined)
      require(after.claims['auth_time'] === before.claims['auth_time'], '`auth_time` has changed without a login');
  }),
  check<AuthorizationServer>('AS-OP-05', 'prompt=none beside another value', async (server) => {
    await openidTokens(server, await web(server));
    judge((await authenticate(server, await web(server), { prompt: 'none login' })).answer, 'AS-OP-05');
  }),
  check<AuthorizationServer>('AS-OP-06', 'prompt=login with a session', async (server) => {
    const client = await web(server);
    const { read: before } = await openidTokens(server, client);
    const arrival = await authenticate(server, client, { prompt: 'login' });
    require(arrival.loggedIn, 'nobody was asked to log in');
    const { read: after } = await tokensOf(server, arrival, client);
    requireNotOlder(after.claims['auth_time'], before.claims['auth_time']);
  }),
  check<AuthorizationServer>('AS-OP-07', 'max_age=0, and a large one', async (server) => {
    const client = await web(server);
    const { read: before } = await openidTokens(server, client, { max_age: '10000' });
    require(typeof before.claims['auth_time'] === 'number', 'with max_age the ID token has no auth_time');
    const arrival = await authenticate(server, client, { max_age: '0' });
    require(arrival.loggedIn, 'with max_age=0 nobody was asked to log in');
    const { read: after } = await tokensOf(server, arrival, client);
    requireNotOlder(after.claims['auth_time'], before.claims['auth_time']);
  }),
  check<AuthorizationServer>('AS-OP-08', 'the hint of this very user, and one that nobody issued', async (server) => {
    const client = await web(server);
    const { idToken } = await openidTokens(server, client);
    await tokensOf(server, await authenticate(server, client, { prompt: 'none', id_token_hint: idToken }), client);
    const [header, , signature] = idToken.split('.');
    const forged = `${header}.${Buffer.from(JSON.stringify({ sub: 'somebody else' })).toString('base64url')}.${signature}`;
    const { response } = await authenticate(server, client, { prompt: 'none', id_token_hint: forged });
    require(response === undefined || responseParameter({ location: response }, 'code') === undefined, 'a forged hint gave a code');
  }),
  check<AuthorizationServer>('AS-OP-09', 'hints that nobody knows', async (server) => {
    const client = await web(server);
    await server.person().forget();
    const hints = {
      display: 'rolecall',
      ui_locales: 'xx',
      claims_locales: 'xx',
      login_hint: 'nobody@verifier.example',
      rolecall_unheard_of: 'yes',
    };
    await openidTokens(server, client, hints);
  }),
  check<AuthorizationServer>('AS-OP-10', 'claims that are essential, one of them unheard of', async (server) => {
    if (server.metadata.claims_parameter_supported !== true) notApplicable('claims_parameter_supported is not announced');
    const claims = { id_token: { auth_time: { essential: true } }, userinfo: { rolecall_unheard_of: { essential: true } } };
    const { read } = await openidTokens(server, await web(server), { claims: JSON.stringify(claims) });
    require(typeof read.claims['auth_time'] === 'number', 'auth_time was asked for and is not in the ID token');
  }),
  check<AuthorizationServer>('AS-OP-11', 'the scope email at UserInfo', async (server) => {
    speaksOpenid(server);
    if (server.metadata.scopes_supported?.includes('email') !== true) notApplicable('scopes_supported does not have email');
    const { access_token } = await openidTokens(server, await server.clients.another('web', { scope: 'openid email' }), {
      scope: 'openid email',
    });
    const answer = await askUserInfo(server, access_token);
    judge(answer, 'AS-OP-11');
    if (answer.json()['email'] === undefined) notTried('nothing is known of this user’s e-mail address');
  }),
  check<AuthorizationServer>('AS-OP-12', 'a request object where none is taken', (server) =>
    refusedByName(server, server.metadata.request_parameter_supported !== true, { request: 'e30.e30.' }, 'request_not_supported'),
  ),
  check<AuthorizationServer>('AS-OP-12', 'a reference where none is taken', (server) =>
    // What is not announced is taken (OpenID Connect Discovery §3).
    refusedByName(
      server,
      server.metadata.request_uri_parameter_supported === false && server.metadata.pushed_authorization_request_endpoint === undefined,
      { request_uri: 'https://verifier.example/request' },
      'request_uri_not_supported',
    ),
  ),
  check<AuthorizationServer>('AS-OP-13', 'offline_access without prompt=consent', async (server) => {
    speaksOpenid(server);
    if (server.metadata.scopes_supported?.includes('offline_access') !== true)
      notApplicable('scopes_supported does not have offline_access');
    const scope = 'openid offline_access';
    await openidTokens(server, await server.clients.another('web', { scope }), { scope });
  }),
  check<AuthorizationServer>('AS-OP-14', 'the subject, twice', async (server) => {
    const client = await web(server);
    const { claims } = (await openidTokens(server, client)).read;
    require(/^[\x20-\x7E]{1,255}$/.test(claims.sub ?? ''), '`sub` has not 1 to 255 ASCII characters');
    await server.person().forget();
    const { claims: again } = (await openidTokens(server, client)).read;
    require(again.sub === claims.sub, 'after another login the same user has another `sub`');
  }),
];

async function web(server: AuthorizationServer) {
  speaksOpenid(server);
  return server.client('web');
}

function requireNotOlder(after: unknown, before: unknown): void {
  if (after === undefined || before === undefined) return;
  require(Number(after) >= Number(before), '`auth_time` is earlier than before the new login');
}

async function refusedByName(server: AuthorizationServer, isOff: boolean, changes: Fields, error: string): Promise<void> {
  const client = await web(server);
  if (!isOff) notApplicable('it is taken, or may be');
  const good = await authenticate(server, client);
  codeFrom(good, good.request, client);
  const answer = await server.request(client, request(changes));
  const said = responseParameter(answer, 'error');
  require(said === error, `it answered ${answer.status} ${said ?? ''} instead of ${error}`);
}
