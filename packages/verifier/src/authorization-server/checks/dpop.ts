import { check } from '../../check.ts';
import { notApplicable, notTried, require } from '../../finding.ts';
import type { Answer, Fields } from '../../http.ts';
import { errorOf, judge } from '../../judge.ts';
import { type ProofChanges, type ProofKey, proofOf } from '../../proof.ts';
import { informationOf } from '../clients.ts';
import { newDpopKey, withProof } from '../dpop.ts';
import { factsOf, isKnown } from '../facts.ts';
import { push } from '../pushed-requests.ts';
import { consentFor, type RefreshableTokens, withRefreshToken } from '../refresh.ts';
import { type AuthorizationServer, type IssuedCode, type Tokens, tokensFrom } from '../subject.ts';
import type { KnownClient } from '../target.ts';

const now = (): number => Math.floor(Date.now() / 1000);

/** Tokens bound to a key (RFC 9449). The codes of wrong proofs stay good, so that each check knows what was wrong. */
export const dpop = [
  check<AuthorizationServer>('AS-DPOP-01', 'a token request with a proof', async (server) => {
    const key = await newDpopKey(offered(server));
    const tokens = await boundTokens(server, await server.client('web'), key);
    require(String(tokens.response['token_type']).toLowerCase() === 'dpop', `token_type is ${String(tokens.response['token_type'])}`);
    require((await boundTo(server, tokens)) === key.thumbprint, 'the access token’s `cnf` has not the thumbprint of the key');
  }),
  ...wrongProofs({
    'another type of JWT': () => ({ header: { typ: 'JWT' } }),
    'a signature by another key': async (server) => ({ signer: (await newDpopKey(server)).privateKey }),
    'another method': () => ({ claims: { htm: 'GET' } }),
    'another address': () => ({ claims: { htu: 'https://elsewhere.example/token' } }),
    'an old time': () => ({ claims: { iat: now() - 3_600 } }),
    'a time to come': () => ({ claims: { iat: now() + 3_600 } }),
    'no identifier': () => ({ claims: { jti: undefined } }),
    'no time': () => ({ claims: { iat: undefined } }),
  }),
  check<AuthorizationServer>('AS-DPOP-02', 'two proofs', async (server) => {
    const key = await newDpopKey(offered(server));
    const url = server.endpoint('token_endpoint');
    const issued = await codeAfterGoodProof(server, key);
    judge(
      await server.redeem(
        issued,
        {},
        { headers: { dpop: [await proofOf(key, { method: 'POST', url }), await proofOf(key, { method: 'POST', url })] } },
      ),
      'AS-DPOP-02',
    );
  }),
  check<AuthorizationServer>('AS-DPOP-02', 'a proof with the private key in it', async (server) => {
    const key = await newDpopKey(offered(server));
    const issued = await codeAfterGoodProof(server, key);
    judge(await redeem(server, issued, key, { header: { jwk: { ...key.publicJwk, d: key.publicJwk.x } } }), 'AS-DPOP-02');
  }),
  check<AuthorizationServer>('AS-DPOP-02', 'a proof that is no JWT', async (server) => {
    const issued = await codeAfterGoodProof(server, await newDpopKey(offered(server)));
    judge(await server.redeem(issued, {}, { headers: { dpop: 'no.proof.atall' } }), 'AS-DPOP-02');
  }),
  check<AuthorizationServer>('AS-DPOP-03', 'an address with query, fragment and capitals', async (server) => {
    const key = await newDpopKey(offered(server));
    const { protocol, host, pathname } = new URL(server.endpoint('token_endpoint'));
    const htu = `${protocol}//${host.toUpperCase()}${pathname}?query=1#fragment`;
    judge(await redeem(server, await server.code(await server.client('web')), key, { claims: { htu } }), 'AS-DPOP-03');
  }),
  check<AuthorizationServer>('AS-DPOP-04', 'a clock that is ten seconds ahead, and a member that nobody knows', async (server) => {
    const key = await newDpopKey(offered(server));
    const changes = { claims: { iat: now() + 10, rolecall_unheard_of: true } };
    judge(await redeem(server, await server.code(await server.client('web')), key, changes), 'AS-DPOP-04');
  }),
  check<AuthorizationServer>('AS-DPOP-05', 'the same proof again', async (server) => {
    const key = await newDpopKey(offered(server));
    const client = await server.client('web');
    let used = '';
    const send = async (headers: { dpop: string }): Promise<Answer> => {
      used = headers.dpop;
      return server.redeem(await server.code(client), {}, { headers });
    };
    tokensFrom(await withProof(key, { method: 'POST', url: server.endpoint('token_endpoint') }, send), client);
    const answer = await send({ dpop: used });
    require(answer.status === 400, `a proof works a second time: ${answer.status}`);
  }),
  check<AuthorizationServer>('AS-DPOP-06', 'a proof without a nonce', async (server) => {
    const key = await newDpopKey(offered(server));
    const client = await server.client('web');
    const issued = await server.code(client);
    const url = server.endpoint('token_endpoint');
    const first = await server.redeem(issued, {}, { headers: { dpop: await proofOf(key, { method: 'POST', url }) } });
    if (first.status === 200) notApplicable('no nonces are asked for');
    require(errorOf(first) === 'use_dpop_nonce' && first.status === 400, `it answered ${first.status} ${errorOf(first) ?? ''}`);
    const nonce = first.headers.get('dpop-nonce');
    require(nonce !== null, 'use_dpop_nonce came without a DPoP-Nonce header');
    tokensFrom(await server.redeem(issued, {}, { headers: { dpop: await proofOf(key, { method: 'POST', url, nonce }) } }), client);
  }),
  check<AuthorizationServer>('AS-DPOP-07 AS-MCP-09', 'a client that registered bound tokens, without a proof', async (server) => {
    const client = await server.client(offered(server) && 'bound');
    if (informationOf(client)?.['dpop_bound_access_tokens'] !== true && server.target.clients?.bound === undefined)
      notApplicable('dpop_bound_access_tokens is not registered');
    const issued = await server.code(client);
    judge(await server.redeem(issued), 'AS-DPOP-07');
    await boundTokens(server, client, await newDpopKey(server));
  }),
  check<AuthorizationServer>('AS-DPOP-08', 'a code for another key', async (server) => {
    const key = await newDpopKey(offered(server));
    const client = await server.client('web');
    const issued = await server.code(client, { dpop_jkt: key.thumbprint });
    judge(await redeem(server, issued, await newDpopKey(server)), 'AS-DPOP-08');
    tokensFrom(await redeem(server, await server.code(client, { dpop_jkt: key.thumbprint }), key), client);
  }),
  check<AuthorizationServer>('AS-DPOP-09', 'a pushed request whose proof and dpop_jkt disagree', async (server) => {
    const url = server.endpoint('pushed_authorization_request_endpoint');
    const key = await newDpopKey(offered(server));
    const client = await server.client('web');
    const { parameters } = server.authorizationRequest(client);
    const pushWith = (dpop_jkt: string): Promise<Answer> =>
      withProof(key, { method: 'POST', url }, (headers) => push(server, client, { ...parameters, dpop_jkt }, { headers }));
    const right = await pushWith(key.thumbprint);
    require(right.status === 201, `a proof and its own thumbprint were answered with ${right.status}`);
    judge(await pushWith((await newDpopKey(server)).thumbprint), 'AS-DPOP-09');
  }),
  check<AuthorizationServer>('AS-DPOP-10', 'UserInfo with a bound token, without its proof', async (server) => {
    const url = server.endpoint('userinfo_endpoint');
    const key = await newDpopKey(offered(server));
    const client = await server.client('web');
    const issued = await server.code(client, { scope: 'openid', resource: undefined });
    const { access_token } = tokensFrom(await redeem(server, issued, key, {}, { resource: undefined }), client);
    const ask = (headers: Record<string, string>): Promise<Answer> => server.http.ask({ url, headers });
    const right = await withProof(key, { method: 'GET', url, token: access_token }, ({ dpop }) =>
      ask({ dpop, authorization: `DPoP ${access_token}` }),
    );
    require(right.status === 200, `a right proof was answered with ${right.status}`);
    const { status } = await ask({ authorization: `Bearer ${access_token}` });
    require(status === 401 || status === 400, `a bound token opened UserInfo as a bearer token: ${status}`);
    const another = await newDpopKey(server);
    const wrong = await withProof(another, { method: 'GET', url, token: access_token }, ({ dpop }) =>
      ask({ dpop, authorization: `DPoP ${access_token}` }),
    );
    judge(wrong, 'AS-DPOP-10');
  }),
  check<AuthorizationServer>('AS-DPOP-11', 'introspection of a bound token', async (server) => {
    server.endpoint('introspection_endpoint');
    const key = await newDpopKey(offered(server));
    const { access_token } = await boundTokens(server, await server.client('web'), key);
    require(await isKnown(server, access_token), 'introspection calls a new token inactive');
    const { token_type, cnf } = await server.introspect(access_token);
    if (token_type !== undefined) require(String(token_type).toLowerCase() === 'dpop', `token_type is ${String(token_type)}`);
    require(thumbprintIn(cnf) === key.thumbprint, '`cnf` has not the thumbprint of the key');
  }),
  check<AuthorizationServer>('AS-RT-09', 'a public client’s bound refresh token with another key', async (server) => {
    const key = await newDpopKey(offered(server));
    const tokens = withRefreshToken(await boundTokens(server, await server.client('public'), key));
    judge(await refresh(server, tokens, await newDpopKey(server)), 'AS-RT-09');
    const { status } = await refresh(server, tokens, key);
    require(status === 200, `with its own key it was answered with ${status} afterwards`);
  }),
  check<AuthorizationServer>('AS-RT-09', 'a public client’s bound refresh token without a proof', async (server) => {
    const key = await newDpopKey(offered(server));
    const tokens = withRefreshToken(await boundTokens(server, await server.client('public'), key));
    judge(await server.token(tokens.client, { grant_type: 'refresh_token', refresh_token: tokens.refresh_token }), 'AS-RT-09');
  }),
  check<AuthorizationServer>('AS-RT-10', 'a confidential client’s refresh token with a new key', async (server) => {
    const tokens = withRefreshToken(await boundTokens(server, await server.client('web'), await newDpopKey(offered(server))));
    const key = await newDpopKey(server);
    const answer = await refresh(server, tokens, key);
    judge(answer, 'AS-RT-10');
    require((await boundTo(server, tokensFrom(answer, tokens.client))) ===
      key.thumbprint, 'the new access token is not bound to the new key');
  }),
];

