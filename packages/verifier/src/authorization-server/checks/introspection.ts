import { check } from '../../check.ts';
import { notApplicable, require } from '../../finding.ts';
import type { Answer, Fields } from '../../http.ts';
import { errorOf, judge } from '../../judge.ts';
import { basic } from '../client-authentication.ts';
import { isKnown } from '../facts.ts';
import { readJwt, type ReadJwt } from '../jwt.ts';
import { refreshable } from '../refresh.ts';
import { type AuthorizationServer, unguessable } from '../subject.ts';
import type { KnownClient } from '../target.ts';

const NOBODY = { headers: {}, form: {} };
const JWT = 'application/token-introspection+jwt';

/** Introspection (RFC 7662). */
export const introspection = [
  check<AuthorizationServer>('AS-INTRO-01', 'a token that is good', async (server) => {
    const { token } = await goodToken(server);
    const { exp, scope } = await server.introspect(token);
    if (exp !== undefined) require(typeof exp === 'number' && exp * 1000 > Date.now(), '`exp` is no time to come');
    if (scope !== undefined) require(typeof scope === 'string', '`scope` is no string');
  }),
  check<AuthorizationServer>('AS-INTRO-02', 'a good token, without authentication', async (server) => {
    const { token } = await goodToken(server);
    judge(await ask(server, await server.client('resourceServer'), { token }, NOBODY), 'AS-INTRO-02');
  }),
  check<AuthorizationServer>('AS-INTRO-02', 'a good token, with a wrong secret', async (server) => {
    const { token } = await goodToken(server);
    const client = await server.client('resourceServer');
    if (client.client_secret === undefined) notApplicable('the client that asks has no secret');
    const wrong = { headers: { authorization: basic(client.client_id, unguessable()) }, form: {} };
    const answer = await ask(server, client, { token }, wrong);
    require(answer.status === 401, `it answered ${answer.status} to a wrong secret (RFC 7662 §2.3: 401)`);
  }),
  check<AuthorizationServer>('AS-INTRO-03', 'a token that was never issued', async (server) => {
    const answer = await askAboutNothing(server);
    judge(answer, 'AS-INTRO-03');
    requireInactive(answer.json());
  }),
  check<AuthorizationServer>('AS-INTRO-07', 'what is said of a token that was never issued', async (server) => {
    requireNothingSaid((await askAboutNothing(server)).json());
  }),
  check<AuthorizationServer>('AS-INTRO-03', 'a token that was revoked', async (server) => {
    const url = server.endpoint('revocation_endpoint');
    const { token, client } = await goodToken(server);
    const revocation = await server.asClient(client, url, { token });
    if (errorOf(revocation) === 'unsupported_token_type') notApplicable('access tokens are not revoked');
    requireInactive(await server.introspect(token));
  }),
  check<AuthorizationServer>('AS-INTRO-04', 'a client that has nothing to do with the token', async (server) => {
    const { token } = await goodToken(server);
    const answer = await ask(server, await server.client('other'), { token });
    judge(answer, 'AS-INTRO-04');
    requireNothingSaid(answer.json());
  }),
  check<AuthorizationServer>('AS-INTRO-05', 'no token', async (server) => {
    server.endpoint('introspection_endpoint');
    const answer = await ask(server, await server.client('resourceServer'), {});
    require(answer.status === 400 &&
      errorOf(answer) === 'invalid_request', `it answered ${answer.status} ${errorOf(answer) ?? ''} to no token`);
  }),
  check<AuthorizationServer>('AS-INTRO-05', 'a good token with a wrong hint', async (server) => {
    const { token } = await goodToken(server);
    const answer = await ask(server, await server.client('resourceServer'), { token, token_type_hint: 'refresh_token' });
    judge(answer, 'AS-INTRO-05');
    require(answer.json()['active'] === true, 'the wrong hint hides the token (RFC 7662 §2.1: the search must be extended)');
  }),
  check<AuthorizationServer>('AS-INTRO-06', 'another client’s refresh token', async (server) => {
    server.endpoint('introspection_endpoint');
    const { refresh_token } = await refreshable(server, await server.client('web'));
    const answer = await ask(server, await server.client('other'), { token: refresh_token });
    judge(answer, 'AS-INTRO-06');
    require(answer.json()['active'] === false, 'another client is told of it');
  }),
];

