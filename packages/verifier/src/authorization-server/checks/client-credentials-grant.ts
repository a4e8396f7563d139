import { check } from '../../check.ts';
import { notApplicable, notTried, require } from '../../finding.ts';
import type { Answer, Fields } from '../../http.ts';
import { judge } from '../../judge.ts';
import { factsOf } from '../facts.ts';
import { scopesOf } from '../refresh.ts';
import { type AuthorizationServer, tokensFrom } from '../subject.ts';
import type { KnownClient } from '../target.ts';

const UNKNOWN_SCOPE = 'rolecall:unheard_of';

/** The client credentials grant (OAuth 2.1 §4.2). */
export const clientCredentialsGrant = [
  check<AuthorizationServer>('AS-CC-01', 'a token for a client itself', async (server) => {
    const client = await server.client(offered(server));
    const answer = await ask(server, client);
    judge(answer, 'AS-CC-01');
    const { refresh_token } = tokensFrom(answer, client);
    require(refresh_token === undefined, 'there is a refresh token beside it (RFC 6749 §4.4.3: it should not be included)');
  }),
  check<AuthorizationServer>('AS-CC-02', 'a public client', async (server) => {
    tokensFrom(await ask(server, await server.client(offered(server))), await server.client('service'));
    judge(await ask(server, await server.client('public')), 'AS-CC-02');
  }),
  check<AuthorizationServer>('AS-CC-02', 'a public client that registers the grant', async (server) => {
    offered(server);
    server.endpoint('registration_endpoint');
    const asked = {
      client_name: 'Rolecall verifier',
      token_endpoint_auth_method: 'none',
      grant_types: ['client_credentials'],
      response_types: [],
    };
    const answer = await server.clients.ask(asked);
    if (answer.status >= 400) return;
    const { client_id, token_endpoint_auth_method: method } = answer.json();
    // The server may make something else of what it does not like (RFC 7591 §3.2.1).
    if (method !== undefined && method !== 'none') return;
    const client: KnownClient = { client_id: String(client_id), token_endpoint_auth_method: 'none', redirect_uris: [] };
    judge(await ask(server, client), 'AS-CC-02');
  }),
  check<AuthorizationServer>('AS-CC-03', 'whose token it is', async (server) => {
    const client = await server.client(offered(server));
    const own = await factsOf(server, tokensFrom(await ask(server, client), client));
    // OPTIONAL in RFC 7662; what RFC 9068 asks of JWTs is judged with them.
    if (own['client_id'] !== undefined) require(own['client_id'] === client.client_id, 'the token names another client as `client_id`');
    const user = await factsOf(server, await server.tokens(await server.client('web')));
    if (own['sub'] !== undefined) require(own['sub'] !== user['sub'], 'the subject is one of a user');
  }),
  check<AuthorizationServer>('AS-CC-04', 'a scope that nobody knows', async (server) => {
    const client = await server.client(offered(server));
    const answer = await ask(server, client, { scope: UNKNOWN_SCOPE });
    if (answer.status !== 200) return judge(answer, 'AS-CC-04');
    // A server may ignore what it does not know, if it says so (RFC 6749 §3.3).
    const { scope = UNKNOWN_SCOPE } = answer.json();
    require(!scopesOf(scope).includes(
      UNKNOWN_SCOPE,
    ), 'it gives a token and does not say that its scope is not the one that was asked for (RFC 6749 §5.1)');
  }),
  check<AuthorizationServer>('AS-CC-04', 'a resource that nobody knows', async (server) => {
    const client = await server.client(offered(server));
    if (server.resource === undefined) notTried('it takes a resource that the server knows: name it (resource)');
    tokensFrom(await ask(server, client), client);
    judge(await ask(server, client, { resource: 'https://verifier.example/unknown' }), 'AS-CC-04');
  }),
  check<AuthorizationServer>('AS-CC-05', 'how a client may authenticate for it', (server) => {
    offered(server);
    const methods = server.metadata.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    const signed = methods.includes('private_key_jwt');
    require(signed || methods.includes('client_secret_basic'), 'neither private_key_jwt nor client_secret_basic is announced');
    if (!signed) return;
    const algorithms = server.metadata.token_endpoint_auth_signing_alg_values_supported ?? [];
    require(algorithms.length > 0, 'private_key_jwt is announced without token_endpoint_auth_signing_alg_values_supported');
  }),
];

/** @throws Finding (`not applicable`) where the grant is not announced. */
function offered(server: AuthorizationServer): 'service' {
  const grants = server.metadata.grant_types_supported;
  if (grants !== undefined && !grants.includes('client_credentials'))
    notApplicable('grant_types_supported does not have client_credentials');
  return 'service';
}

function ask(server: AuthorizationServer, client: KnownClient, changes: Fields = {}): Promise<Answer> {
  const scope =
    client.scope ??
    scopesOf(server.scope)
      .filter((name) => name !== 'openid' && name !== 'offline_access')
      .join(' ');
  const form = { grant_type: 'client_credentials', resource: server.resource, ...(scope !== '' && { scope }), ...changes };
  return server.token(client, form);
}
