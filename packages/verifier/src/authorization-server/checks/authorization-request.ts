import { check } from '../../check.ts';
import { notApplicable, notTried, require } from '../../finding.ts';
import { judge, responseParameter } from '../../judge.ts';
import { refusesRecipient, refusesRequest, works } from '../refusals.ts';
import { type AuthorizationServer, challengeOf, codeFrom, tokensFrom, unguessable } from '../subject.ts';

/** A scope that no server has. */
const UNKNOWN_SCOPE = 'rolecall:unknown';

/** What a server makes of the parameters of an authorization request (OAuth 2.1 §4.1.1). */
export const authorizationRequest = [
  check<AuthorizationServer>('AS-AUTHZ-02', 'a client that nobody knows', async (server) => {
    const client = await server.client('web');
    await refusesRecipient(server, client, { client_id: unguessable() }, client.redirect_uris[0] ?? '');
  }),
  check<AuthorizationServer>('AS-AUTHZ-02', 'no client at all', async (server) => {
    const client = await server.client('web');
    await refusesRecipient(server, client, { client_id: undefined }, client.redirect_uris[0] ?? '');
  }),
  ...['token', 'code token', 'rolecall'].map((type) =>
    check<AuthorizationServer>('AS-AUTHZ-08', `the response type ${type}`, async (server) => {
      const client = await server.client('web');
      const answer = await refusesRequest(server, 'AS-AUTHZ-08', client, { response_type: type });
      require(responseParameter(answer, 'access_token') === undefined, 'there is an access token in the address');
    }),
  ),
  check<AuthorizationServer>('AS-AUTHZ-08', 'no response type', async (server) => {
    await refusesRequest(server, 'AS-AUTHZ-08', await server.client('web'), { response_type: undefined }, { when: 'none was sent' });
  }),
  check<AuthorizationServer>('AS-AUTHZ-09', 'a public client without PKCE', async (server) => {
    const without = { code_challenge: undefined, code_challenge_method: undefined };
    await refusesRequest(server, 'AS-AUTHZ-09', await server.client('public'), without);
  }),
  check<AuthorizationServer>('AS-AUTHZ-10', 'the challenge method plain', async (server) => {
    refusesPlain(server);
    const changes = { code_challenge: unguessable(), code_challenge_method: 'plain' };
    await refusesRequest(server, 'AS-AUTHZ-10', await server.client('web'), changes);
  }),
  check<AuthorizationServer>('AS-AUTHZ-10', 'a challenge without method, which means plain', async (server) => {
    refusesPlain(server);
    await refusesRequest(server, 'AS-AUTHZ-10', await server.client('web'), { code_challenge_method: undefined });
  }),
  check<AuthorizationServer>('AS-AUTHZ-10', 'a challenge method that nobody knows', async (server) => {
    await refusesRequest(server, 'AS-AUTHZ-10', await server.client('web'), { code_challenge_method: 'S512' });
  }),
  ...[
    ['a challenge that is too short', challengeOf(unguessable()).slice(1)],
    ['a challenge with padding', `${challengeOf(unguessable())}=`],
    ['a challenge in another alphabet', `${challengeOf(unguessable()).slice(2)}+/`],
  ].map(([title = '', challenge]) =>
    check<AuthorizationServer>('AS-AUTHZ-11', title, async (server) => {
      await refusesRequest(server, 'AS-AUTHZ-11', await server.client('web'), { code_challenge: challenge });
    }),
  ),
  ...[UNKNOWN_SCOPE, 'a"quoted"scope'].map((scope) =>
    check<AuthorizationServer>('AS-AUTHZ-12', `the scope ${scope}`, async (server) => {
      const client = await server.client('web');
      await works(server, client);
      const asked = { scope: [server.scope, scope].filter(Boolean).join(' ') };
      const arrival = await server.approve(client, asked);
      if (arrival.response === undefined) return require(arrival.answer.status < 500, `it failed with ${arrival.answer.status}`);
      judge({ ...arrival.answer, location: arrival.response }, 'AS-AUTHZ-12');
      if (responseParameter({ location: arrival.response }, 'error') !== undefined) return;
      const { response } = tokensFrom(await server.redeem(codeFrom(arrival, arrival.request, client)), client);
      const granted = String(response['scope'] ?? asked.scope).split(' ');
      require(!granted.includes(scope), 'it was granted, or nobody was told that it was not (RFC 6749 §3.3)');
    }),
  ),
  check<AuthorizationServer>('AS-AUTHZ-13', 'scopes and parameters in another order', async (server) => {
    const client = await server.client('web');
    const request = server.authorizationRequest(client, { scope: server.scope?.split(' ').reverse().join(' ') });
    const parameters = Object.fromEntries(Object.entries(request.parameters).reverse());
    const arrival = await server.goTo(parameters, request.redirectUri);
    tokensFrom(await server.redeem(codeFrom(arrival, request, client)), client);
  }),
  check<AuthorizationServer>('AS-AUTHZ-18', 'a client without the code grant', async (server) => {
    const client = await server.client('service');
    const web = await server.client('web');
    await works(server, web);
    const { answer, response } = await server.approve(client, { redirect_uri: web.redirect_uris[0] });
    const code = response && responseParameter({ location: response }, 'code');
    require(code === undefined, `${answer.to} gives a code to a client that may not have any`);
    if (response) judge({ ...answer, location: response }, 'AS-AUTHZ-18');
  }),
  check<AuthorizationServer>('AS-AUTHZ-19', 'a request that is posted', async (server) => {
    const { parameters } = server.authorizationRequest(await server.client('web'));
    const answer = await server.http.ask({ url: server.endpoint('authorization_endpoint'), form: parameters });
    require(answer.status < 400, `${answer.to} answered ${answer.status} to a request as a form (OpenID Connect Core §3.1.2.1)`);
    const error = responseParameter(answer, 'error');
    require(error === undefined, `${answer.to} answered ${error} to a request as a form`);
  }),
  check<AuthorizationServer>('AS-AUTHZ-24', 'an error for a client that nobody vouches for', async (server) => {
    const client = await server.clients.another('web');
    const answer = await server.request(client, { response_type: 'rolecall' });
    const sent = answer.location !== undefined && answer.location.href.startsWith(client.redirect_uris[0] ?? '');
    require(!sent, 'whoever follows the link is sent on to a client that has just registered itself, without a login (RFC 9700 §4.11.2)');
  }),
  check<AuthorizationServer>('AS-GEN-04', 'a parameter that nobody knows', async (server) => {
    const client = await server.client('web');
    const code = await server.code(client, { rolecall_unknown: 'x' });
    tokensFrom(await server.redeem(code, { rolecall_unknown: 'x' }), client);
  }),
  ...['response_type', 'scope', 'state', 'code_challenge'].map((name) =>
    check<AuthorizationServer>('AS-GEN-05', `${name} twice`, async (server) => {
      const client = await server.client('web');
      const value = server.authorizationRequest(client).parameters[name];
      if (typeof value !== 'string') return notTried(`nothing is sent as ${name}`);
      await refusesRequest(server, 'AS-GEN-05', client, { [name]: [value, value] }, { when: 'authorization' });
    }),
  ),
  ...['client_id', 'redirect_uri'].map((name) =>
    check<AuthorizationServer>('AS-GEN-05', `${name} twice`, async (server) => {
      const client = await server.client('web');
      const value = name === 'client_id' ? client.client_id : client.redirect_uris[0];
      await refusesRequest(server, 'AS-GEN-05', client, { [name]: [value ?? '', value ?? ''] }, { when: 'a repeated client_id' });
    }),
  ),
  check<AuthorizationServer>('AS-GEN-06', 'an empty state and other empty parameters', async (server) => {
    const client = await server.client('web');
    const { response } = await server.code(client, { state: '', response_mode: '', login_hint: '' });
    require((responseParameter({ location: response }, 'state') ?? '') === '', 'a state comes back that was not sent');
  }),
  check<AuthorizationServer>('AS-GEN-16', 'CR and LF in the state', async (server) => {
    const client = await server.client('web');
    await works(server, client);
    const { answer, response } = await server.approve(client, { state: 'a\r\nX-Rolecall: broken' });
    require(answer.status < 500, `${answer.to} failed with ${answer.status}`);
    require(!answer.headers.has('x-rolecall'), 'the state has become a header');
    require(response === undefined || !/[\r\n]/.test(answer.headers.get('location') ?? ''), 'the address has a line break');
  }),
];

function refusesPlain({ metadata, profiles }: AuthorizationServer): void {
  // OAuth 2.1 §4.1.1 leaves it to clients that can do nothing else: a server may say that it takes it.
  if (metadata.code_challenge_methods_supported?.includes('plain') && !profiles.includes('fapi2')) notApplicable('plain is announced');
}
