import { randomUUID } from 'node:crypto';
import { importJWK, SignJWT } from 'jose';
import { check } from '../../check.ts';
import { notApplicable, notTried, require } from '../../finding.ts';
import type { Answer } from '../../http.ts';
import { judge } from '../../judge.ts';
import { basic } from '../client-authentication.ts';
import { newKey } from '../client-metadata.ts';
import { type AuthorizationServer, type TokenOptions, tokensFrom, unguessable } from '../subject.ts';
import type { KnownClient, TrustedIssuer } from '../target.ts';

const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const seconds = (): number => Math.floor(Date.now() / 1000);

/** Identity assertion grants (RFC 7523 §2.1, ID-JAG), by an issuer that the server trusts and whose key was given. */
export const jwtBearerGrant = [
  check<AuthorizationServer>('AS-JWTB-01 AS-JWTB-08', 'a right assertion', async (server) => {
    const { answer, client } = await present(server);
    judge(answer, 'AS-JWTB-01');
    const { refresh_token } = tokensFrom(answer, client);
    require(refresh_token === undefined, 'there is a refresh token beside it');
  }),
  ...refusals('AS-JWTB-02', {
    'an issuer that is not trusted': () => ({ claims: { iss: 'https://elsewhere.example' } }),
    'a signature by another key': async () => ({ key: (await newKey('ES256')).key }),
    'an end in the past': () => ({ claims: { exp: seconds() - 600 } }),
    'no end': () => ({ claims: { exp: undefined } }),
    'no subject': () => ({ claims: { sub: undefined } }),
  }),
  ...refusals('AS-JWTB-03', { 'another type in its header': () => ({ header: { typ: 'JWT' } }) }),
  ...refusals('AS-JWTB-04', {
    'another audience': () => ({ claims: { aud: 'https://elsewhere.example' } }),
    'a second audience': (server) => ({ claims: { aud: [server.metadata.issuer, 'https://elsewhere.example'] } }),
  }),
  ...refusals('AS-JWTB-05', { 'another client in it': () => ({ claims: { client_id: unguessable() } }) }, 'another client'),
  check<AuthorizationServer>('AS-JWTB-05', 'a client with a wrong secret', async (server) => {
    const { client } = await accepted(server);
    const authentication = { headers: { authorization: basic(client.client_id, unguessable()) }, form: {} };
    judge((await present(server, {}, { authentication })).answer, 'AS-JWTB-05', { when: 'not authenticated' });
  }),
  check<AuthorizationServer>('AS-JWTB-06', 'the same assertion again', async (server) => {
    const { client, assertion } = await accepted(server);
    judge(await server.token(client, { grant_type: GRANT, assertion }), 'AS-JWTB-06');
  }),
  ...refusals('AS-JWTB-07', { 'a resource that is not here': () => ({ claims: { resource: 'https://elsewhere.example/' } }) }),
];

interface AssertionChanges {
  claims?: Record<string, unknown>;
  header?: Record<string, unknown>;
  key?: Record<string, unknown>;
}

function refusals(
  id: string,
  wrong: Record<string, (server: AuthorizationServer) => AssertionChanges | Promise<AssertionChanges>>,
  when?: string,
) {
  return Object.entries(wrong).map(([title, changes]) =>
    check<AuthorizationServer>(id, title, async (server) => {
      await accepted(server);
      const { answer } = await present(server, await changes(server));
      // A refusal: 200 is among the outcomes for what is right.
      require(answer.status !== 200, 'it gave a token');
      judge(answer, id, when === undefined ? {} : { when });
    }),
  );
}

function trusted(server: AuthorizationServer): TrustedIssuer {
  if (server.metadata.grant_types_supported?.includes(GRANT) !== true) notApplicable('grant_types_supported does not have jwt-bearer');
  return server.target.assertions ?? notTried('it takes an issuer that the server trusts, with its key: name it (assertions)');
}

interface Presented {
  client: KnownClient;
  assertion: string;
  answer: Answer;
}

/** Presents an ID-JAG that is right but for the changes. */
async function present(server: AuthorizationServer, changes: AssertionChanges = {}, options?: TokenOptions): Promise<Presented> {
  const { issuer, key, subject } = trusted(server);
  const client = await server.client('web');
  const signer = changes.key ?? key;
  const alg = String(signer['alg'] ?? 'ES256');
  const claims = {
    iss: issuer,
    sub: subject,
    aud: server.metadata.issuer,
    client_id: client.client_id,
    jti: randomUUID(),
    iat: seconds(),
    exp: seconds() + 120,
  };
  const about = { ...(server.resource && { resource: server.resource }), ...(server.scope && { scope: server.scope }) };
  const assertion = await new SignJWT({ ...claims, ...about, ...changes.claims })
    .setProtectedHeader({ alg, typ: 'oauth-id-jag+jwt', ...(typeof key['kid'] === 'string' && { kid: key['kid'] }), ...changes.header })
    .sign(await importJWK(signer, alg));
  return { client, assertion, answer: await server.token(client, { grant_type: GRANT, assertion }, options) };
}

/** A right one, which is accepted. @throws Finding (`failed`) where it is not. */
async function accepted(server: AuthorizationServer): Promise<Presented> {
  const presented = await present(server);
  tokensFrom(presented.answer, presented.client);
  return presented;
}