/** Introspection that answers with a JWT (RFC 9701). */
export const jwtIntrospection = [
  check<AuthorizationServer>('AS-JINT-01', 'who accepts a JWT, and who does not', async (server) => {
    const { token } = await goodToken(offersJwt(server));
    const client = await server.client('resourceServer');
    const { header } = await readAnswer(server, await askForJwt(server, client, token));
    require(header['typ'] === 'token-introspection+jwt', `its \`typ\` is ${String(header['typ'])}`);
    const plain = await ask(server, client, { token }, undefined, { accept: 'application/json' });
    require(plain.json()['active'] === true, 'who accepts JSON gets another answer');
  }),
  check<AuthorizationServer>('AS-JINT-02', 'what is in the JWT', async (server) => {
    const { token } = await goodToken(offersJwt(server));
    const client = await server.client('resourceServer');
    const { claims } = await readAnswer(server, await askForJwt(server, client, token));
    require(claims.iss === server.metadata.issuer, '`iss` is not the issuer');
    require([claims.aud ?? []].flat().includes(client.client_id), '`aud` does not name the caller');
    require(typeof claims.iat === 'number', '`iat` is missing');
    require(factsIn(claims)['active'] === true, '`token_introspection` does not say that the token is active');
    require(claims['active'] === undefined && claims.sub === undefined, 'facts about the token stand beside `token_introspection`');
  }),
  check<AuthorizationServer>('AS-JINT-03', 'a JWT about a token that was never issued', async (server) => {
    const client = await offersJwt(server).client('resourceServer');
    const { claims } = await readAnswer(server, await askForJwt(server, client, unguessable()));
    requireNothingSaid(factsIn(claims));
  }),
  check<AuthorizationServer>('AS-JINT-04', 'a JWT without authentication', async (server) => {
    const { token } = await goodToken(offersJwt(server));
    const answer = await ask(server, await server.client('resourceServer'), { token }, NOBODY, { accept: JWT });
    judge(answer, 'AS-JINT-04');
  }),
  check<AuthorizationServer>(
    'AS-JINT-05',
    'the algorithm that the caller has registered, and RS256 for who has said nothing',
    async (server) => {
      const [chosen] = offersJwt(server).metadata.introspection_signing_alg_values_supported ?? [];
      server.endpoint('registration_endpoint');
      const caller = await server.clients.another('web', { introspection_signed_response_alg: chosen });
      const { header } = await readAnswer(server, await askForJwt(server, caller, unguessable()));
      require(header['alg'] === chosen, `${chosen} was registered, and it is signed with ${String(header['alg'])}`);
      const silent = await server.clients.another('web');
      const usual = await readAnswer(server, await askForJwt(server, silent, unguessable()));
      require(usual.header['alg'] === 'RS256', `without a word it is signed with ${String(usual.header['alg'])} (RFC 9701 §6: RS256)`);
    },
  ),
];

/** A token for the person that introspection knows. */
async function goodToken(server: AuthorizationServer): Promise<{ token: string; client: KnownClient }> {
  server.endpoint('introspection_endpoint');
  const client = await server.client('web');
  const { access_token } = await server.tokens(client);
  require(await isKnown(server, access_token), 'a token that was just issued is called inactive');
  return { token: access_token, client };
}

function offersJwt(server: AuthorizationServer): AuthorizationServer {
  server.endpoint('introspection_endpoint');
  if (server.metadata.introspection_signing_alg_values_supported === undefined)
    notApplicable('the metadata announces no introspection_signing_alg_values_supported');
  return server;
}

function ask(
  server: AuthorizationServer,
  client: KnownClient,
  form: Fields,
  authentication = undefined as typeof NOBODY | undefined,
  headers = {},
): Promise<Answer> {
  return server.asClient(client, server.endpoint('introspection_endpoint'), form, { headers, ...(authentication && { authentication }) });
}

const askForJwt = (server: AuthorizationServer, client: KnownClient, token: string): Promise<Answer> =>
  ask(server, client, { token }, undefined, { accept: JWT });

async function readAnswer(server: AuthorizationServer, answer: Answer): Promise<ReadJwt> {
  require(answer.status === 200, `it answered ${answer.status} to who accepts a JWT`);
  const type = answer.headers.get('content-type') ?? '';
  require(type.toLowerCase().startsWith(JWT), `its content type is ${type} instead of ${JWT}`);
  return readJwt(server, answer.body, 'the answer');
}

function factsIn(claims: Record<string, unknown>): Record<string, unknown> {
  const facts = claims['token_introspection'];
  require(typeof facts === 'object' && facts !== null, 'there is no `token_introspection` in it');
  return { ...facts };
}

/** RFC 7662 §2.2: nothing else should be said of a token that is not active. */
async function askAboutNothing(server: AuthorizationServer): Promise<Answer> {
  server.endpoint('introspection_endpoint');
  return ask(server, await server.client('resourceServer'), { token: unguessable() });
}

function requireInactive(facts: Record<string, unknown>): void {
  require(facts['active'] === false, '`active` is not false');
}

function requireNothingSaid(facts: Record<string, unknown>): void {
  requireInactive(facts);
  const more = Object.keys(facts).filter((name) => name !== 'active');
  require(more.length === 0, `beside \`active\` it says ${more.join(', ')}`);
}