function wrongProofs(wrong: Record<string, (server: AuthorizationServer) => ProofChanges | Promise<ProofChanges>>) {
  return Object.entries(wrong).map(([title, changes]) =>
    check<AuthorizationServer>('AS-DPOP-02', `a proof with ${title}`, async (server) => {
      const key = await newDpopKey(offered(server));
      const issued = await codeAfterGoodProof(server, key);
      judge(await redeem(server, issued, key, await changes(server)), 'AS-DPOP-02');
    }),
  );
}

function offered(server: AuthorizationServer): AuthorizationServer {
  if (server.metadata.dpop_signing_alg_values_supported === undefined)
    notApplicable('the metadata announces no dpop_signing_alg_values_supported');
  return server;
}

/** A code, of a client for which a right proof gives tokens. */
async function codeAfterGoodProof(server: AuthorizationServer, key: ProofKey): Promise<IssuedCode> {
  const client = await server.client('web');
  await boundTokens(server, client, key);
  return server.code(client);
}

const redeem = (server: AuthorizationServer, issued: IssuedCode, key: ProofKey, changes?: ProofChanges, form?: Fields): Promise<Answer> =>
  withProof(
    key,
    { method: 'POST', url: server.endpoint('token_endpoint') },
    (headers) => server.redeem(issued, form, { headers }),
    changes,
  );

async function boundTokens(server: AuthorizationServer, client: KnownClient, key: ProofKey): Promise<Tokens> {
  return tokensFrom(await redeem(server, await server.code(client, consentFor(client.scope ?? server.scope)), key), client);
}

const refresh = (server: AuthorizationServer, { client, refresh_token }: RefreshableTokens, key: ProofKey): Promise<Answer> =>
  withProof(key, { method: 'POST', url: server.endpoint('token_endpoint') }, (headers) =>
    server.token(client, { grant_type: 'refresh_token', refresh_token }, { headers }),
  );

/** The thumbprint of the key that an access token is bound to. */
async function boundTo(server: AuthorizationServer, tokens: Tokens): Promise<string | undefined> {
  const facts = await factsOf(server, tokens);
  if (facts['active'] === false) notTried('introspection does not know the token');
  return thumbprintIn(facts['cnf']);
}

function thumbprintIn(cnf: unknown): string | undefined {
  const { jkt } = (typeof cnf === 'object' && cnf !== null ? cnf : {}) as Record<string, unknown>;
  return typeof jkt === 'string' ? jkt : undefined;
}
