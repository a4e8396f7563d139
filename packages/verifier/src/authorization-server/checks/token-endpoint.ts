import { check } from '../../check.ts';
import { notApplicable, notTried, require } from '../../finding.ts';
import { encodeFields, type Fields } from '../../http.ts';
import { errorOf, judge } from '../../judge.ts';
import { authenticate } from '../client-authentication.ts';
import { isJwt } from '../jwt.ts';
import { openidTokens } from '../openid-tokens.ts';
import { type AuthorizationServer, type IssuedCode, tokensFrom, unguessable } from '../subject.ts';

const UNKNOWN_SCOPE = 'rolecall:unknown';
/** What an error and its description may have (RFC 6749 §5.2). */
const LEGAL = /^[\x20-\x21\x23-\x5b\x5d-\x7e]*$/;
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

/** The token endpoint, whatever the grant (OAuth 2.1 §3.2). */
export const tokenEndpoint = [
  check<AuthorizationServer>('AS-TOKEN-01', 'the members of a token response', async (server) => {
    const { response } = await server.tokens(await server.client('web'));
    const { token_type: type, expires_in: seconds, scope } = response;
    require(typeof type === 'string' && /^(?:bearer|dpop)$/i.test(type), `token_type is ${JSON.stringify(type)}`);
    require(seconds === undefined || typeof seconds === 'number', `expires_in is ${JSON.stringify(seconds)} and no number`);
    require(scope === undefined || typeof scope === 'string', 'scope is no string');
  }),
  check<AuthorizationServer>('AS-TOKEN-02', 'no grant type', async (server) => {
    const issued = await workingCode(server);
    judge(await server.redeem(issued, { grant_type: undefined }), 'AS-TOKEN-02', { when: 'missing' });
  }),
  ...['password', 'implicit', 'rolecall'].map((grant) =>
    check<AuthorizationServer>('AS-TOKEN-02', `the grant ${grant}`, async (server) => {
      const issued = await workingCode(server);
      const answer = await server.redeem(issued, { grant_type: grant, username: unguessable(), password: unguessable() });
      judge(answer, 'AS-TOKEN-02');
      require(errorOf(answer) !== 'invalid_request', `${answer.to} answered invalid_request to a grant that it does not have`);
    }),
  ),
  check<AuthorizationServer>('AS-TOKEN-03', 'a grant that the client has not registered', async (server) => {
    server.needs('grant_types_supported', 'client_credentials');
    judge(await server.token(await server.client('web'), { grant_type: 'client_credentials' }), 'AS-TOKEN-03');
  }),
  check<AuthorizationServer>('AS-TOKEN-04', 'the grant authorization_code without code', async (server) => {
    const issued = await workingCode(server);
    judge(await server.redeem(issued, { code: undefined }), 'AS-TOKEN-04');
  }),
  check<AuthorizationServer>('AS-TOKEN-04', 'the grant refresh_token without token', async (server) => {
    server.needs('grant_types_supported', 'refresh_token');
    judge(await server.token(await server.client('web'), { grant_type: 'refresh_token' }), 'AS-TOKEN-04');
  }),
  check<AuthorizationServer>('AS-TOKEN-05 AS-RI-04', 'a scope that the resource does not have', async (server) => {
    server.needs('grant_types_supported', 'client_credentials');
    const client = await server.client('service');
    const { resource } = server;
    const grant: Fields = { grant_type: 'client_credentials', resource };
    tokensFrom(await server.token(client, { ...grant, scope: server.scope }), client);
    const answer = await server.token(client, { ...grant, scope: UNKNOWN_SCOPE });
    judge(answer, 'AS-TOKEN-05');
    if (answer.status === 200)
      require(!granted(answer.json(), UNKNOWN_SCOPE).includes(UNKNOWN_SCOPE), 'it was granted, or nobody was told that it was not');
  }),
  check<AuthorizationServer>('AS-TOKEN-05', 'more scopes at a refresh than were granted', async (server) => {
    const [first, ...more] = server.scope?.split(' ') ?? [];
    if (first === undefined || more.length === 0) return notTried('it takes two scopes: say which with scope');
    const client = await server.client('web');
    const { refresh_token } = await server.tokens(client, { scope: first });
    if (refresh_token === undefined) return notApplicable('there are no refresh tokens');
    const answer = await server.token(client, { grant_type: 'refresh_token', refresh_token, scope: [first, ...more].join(' ') });
    judge(answer, 'AS-TOKEN-05');
    if (answer.status !== 200) return;
    const beyond = granted(answer.json(), more.join(' ')).filter((scope) => more.includes(scope));
    require(beyond.length === 0, `a refresh gives ${beyond.join(', ')}, which nobody has granted (RFC 6749 §6)`);
  }),
  check<AuthorizationServer>('AS-TOKEN-06', 'what tokens are made of', async (server) => {
    const { access_token, refresh_token } = await server.tokens(await server.client('web'));
    require(/^[\w.~+/-]+=*$/.test(access_token), 'the access token has characters that no header can carry (RFC 6750 §2.1)');
    for (const token of [access_token, refresh_token])
      require(token === undefined || isJwt(token) || token.length >= 22, 'an opaque token is too short for 128 bits (RFC 6749 §10.10)');
  }),
  check<AuthorizationServer>('AS-TOKEN-07', 'a token request in the address', async (server) => {
    const issued = await workingCode(server);
    const { headers, form } = await authenticate(issued.client, server.issuer);
    const query = encodeFields({ ...form, ...redemption(server, issued) });
    const answer = await server.http.ask({
      method: 'POST',
      url: `${server.endpoint('token_endpoint')}?${query}`,
      headers: { ...headers, ...FORM },
      body: '',
    });
    require(answer.status >= 400 &&
      answer.status < 500, `${answer.to} answered ${answer.status} to parameters in its address (OAuth 2.1 §3.2)`);
  }),
  check<AuthorizationServer>('AS-TOKEN-07', 'an access token in the address of UserInfo', async (server) => {
    const url = server.endpoint('userinfo_endpoint');
    const { access_token } = await openidTokens(server, { scope: 'openid', resource: undefined });
    const answer = await server.http.ask({ url: `${url}?${encodeFields({ access_token })}` });
    require(answer.status >= 400 && answer.status < 500, `${answer.to} takes an access token in its address (RFC 9700 §4.3.2)`);
  }),
  check<AuthorizationServer>('AS-GEN-02', 'whether a token response may be stored', async (server) => {
    const answer = await server.redeem(await workingCode(server));
    tokensFrom(answer, await server.client('web'));
    require(/\bno-store\b/.test(
      answer.headers.get('cache-control') ?? '',
    ), 'the token response has no Cache-Control: no-store (OAuth 2.1 §3.2.3)');
  }),
  ...['ä"\\ grant', 'a\ngrant', '\u0000'].map((grant) =>
    check<AuthorizationServer>('AS-GEN-03', `the characters of an error about ${JSON.stringify(grant)}`, async (server) => {
      const answer = await server.redeem(await workingCode(server), { grant_type: grant });
      require(answer.status >= 400 && answer.status < 500, `${answer.to} answered ${answer.status}`);
      const { error, error_description: description = '' } = answer.json();
      require(typeof error === 'string' && error !== '' && LEGAL.test(error), `error is ${JSON.stringify(error)}`);
      require(typeof description === 'string' && LEGAL.test(description), 'error_description has characters outside of RFC 6749’s set');
    }),
  ),
  check<AuthorizationServer>('AS-GEN-07', 'programs in a browser', async (server) => {
    const url = server.endpoint('token_endpoint');
    const origin = 'https://elsewhere.example';
    const asked = { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' };
    const preflight = await server.http.ask({ method: 'OPTIONS', url, headers: asked });
    const allowed = preflight.headers.get('access-control-allow-origin');
    if (allowed === null) return notApplicable('the token endpoint is not for programs in a browser of any origin');
    const issued = await workingCode(server);
    const { headers, form } = await authenticate(issued.client, server.issuer);
    const answer = await server.http.ask({
      url,
      headers: { ...headers, origin },
      form: { ...form, ...redemption(server, issued), code: unguessable() },
    });
    for (const each of [preflight, answer])
      require(each.headers.get('access-control-allow-credentials') !== 'true', `${each.to} lets every origin bring the user’s cookies`);
    // A preflight does not say which client will ask: some servers allow it to some clients only.
    if (answer.headers.get('access-control-allow-origin') === null) notApplicable('this client may not be a program in a browser');
  }),
  check<AuthorizationServer>('AS-GEN-12', 'a secret in the address', async (server) => {
    const issued = await workingCode(server);
    const { client_id, client_secret } = issued.client;
    if (client_secret === undefined) return notTried('it takes a client with a secret');
    const url = `${server.endpoint('token_endpoint')}?${encodeFields({ client_id, client_secret })}`;
    judge(await server.http.ask({ url, form: redemption(server, issued) }), 'AS-GEN-12');
    tokensFrom(await server.redeem(issued), issued.client);
  }),
  check<AuthorizationServer>('AS-GEN-14', 'a token request with GET', async (server) => {
    const issued = await workingCode(server);
    const { headers, form } = await authenticate(issued.client, server.issuer);
    const query = encodeFields({ ...form, ...redemption(server, issued) });
    const answer = await server.http.ask({ url: `${server.endpoint('token_endpoint')}?${query}`, headers });
    judge(answer, 'AS-GEN-14');
    require(answer.status !== 405 ||
      answer.headers.has('allow'), `${answer.to} answered 405 and does not say what it allows (RFC 9110 §15.5.6)`);
  }),
  check<AuthorizationServer>('AS-GEN-15', 'a token request in JSON', async (server) => {
    const issued = await workingCode(server);
    const { headers, form } = await authenticate(issued.client, server.issuer);
    const answer = await server.http.ask({
      url: server.endpoint('token_endpoint'),
      headers,
      json: { ...form, ...redemption(server, issued) },
    });
    judge(answer, 'AS-GEN-15');
  }),
  ...[
    ['a body of a million characters', `grant_type=authorization_code&padding=${'x'.repeat(1_000_000)}`],
    ['a broken encoding', 'grant_type=%E4%ZZ&=&&%'],
    ['no body', ''],
  ].map(([title = '', body = '']) =>
    check<AuthorizationServer>('AS-GEN-15', title, async (server) => {
      const issued = await workingCode(server);
      const { headers } = await authenticate(issued.client, server.issuer);
      const answer = await server.http.ask({
        method: 'POST',
        url: server.endpoint('token_endpoint'),
        headers: { ...headers, ...FORM },
        body,
      });
      require(answer.status >= 400 && answer.status < 500, `${answer.to} answered ${answer.status}`);
    }),
  ),
];

const workingCode = async (server: AuthorizationServer): Promise<IssuedCode> => server.code(await server.client('web'));

/** The parameters of a right redemption. */
const redemption = ({ resource }: AuthorizationServer, { code, redirectUri, verifier }: IssuedCode): Fields => ({
  ...{ grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier, resource },
});

/** What a response says was granted; where it says nothing, what was asked for (RFC 6749 §5.1). */
const granted = ({ scope }: Record<string, unknown>, asked: string): string[] => (typeof scope === 'string' ? scope : asked).split(' ');
