import { check } from '../../check.ts';
import { notApplicable, notTried, require } from '../../finding.ts';
import { judge, responseParameter } from '../../judge.ts';
import { isJwt, readJwt } from '../jwt.ts';
import { refusesRequest } from '../refusals.ts';
import { type AuthorizationServer, codeFrom, type Tokens, tokensFrom } from '../subject.ts';

const UNKNOWN_RESOURCE = 'https://elsewhere.example/api';

/** Resource indicators (RFC 8707). */
export const resourceIndicators = [
  ...['notes', `${UNKNOWN_RESOURCE}#part`, UNKNOWN_RESOURCE].map((resource) =>
    check<AuthorizationServer>('AS-RI-01', `the resource ${resource}`, async (server) => {
      known(server);
      await refusesRequest(server, 'AS-RI-01', await server.client('web'), { resource });
    }),
  ),
  check<AuthorizationServer>('AS-RI-01 AS-RI-02', 'another resource at the token endpoint', async (server) => {
    known(server);
    const issued = await server.code(await server.client('web'));
    judge(await server.redeem(issued, { resource: UNKNOWN_RESOURCE }), 'AS-RI-02', { when: 'outside of them' });
  }),
  check<AuthorizationServer>('AS-RI-02', 'the audience of a token', async (server) => {
    const resource = known(server);
    const audience = await audienceOf(server, await server.tokens(await server.client('web')));
    require(audience.includes(resource), `the token is for ${audience.join(', ') || 'nobody'} and not for ${resource}`);
  }),
  check<AuthorizationServer>('AS-RI-03', 'the audience without a resource', async (server) => {
    const client = await server.client('web');
    const arrival = await server.approve(client, { resource: undefined });
    if (arrival.response === undefined || responseParameter({ location: arrival.response }, 'error') !== undefined)
      return notApplicable('a request has to say for which resource it is');
    const answer = await server.redeem(codeFrom(arrival, arrival.request, client), { resource: undefined });
    const { access_token } = tokensFrom(answer, client);
    if (!isJwt(access_token)) return notApplicable('the access token is no JWT');
    const { claims } = await readJwt(server, access_token, 'the access token');
    require(claims.aud !== undefined && claims.aud.length > 0, 'the token is for nobody: it has no audience (RFC 9068 §2.2)');
  }),
  check<AuthorizationServer>('AS-RI-05', 'scheme and host of a resource in capitals', async (server) => {
    const resource = known(server);
    const { origin } = new URL(resource);
    const spelt = origin.toUpperCase() + resource.slice(origin.length);
    const issued = await server.code(await server.client('web'), { resource: spelt });
    tokensFrom(await server.redeem(issued, { resource: spelt }), issued.client);
  }),
];

function known({ resource }: AuthorizationServer): string {
  return resource ?? notTried('no resource was named that tokens can be for: say one with resource');
}

async function audienceOf(server: AuthorizationServer, { access_token }: Tokens): Promise<string[]> {
  const { aud } = isJwt(access_token)
    ? (await readJwt(server, access_token, 'the access token')).claims
    : await server.introspect(access_token);
  return Array.isArray(aud) ? aud.map(String) : aud === undefined ? [] : [String(aud)];
}
