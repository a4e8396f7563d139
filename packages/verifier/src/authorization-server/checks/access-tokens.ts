import { check } from '../../check.ts';
import { notApplicable, require } from '../../finding.ts';
import { isJwt, type ReadJwt, readJwt } from '../jwt.ts';
import { openidTokens } from '../openid-tokens.ts';
import { type AuthorizationServer, type Tokens, tokensFrom } from '../subject.ts';

/** Nowhere said in numbers: longer than this, nobody calls it short-lived (RFC 9700 §4.14). */
const LONGEST_LIFE_SECONDS = 3_600;

/** JWT access tokens (RFC 9068). */
export const accessTokens = [
  check<AuthorizationServer>('AS-AT-01', 'type and signature', async (server) => {
    const { header } = await read(server, await tokens(server));
    require(/^(?:application\/)?at\+jwt$/i.test(
      String(header['typ']),
    ), `typ is ${JSON.stringify(header['typ'])} and not at+jwt (RFC 9068 §2.1)`);
    require(!String(header['alg']).startsWith('HS'), 'the token is signed with a secret');
  }),
  check<AuthorizationServer>('AS-AT-02', 'claims', async (server) => {
    const { claims } = await read(server, await tokens(server));
    const missing = ['iss', 'exp', 'aud', 'sub', 'client_id', 'iat', 'jti'].filter((claim) => claims[claim] === undefined);
    require(missing.length === 0, `the token has no ${missing.join(', ')} (RFC 9068 §2.2)`);
    require(claims.iss === server.issuer, `iss is ${JSON.stringify(claims.iss)} and not ${server.issuer}`);
    require(claims['client_id'] === (await server.client('web')).client_id, 'client_id is not the client that got the token');
    require(typeof claims.exp === 'number' &&
      typeof claims.iat === 'number' &&
      claims.exp > claims.iat, 'iat and exp are not two times in this order');
  }),
  check<AuthorizationServer>('AS-AT-02', 'the granted scope', async (server) => {
    const { scope } = server;
    if (scope === undefined) return notApplicable('no scope is asked for');
    const { claims } = await read(server, await tokens(server));
    require(typeof claims['scope'] ===
      'string', 'the token does not say for which scope it is, although one was asked for (RFC 9068 §2.2.3)');
  }),
  check<AuthorizationServer>('AS-AT-03', 'when the user has logged in, before and after a refresh', async (server) => {
    const first = await tokens(server);
    const { claims } = await read(server, first);
    if (claims['auth_time'] === undefined) notApplicable('the token does not say when the user logged in (RFC 9068 §2.2.1: it may)');
    if (first.refresh_token === undefined) return notApplicable('there are no refresh tokens');
    const answer = await server.token(first.client, { grant_type: 'refresh_token', refresh_token: first.refresh_token });
    const again = await read(server, tokensFrom(answer, first.client));
    require(again.claims['auth_time'] === claims['auth_time'], 'a refresh changes when the user logged in');
  }),
  check<AuthorizationServer>('AS-AT-04', 'an ID token beside an access token', async (server) => {
    const { response, access_token } = await openidTokens(server, { scope: ['openid', server.scope].filter(Boolean).join(' ') });
    const { id_token: idToken } = response;
    if (typeof idToken !== 'string') return notApplicable('there is no ID token');
    const { header, claims } = await readJwt(server, idToken, 'the ID token');
    require(!/at\+jwt/i.test(String(header['typ'])), 'the ID token says that it is an access token');
    if (!isJwt(access_token)) return;
    const access = await readJwt(server, access_token, 'the access token');
    require(access.header['typ'] !== header['typ'] ||
      String(access.claims.aud) !== String(claims.aud), 'nothing tells the two tokens apart');
  }),
  check<AuthorizationServer>('AS-AT-05', 'how long it lasts', async (server) => {
    const { response, access_token } = await tokens(server);
    const claims = isJwt(access_token) ? (await readJwt(server, access_token, 'the access token')).claims : undefined;
    const seconds = claims?.exp !== undefined && claims.iat !== undefined ? claims.exp - claims.iat : response['expires_in'];
    if (typeof seconds !== 'number') return notApplicable('nothing says how long it lasts');
    require(seconds <= LONGEST_LIFE_SECONDS, `it lasts ${seconds} seconds`);
  }),
];

const tokens = async (server: AuthorizationServer): Promise<Tokens> => server.tokens(await server.client('web'));

async function read(server: AuthorizationServer, { access_token }: Tokens): Promise<ReadJwt> {
  if (!isJwt(access_token)) notApplicable('access tokens are no JWTs here');
  return readJwt(server, access_token, 'the access token');
}
