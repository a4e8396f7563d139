import { createHmac, createPublicKey, randomUUID } from 'node:crypto';
import { check } from '../../check.ts';
import { notApplicable, notTried } from '../../finding.ts';
import type { Answer, Fields } from '../../http.ts';
import { assertion } from '../client-authentication.ts';
import { newKey } from '../client-metadata.ts';
import { dispensable, judgeRefusal } from '../dispensable.ts';
import { type AuthorizationServer, tokensFrom, unguessable } from '../subject.ts';
import type { KnownClient } from '../target.ts';

const now = (): number => Math.floor(Date.now() / 1000);

type Changes = Record<string, unknown>;

/** What makes an assertion worthless: claims, or the header, that differ from a right one (RFC 7523 §3). */
const wrongAssertions: [title: string, claims: () => Changes][] = [
  ['an assertion that has ended', () => ({ iat: now() - 600, exp: now() - 300 })],
  ['an assertion without end', () => ({ exp: undefined })],
  ['an assertion without issuer', () => ({ iss: undefined })],
  ['an assertion without subject', () => ({ sub: undefined })],
  ['an assertion without audience', () => ({ aud: undefined })],
  ['an assertion that begins in ten minutes', () => ({ nbf: now() + 600, exp: now() + 900 })],
  ['an assertion by somebody else', () => ({ iss: 'https://elsewhere.example' })],
];

