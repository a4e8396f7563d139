import { hash } from 'node:crypto';
import { check } from '../../check.ts';
import { notApplicable, require } from '../../finding.ts';
import { errorOf, judge } from '../../judge.ts';
import { preferred } from '../client-metadata.ts';
import { readJwt } from '../jwt.ts';
import { askUserInfo, openidTokens, type OpenidTokens, speaksOpenid } from '../openid.ts';
import { oneOfSeveral } from '../refresh.ts';
import { type AuthorizationServer, unguessable } from '../subject.ts';

/** ID tokens (OpenID Connect Core §2). */
export const idTokens = [
  check<AuthorizationServer>('AS-IDT-01 AS-IDT-03', 'what is in an ID token, and how it is signed', async (server) => {
    const { read, client } = await authenticated(server);
    const { iss, aud, sub, exp, iat, azp } = { azp: undefined, ...read.claims };
    require(iss === server.metadata.issuer, '`iss` is not the issuer');
    const audience = [aud ?? []].flat();
    require(audience.includes(client.client_id), '`aud` does not name the client');
    if (audience.length > 1) require(azp === client.client_id, 'with several audiences `azp` does not name the client');
    require(typeof sub === 'string' && sub !== '', '`sub` is missing');
    require(typeof exp === 'number' && exp * 1000 > Date.now(), '`exp` is no time to come');
    require(typeof iat === 'number' && iat * 1000 < Date.now() + 60_000, '`iat` is missing or lies ahead');
    const announced = server.metadata.id_token_signing_alg_values_supported;
    if (announced)
      require(announced.includes(String(read.header['alg'])), `it is signed with ${String(read.header['alg'])}, which is not announced`);
  }),
  check<AuthorizationServer>('AS-IDT-01', 'an algorithm that the client has registered', async (server) => {
    speaksOpenid(server);
    const [alg] = (server.metadata.id_token_signing_alg_values_supported ?? []).filter((each) => /^(?:ES|PS|RS|Ed)/.test(each)).slice(-1);
    if (alg === undefined) return notApplicable('there is no choice of algorithms');
    const { read } = await openidTokens(server, await server.clients.another('web', { id_token_signed_response_alg: alg }));
    require(read.header['alg'] === alg, `${alg} was registered, and it is signed with ${String(read.header['alg'])}`);
  }),
  check<AuthorizationServer>('AS-IDT-02', 'the hash of the access token', async (server) => {
    const { read, access_token } = await authenticated(server);
    const { at_hash } = read.claims;
    if (at_hash !== undefined)
      require(at_hash === halfHash(access_token, String(read.header['alg'])), '`at_hash` is not that of the access token');
  }),
  check<AuthorizationServer>('AS-IDT-04', 'what is in an ID token beside that', async (server) => {
    const { claims } = (await authenticated(server)).read;
    const empty = Object.entries(claims).filter(([, value]) => value === null);
    require(empty.length === 0, `${empty.map(([name]) => name).join(', ')} is null`);
    const personal = ['email', 'phone_number', 'address', 'birthdate'].filter((name) => claims[name] !== undefined);
    require(personal.length === 0, `${personal.join(', ')} was not asked for`);
  }),
];

/** UserInfo (OpenID Connect Core §5.3). */
export const userInfo = [
  check<AuthorizationServer>('AS-UINFO-01', 'GET and POST', async (server) => {
    server.endpoint('userinfo_endpoint');
    const { access_token, read } = await authenticated(server);
    for (const method of ['GET', 'POST']) {
      const answer = await askUserInfo(server, access_token, method);
      judge(answer, 'AS-UINFO-01');
      require(answer.json()['sub'] === read.claims.sub, `the subject is not that of the ID token (${method})`);
    }
  }),
  check<AuthorizationServer>('AS-UINFO-02', 'a token that was never issued', async (server) => {
    judge(await askUserInfo(server, unguessable()), 'AS-UINFO-02');
  }),
  check<AuthorizationServer>('AS-UINFO-02', 'no token', async (server) => {
    const { status } = await server.http.ask({ url: server.endpoint('userinfo_endpoint') });
    require(status >= 400 && status < 500, `it answered ${status} to nobody`);
  }),
  check<AuthorizationServer>('AS-UINFO-02', 'a token without openid', async (server) => {
    server.endpoint('userinfo_endpoint');
    const { access_token } = await server.tokens(await server.client('web'), { scope: oneOfSeveral(server).one });
    const answer = await askUserInfo(server, access_token);
    require(answer.status === 401 || answer.status === 403, `it answered ${answer.status} ${errorOf(answer) ?? ''}`);
  }),
  check<AuthorizationServer>('AS-UINFO-03', 'a client that registered signed answers', async (server) => {
    server.endpoint('userinfo_endpoint');
    const algorithms = server.metadata.userinfo_signing_alg_values_supported?.filter((each) => each !== 'none') ?? [];
    if (algorithms.length === 0) notApplicable('the metadata announces no userinfo_signing_alg_values_supported');
    const client = await server.clients.another('web', { userinfo_signed_response_alg: preferred(algorithms) });
    const { access_token, read } = await openidTokens(server, client);
    const answer = await askUserInfo(server, access_token);
    judge(answer, 'AS-UINFO-03');
    const type = answer.headers.get('content-type') ?? '';
    require(type.startsWith('application/jwt'), `the content type is ${type} instead of application/jwt`);
    const { claims } = await readJwt(server, answer.body, 'the answer');
    require(claims.iss === server.metadata.issuer &&
      [claims.aud ?? []].flat().includes(client.client_id), '`iss` or `aud` is missing or wrong');
    require(claims.sub === read.claims.sub, 'the subject is not that of the ID token');
  }),
];

async function authenticated(server: AuthorizationServer): Promise<OpenidTokens> {
  speaksOpenid(server);
  return openidTokens(server, await server.client('web'));
}

/** OpenID Connect Core §3.1.3.6: the left half of the hash that the signature's algorithm has. */
function halfHash(token: string, alg: string): string {
  const digest = hash(
    alg.endsWith('512') || alg === 'EdDSA' || alg === 'Ed25519' ? 'sha512' : alg.endsWith('384') ? 'sha384' : 'sha256',
    token,
    'buffer',
  );
  return digest.subarray(0, digest.length / 2).toString('base64url');
}
