import { check } from '../../check.ts';
import { notApplicable, notTried, require } from '../../finding.ts';
import type { Answer, Fields } from '../../http.ts';
import { errorOf, judge } from '../../judge.ts';
import { basic } from '../client-authentication.ts';
import { EXCHANGE_GRANT } from '../client-metadata.ts';
import { factsOf } from '../facts.ts';
import { newDpopKey, withProof } from '../dpop.ts';
import { oneOfSeveral, scopesOf } from '../refresh.ts';
import { type AuthorizationServer, type Tokens, tokensFrom, unguessable } from '../subject.ts';

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

/** Token exchange (RFC 8693), of access tokens of the server's own for others. */
export const tokenExchange = [
  check<AuthorizationServer>('AS-TX-01', 'an access token for another', async (server) => {
    const answer = await exchange(server, await subjectTokens(server));
    judge(answer, 'AS-TX-01');
    const { access_token, issued_token_type, token_type } = answer.json();
    require(typeof access_token === 'string', 'there is no access_token');
    require(typeof issued_token_type === 'string', 'there is no issued_token_type');
    require(typeof token_type === 'string', 'there is no token_type');
  }),
  ...refusals('AS-TX-02', {
    'a subject token without its type': { subject_token_type: undefined },
    'a type without a subject token': { subject_token: undefined },
    'an actor token without its type': { actor_token: 'token' },
    'a type without an actor token': { actor_token_type: ACCESS_TOKEN },
  }),
  ...refusals('AS-TX-03', { 'a subject token that was never issued': { subject_token: unguessable() } }),
  ...refusals('AS-TX-03', { 'an actor token that was never issued': { actor_token: unguessable(), actor_token_type: ACCESS_TOKEN } }),
  ...refusals('AS-TX-04', { 'a resource that nobody knows': { resource: 'https://verifier.example/unknown' } }),
  check<AuthorizationServer>('AS-TX-05', 'more scope than the subject’s token has', async (server) => {
    const { one, all } = oneOfSeveral(server);
    const tokens = await subjectTokens(server, { scope: one });
    tokensFrom(await exchange(server, tokens), tokens.client);
    const answer = await exchange(server, tokens, { scope: all });
    if (answer.status !== 200) return judge(answer, 'AS-TX-05');
    const { scope = all } = answer.json();
    require(scopesOf(scope).every((name) => name === one), `of ${one} it made ${String(scope)}`);
  }),
  ...refusals('AS-TX-06', { 'a type of token that nobody knows': { requested_token_type: 'urn:rolecall:unheard_of' } }),
  check<AuthorizationServer>('AS-TX-07', 'with an actor and without', async (server) => {
    const tokens = await subjectTokens(server);
    const alone = await factsOf(server, tokensFrom(await exchange(server, tokens), tokens.client));
    require(alone['act'] === undefined, '`act` is there without an actor');
    require(alone['sub'] === (await factsOf(server, tokens))['sub'], 'the subject is another one');
    const answer = await exchange(server, tokens, { actor_token: tokens.access_token, actor_token_type: ACCESS_TOKEN });
    if (answer.status !== 200) notApplicable('this actor is not allowed here');
    const { act } = await factsOf(server, tokensFrom(answer, tokens.client));
    require(typeof act === 'object' && act !== null && 'sub' in act, 'with an actor there is no `act` with its `sub`');
  }),
  check<AuthorizationServer>('AS-TX-10', 'until when the new token is good, and for whom', async (server) => {
    const tokens = await subjectTokens(server);
    const before = await factsOf(server, tokens);
    const after = await factsOf(server, tokensFrom(await exchange(server, tokens), tokens.client));
    if (typeof before['exp'] === 'number')
      require(Number(after['exp']) <= before['exp'] + 1, 'the new token lives longer than the old one');
    require(after['client_id'] === tokens.client.client_id, '`client_id` is not the exchanging client');
  }),
  check<AuthorizationServer>('AS-TX-11', 'a client that is not registered for it', async (server) => {
    const tokens = await subjectTokens(server);
    const answer = await exchange(server, { ...tokens, client: await server.client('other') });
    require(errorOf(answer) === 'unauthorized_client', `it answered ${answer.status} ${errorOf(answer) ?? ''}`);
  }),
  check<AuthorizationServer>('AS-TX-11', 'a wrong secret', async (server) => {
    const { client, access_token } = await subjectTokens(server);
    const authentication = { headers: { authorization: basic(client.client_id, unguessable()) }, form: {} };
    const answer = await server.token(client, exchangeForm(access_token), { authentication });
    require(errorOf(answer) === 'invalid_client', `it answered ${answer.status} ${errorOf(answer) ?? ''}`);
  }),
  check<AuthorizationServer>('AS-TX-12', 'a bound token without a proof', async (server) => {
    offered(server);
    if (server.metadata.dpop_signing_alg_values_supported === undefined) notApplicable('tokens are not bound to keys');
    const client = await server.client('exchange');
    const key = await newDpopKey(server);
    const issued = await server.code(client);
    const url = server.endpoint('token_endpoint');
    const tokens = tokensFrom(await withProof(key, { method: 'POST', url }, (headers) => server.redeem(issued, {}, { headers })), client);
    judge(await exchange(server, tokens), 'AS-TX-12');
  }),
];

function refusals(id: string, wrong: Record<string, Fields>) {
  return Object.entries(wrong).map(([title, changes]) =>
    check<AuthorizationServer>(id, title, async (server) => {
      const tokens = await subjectTokens(server);
      tokensFrom(await exchange(server, tokens), tokens.client);
      judge(await exchange(server, tokens, changes), id);
    }),
  );
}

function offered({ metadata }: AuthorizationServer): void {
  if (metadata.grant_types_supported?.includes(EXCHANGE_GRANT) !== true)
    notApplicable('grant_types_supported does not have token-exchange');
}

async function subjectTokens(server: AuthorizationServer, changes: Fields = {}): Promise<Tokens> {
  offered(server);
  if (server.resource === undefined) notTried('it takes a resource that the server knows: name it (resource)');
  return server.tokens(await server.client('exchange'), changes);
}

const exchangeForm = (token: string): Fields => ({ grant_type: EXCHANGE_GRANT, subject_token: token, subject_token_type: ACCESS_TOKEN });

const exchange = (server: AuthorizationServer, { client, access_token }: Tokens, changes: Fields = {}): Promise<Answer> =>
  server.token(client, { ...exchangeForm(access_token), resource: server.resource, ...changes });
