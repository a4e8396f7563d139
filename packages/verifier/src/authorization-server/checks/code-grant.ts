import { check } from '../../check.ts';
import { require } from '../../finding.ts';
import { judge } from '../../judge.ts';
import { type AuthorizationServer, challengeOf, tokensFrom, unguessable } from '../subject.ts';

/** The authorization code grant (OAuth 2.1 §4.1.3). */
export const codeGrant = [
  check<AuthorizationServer>('AS-CODE-01', 'client, code and verifier that belong together', async (server) => {
    const answer = await server.redeem(await server.code(await server.client('web')));
    judge(answer, 'AS-CODE-01');
    tokensFrom(answer, await server.client('web'));
  }),
  check<AuthorizationServer>('AS-CODE-02', 'a code that was never issued', async (server) => {
    const issued = await server.code(await server.client('web'));
    judge(await server.redeem(issued, { code: unguessable() }), 'AS-CODE-02');
  }),
  check<AuthorizationServer>('AS-CODE-03', 'another client’s code', async (server) => {
    const issued = await server.code(await server.client('web'));
    const other = await server.client('other');
    judge(await server.redeem({ ...issued, client: other }), 'AS-CODE-03');
    const own = await server.redeem(issued);
    require(own.status === 200, `the code was no longer good for its own client afterwards: ${own.status} ${own.body.slice(0, 200)}`);
  }),
  check<AuthorizationServer>('AS-CODE-04', 'a code a second time', async (server) => {
    const issued = await server.code(await server.client('web'));
    tokensFrom(await server.redeem(issued), issued.client);
    judge(await server.redeem(issued), 'AS-CODE-04');
  }),
  check<AuthorizationServer>('AS-CODE-08', 'a verifier that does not fit', async (server) => {
    judge(await server.redeem(await server.code(await server.client('web')), { code_verifier: unguessable() }), 'AS-CODE-08');
  }),
  check<AuthorizationServer>('AS-CODE-08', 'the challenge itself instead of the verifier', async (server) => {
    const issued = await server.code(await server.client('web'));
    judge(await server.redeem(issued, { code_verifier: challengeOf(issued.verifier) }), 'AS-CODE-08');
  }),
];
