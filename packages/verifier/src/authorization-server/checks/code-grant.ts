import { check } from '../../check.ts';
import { notApplicable, require } from '../../finding.ts';
import { judge, responseParameter } from '../../judge.ts';
import { judgeRefusal } from '../dispensable.ts';
import { metadataAddresses } from '../documents.ts';
import { isStillGood } from '../still-good.ts';
import { type AuthorizationServer, challengeOf, codeFrom, type IssuedCode, tokensFrom, unguessable } from '../subject.ts';

const PARALLEL = 8;

/** The authorization code grant (OAuth 2.1 §4.1.3). */
export const codeGrant = [
  check<AuthorizationServer>('AS-CODE-01', 'client, code and verifier that belong together', async (server) => {
    const answer = await server.redeem(await codeFor(server));
    judge(answer, 'AS-CODE-01');
    tokensFrom(answer, await server.client('web'));
  }),
  check<AuthorizationServer>('AS-CODE-02', 'a code that was never issued', async (server) => {
    const issued = await codeFor(server);
    judge(await server.redeem(issued, { code: unguessable() }), 'AS-CODE-02');
  }),
  check<AuthorizationServer>('AS-CODE-02', 'something that looks like no code', async (server) => {
    const issued = await codeFor(server);
    judge(await server.redeem(issued, { code: `${issued.code}"ä` }), 'AS-CODE-02');
  }),
  check<AuthorizationServer>('AS-CODE-03', 'another client’s code', async (server) => {
    const issued = await codeFor(server);
    const other = await server.client('other');
    judge(await server.redeem({ ...issued, client: other }), 'AS-CODE-03');
    await mayStillRedeem(server, issued, 'its own client');
  }),
  check<AuthorizationServer>('AS-CODE-04', 'a code a second time', async (server) => {
    const issued = await codeFor(server);
    tokensFrom(await server.redeem(issued), issued.client);
    judge(await server.redeem(issued), 'AS-CODE-04');
  }),
  check<AuthorizationServer>('AS-CODE-04', 'what a code had given, once it was sent again', async (server) => {
    const issued = await codeFor(server);
    const tokens = tokensFrom(await server.redeem(issued), issued.client);
    await server.redeem(issued);
    require(!(await isStillGood(server, tokens)), 'the tokens of a code that was sent twice are still good (RFC 6749 §4.1.2)');
  }),
  check<AuthorizationServer>('AS-CODE-05', 'a second time with a verifier that does not fit', async (server) => {
    const issued = await codeFor(server);
    const tokens = tokensFrom(await server.redeem(issued), issued.client);
    judge(await server.redeem(issued, { code_verifier: unguessable() }), 'AS-CODE-05');
    require(await isStillGood(server, tokens), 'whoever has seen a code and nothing else can end what it gave (OAuth 2.1 §7.5.2)');
  }),
  check<AuthorizationServer>('AS-CODE-06', 'a code eight times at the same moment', async (server) => {
    const issued = await codeFor(server);
    const { oauth } = metadataAddresses(server.issuer);
    const eight = <Answered>(act: () => Promise<Answered>) => Promise.all(Array.from({ length: PARALLEL }, act));
    const answers = await server.http.overConnections(PARALLEL, async () => {
      // With connections that are open already: else the first is done before the second begins.
      await eight(() => server.http.ask({ url: oauth }));
      return eight(() => server.redeem(issued));
    });
    const successes = answers.filter(({ status }) => status === 200);
    require(successes.length === 1, `${successes.length} of ${PARALLEL} redemptions of one code succeeded`);
    for (const answer of answers.filter(({ status }) => status !== 200)) judge(answer, 'AS-CODE-06');
  }),
  check<AuthorizationServer>('AS-CODE-07', 'no verifier', async (server) => {
    const issued = await codeFor(server);
    judge(await server.redeem(issued, { code_verifier: undefined }), 'AS-CODE-07');
  }),
  check<AuthorizationServer>('AS-CODE-07 AS-GEN-06', 'an empty verifier', async (server) => {
    const issued = await codeFor(server);
    judge(await server.redeem(issued, { code_verifier: '' }), 'AS-CODE-07');
  }),
  check<AuthorizationServer>('AS-CODE-08', 'a verifier that does not fit', async (server) => {
    judge(await server.redeem(await codeFor(server), { code_verifier: unguessable() }), 'AS-CODE-08');
  }),
  check<AuthorizationServer>('AS-CODE-08', 'the challenge itself instead of the verifier', async (server) => {
    const issued = await codeFor(server);
    judge(await server.redeem(issued, { code_verifier: challengeOf(issued.verifier) }), 'AS-CODE-08');
  }),
  check<AuthorizationServer>('AS-CODE-09', 'a verifier for a code without challenge', async (server) => {
    const client = await server.client('web');
    const arrival = await server.approve(client, { code_challenge: undefined, code_challenge_method: undefined });
    if (arrival.response === undefined || responseParameter({ location: arrival.response }, 'code') === undefined)
      return notApplicable('no code comes without a challenge');
    judge(await server.redeem(codeFrom(arrival, arrival.request, client)), 'AS-CODE-09');
  }),
  ...[
    ['a verifier that is too short', 'a'.repeat(42)],
    ['a verifier that is too long', 'a'.repeat(129)],
    ['a verifier with other characters', `${'a'.repeat(42)}%`],
  ].map(([title = '', verifier = '']) =>
    check<AuthorizationServer>('AS-CODE-10', title, async (server) => {
      const issued = await server.code(await server.client('web'), { code_challenge: challengeOf(verifier) });
      judge(await server.redeem(issued, { code_verifier: verifier }), 'AS-CODE-10');
    }),
  ),
  check<AuthorizationServer>('AS-CODE-11', 'another redirect URI than in the request', async (server) => {
    const issued = await codeFor(server);
    const client = await server.clients
      .another('web', { redirect_uris: [issued.redirectUri, `${issued.redirectUri}/second`] })
      .catch(() => undefined);
    // One that is registered too tells whether the code is bound to the request's; where clients cannot register, any other has to do.
    const own = client === undefined ? issued : await server.code(client);
    judgeRefusal(await server.redeem(own, { redirect_uri: `${own.redirectUri}/second` }), 'AS-CODE-11');
  }),
  check<AuthorizationServer>('AS-GEN-05', 'parameters of the token endpoint that come twice', async (server) => {
    const issued = await codeFor(server);
    for (const changes of [
      { code_verifier: [issued.verifier, issued.verifier] },
      { code: [issued.code, issued.code] },
      { grant_type: ['authorization_code', 'authorization_code'] },
    ])
      judge(await server.redeem(issued, changes), 'AS-GEN-05', { when: 'token' });
  }),
];

const codeFor = async (server: AuthorizationServer): Promise<IssuedCode> => server.code(await server.client('web'));

async function mayStillRedeem(server: AuthorizationServer, issued: IssuedCode, who: string): Promise<void> {
  const own = await server.redeem(issued);
  require(own.status === 200, `the code was no longer good for ${who} afterwards: ${own.status}`);
}