/** Clients that sign (RFC 7523 §3, RFC 10070): `private_key_jwt`. */
export const assertions = [
  check<AuthorizationServer>('AS-CAUTH-10', 'a right assertion', async (server) => {
    const client = await signing(server);
    tokensFrom(await present(server, client, {}), client);
  }),
  check<AuthorizationServer>('AS-CAUTH-10', 'another client_id beside the assertion', async (server) => {
    const client = await working(server);
    const form = { ...(await assertion(client, { aud: server.metadata.issuer })), client_id: (await server.client('other')).client_id };
    judgeRefusal(await send(server, client, form), 'AS-CAUTH-10', 'another client_id');
  }),
  check<AuthorizationServer>('AS-CAUTH-11', 'an assertion for the token endpoint', async (server) => {
    const client = await working(server);
    judgeRefusal(await present(server, client, { aud: server.endpoint('token_endpoint') }), 'AS-CAUTH-11');
  }),
  check<AuthorizationServer>('AS-CAUTH-11', 'an assertion for another server', async (server) => {
    const client = await working(server);
    judgeRefusal(await present(server, client, { aud: 'https://elsewhere.example' }), 'AS-CAUTH-11');
  }),
  check<AuthorizationServer>('AS-CAUTH-12', 'an assertion for two servers', async (server) => {
    const client = await working(server);
    const aud = [server.metadata.issuer, 'https://elsewhere.example'];
    const answer = await present(server, client, { aud });
    judgeRefusal(answer, 'AS-CAUTH-12');
  }),
  check<AuthorizationServer>('AS-CAUTH-12', 'an assertion for a list of one server', async (server) => {
    if (server.profiles.includes('fapi2')) notApplicable('under FAPI the audience is a string');
    const client = await working(server);
    tokensFrom(await present(server, client, { aud: [server.metadata.issuer] }), client);
  }),
  check<AuthorizationServer>('AS-CAUTH-13', 'an assertion for the issuer and a slash', async (server) => {
    const client = await working(server);
    const { issuer } = server.metadata;
    judgeRefusal(await present(server, client, { aud: issuer.endsWith('/') ? issuer.slice(0, -1) : `${issuer}/` }), 'AS-CAUTH-13');
  }),
  ...wrongAssertions.map(([title, claims]) =>
    check<AuthorizationServer>('AS-CAUTH-14', title, async (server) => {
      const client = await working(server);
      judgeRefusal(await present(server, client, claims()), 'AS-CAUTH-14');
    }),
  ),
  check<AuthorizationServer>('AS-CAUTH-14', 'an assertion about somebody else', async (server) => {
    const client = await working(server);
    const form = await assertion(client, { aud: server.metadata.issuer, sub: 'https://elsewhere.example' });
    judgeRefusal(await send(server, client, { ...form, client_id: undefined }), 'AS-CAUTH-14');
  }),
  check<AuthorizationServer>('AS-CAUTH-14', 'an assertion that somebody else has signed', async (server) => {
    const client = await working(server);
    const { key } = await newKey(String(client.key?.['alg'] ?? 'ES256'));
    judgeRefusal(await present(server, { ...client, key: { ...key, kid: client.key?.['kid'] } }, {}), 'AS-CAUTH-14');
  }),
  check<AuthorizationServer>('AS-CAUTH-14', 'an assertion without signature', async (server) => {
    const client = await working(server);
    judgeRefusal(
      await send(
        server,
        client,
        handmade(server, client, { alg: 'none' }, () => ''),
      ),
      'AS-CAUTH-14',
    );
  }),
  check<AuthorizationServer>('AS-CAUTH-14', 'an assertion signed with the public key as a secret', async (server) => {
    const client = await working(server);
    const pem = createPublicKey({ key: client.key ?? {}, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
    const sign = (signed: string): string => createHmac('sha256', pem).update(signed).digest('base64url');
    judgeRefusal(await send(server, client, handmade(server, client, { alg: 'HS256', kid: client.key?.['kid'] }, sign)), 'AS-CAUTH-14');
  }),
  check<AuthorizationServer>('AS-CAUTH-15', 'an assertion from a clock that is eight seconds ahead', async (server) => {
    const client = await working(server);
    tokensFrom(await present(server, client, { iat: now() + 8, nbf: now() + 8, exp: now() + 60 }), client);
  }),
  check<AuthorizationServer>('AS-CAUTH-16', 'an assertion a second time', async (server) => {
    const client = await working(server);
    const form = await assertion(client, { aud: server.metadata.issuer });
    tokensFrom(await send(server, client, form), client);
    judgeRefusal(await send(server, client, form), 'AS-CAUTH-16');
  }),
  ...['client-authentication+jwt', 'JWT'].map((typ) =>
    check<AuthorizationServer>('AS-CAUTH-17', `an assertion of the type ${typ}`, async (server) => {
      const client = await working(server);
      tokensFrom(await present(server, client, {}, { typ }), client);
    }),
  ),
  check<AuthorizationServer>('AS-CAUTH-17', 'a JWT of another type', async (server) => {
    const client = await working(server);
    judgeRefusal(await present(server, client, {}, { typ: 'at+jwt' }), 'AS-CAUTH-17', 'another declared type');
  }),
  check<AuthorizationServer>('AS-CAUTH-18', 'an unknown type of assertion', async (server) => {
    const client = await working(server);
    const form = { ...(await assertion(client, { aud: server.metadata.issuer })), client_assertion_type: 'urn:rolecall:unknown' };
    judgeRefusal(await send(server, client, form), 'AS-CAUTH-18');
  }),
  check<AuthorizationServer>('AS-CAUTH-18', 'an assertion without its type', async (server) => {
    const client = await working(server);
    const form = { ...(await assertion(client, { aud: server.metadata.issuer })), client_assertion_type: undefined };
    judgeRefusal(await send(server, client, form), 'AS-CAUTH-18');
  }),
  check<AuthorizationServer>('AS-CAUTH-19', 'a client that changes its key', async (server) => {
    const [first, second] = [await newKey('ES256'), await newKey('ES256')];
    const renewed = {
      key: { ...second.key, kid: 'verifier-2' },
      jwks: { keys: second.jwks.keys.map((key) => ({ ...key, kid: 'verifier-2' })) },
    };
    let published = first.jwks;
    let asked = 0;
    const path = `/keys/${unguessable()}`;
    const jwks_uri = await server.ownAddress.serve(path, () => {
      asked += 1;
      return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(published) };
    });
    const client = await server.clients.another('signing', { jwks: undefined, jwks_uri });
    const before = await present(server, { ...client, key: first.key }, {});
    if (asked === 0) notTried('the server does not come for the keys of a client');
    tokensFrom(before, client);
    const askedBefore = asked;
    published = renewed.jwks;
    const after = await present(server, { ...client, key: renewed.key }, {});
    if (after.status !== 200 && asked === askedBefore)
      notTried('the server asks for new keys at a rate that it limits: too seldom to wait for it');
    tokensFrom(after, client);
  }),
  check<AuthorizationServer>('AS-CAUTH-20', 'an assertion with RS256', async (server) => {
    const { jwks, key } = await newKey('RS256');
    const client = await server.clients.another('signing', { jwks });
    judgeRefusal(await present(server, { ...client, key }, {}), 'AS-CAUTH-20');
  }),
];

/** The client of a check, which no other has. */
async function signing(server: AuthorizationServer): Promise<KnownClient> {
  if (server.metadata.token_endpoint_auth_methods_supported?.includes('private_key_jwt') !== true)
    return notApplicable('private_key_jwt is not announced');
  return dispensable(server, 'signing');
}

/** The same, known to get tokens with a right assertion. */
async function working(server: AuthorizationServer): Promise<KnownClient> {
  const client = await signing(server);
  tokensFrom(await present(server, client, {}), client);
  return client;
}

async function present(server: AuthorizationServer, client: KnownClient, claims: Changes, header: Changes = {}): Promise<Answer> {
  return send(server, client, await assertion(client, { aud: server.metadata.issuer, ...claims }, header));
}

function send(server: AuthorizationServer, client: KnownClient, form: Fields): Promise<Answer> {
  const { resource } = server;
  return server.token(
    client,
    { grant_type: 'client_credentials', resource },
    { authentication: { headers: {}, form: { client_id: client.client_id, ...form } } },
  );
}

/** An assertion that no library makes. @param sign what comes behind the last dot, of what is before it */
function handmade(
  { metadata }: AuthorizationServer,
  { client_id: id }: KnownClient,
  header: Changes,
  sign: (signed: string) => string,
): Fields {
  const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { iss: id, sub: id, aud: metadata.issuer, jti: randomUUID(), iat: now(), exp: now() + 60 };
  const signed = `${encoded(header)}.${encoded(claims)}`;
  return {
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: `${signed}.${sign(signed)}`,
  };
}
