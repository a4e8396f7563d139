import { decodeJwt, decodeProtectedHeader } from 'jose';
import { notApplicable, notTried, require } from '../../finding.ts';
import { clientCheck, newClientCheck, requestCheck } from '../client-check.ts';
import type { PlayedAnswer, Received } from '../played/played-server.ts';
import type { Client } from '../subject.ts';

/** Seconds. RFC 7523 §3 leaves open how long is short; none of today's profiles has more. */
const LONGEST_ASSERTION = 600;
const ASSERTION_TYPES = ['client-authentication+jwt', 'application/client-authentication+jwt'];
/** Characters that are written differently once they are encoded (RFC 6749 §2.3.1, appendix B). */
const ENCODED_DIFFERENTLY = /[^A-Za-z0-9._*-]/;

/** How the code is redeemed, and as whom. */
export const tokenRequests = [
  requestCheck('C-TOK-01', 'a right sign-in: one request with all that belongs to it', async (client) => {
    const attempt = await client.begin();
    const response = client.response(attempt);
    const { tokenRequests: requests } = await client.deliver(attempt, response);
    require(requests.length === 1, `${requests.length} token requests followed a right authorization response`);
    const [request] = requests as [Received];
    const { form, method, url } = request;
    require(method === 'POST', `the token request is a ${method} (OAuth 2.1 §3.2)`);
    require(form.get('grant_type') === 'authorization_code', 'grant_type is not authorization_code');
    require(form.get('code') === new URL(response).searchParams.get('code'), 'the token request has another code than the response');
    for (const name of ['code', 'code_verifier', 'client_secret', 'client_assertion'])
      require(!url.searchParams.has(name), `the token request has ${name} in its address`);
    for (const name of new Set(form.keys()))
      require(name === 'resource' || form.getAll(name).length === 1, `the token request repeats ${name}`);
    const { id, secret } = client.credentials();
    const said = waysOf(request);
    require(said.length <= 1, `the client authenticates in ${said.length} ways at once: ${said.join(', ')} (OAuth 2.1 §2.4)`);
    require(secret === undefined || said.length === 1, 'a client that has a secret does not authenticate');
    const basic = basicOf(request);
    require((basic?.id ?? form.get('client_id') ?? id) === id, 'the token request is from another client');
    if (secret !== undefined && form.has('client_secret')) require(form.get('client_secret') === secret, 'the client sends another secret');
  }),
  clientCheck('C-TOK-01', 'a code that is refused: it is not sent again', async (client) => {
    client.issuer.play({ token: () => ({ status: 400, json: { error: 'invalid_grant' } }) });
    const { tokenRequests: requests } = await client.deliver(await client.begin());
    require(requests.length === 1, `a code that was refused was sent ${requests.length} times`);
  }),
  ...[307, 302].map((status) =>
    clientCheck('C-TOK-01', `a token endpoint that redirects elsewhere (${status})`, async (client) => {
      const { elsewhere, issuer } = client;
      elsewhere.play({ any: () => ({ json: { access_token: 'from-elsewhere', token_type: 'Bearer', expires_in: 600 } }) });
      issuer.play({ token: (): PlayedAnswer => ({ status, headers: { location: `${elsewhere.address}/token` }, body: '' }) });
      const attempt = await client.begin();
      const { tokenRequests: requests, visit } = await client.deliver(attempt);
      require(requests.length > 0, 'no token request was made');
      for (const { headers, body, url } of elsewhere.received()) {
        require(!headers.has('authorization'), 'the client’s authentication was carried to where the token endpoint redirected');
        require(body === '' && !url.searchParams.has('code'), 'the token request was sent again to where the token endpoint redirected');
      }
      if (elsewhere.received().length > 0)
        require(!(await client.isSignedIn(attempt.visitor, visit)), 'a token was taken from where the token endpoint redirected');
    }),
  ),

  clientCheck('C-TOK-02', 'encodes both halves of Basic', async (client) => {
    const { tokenRequests: requests } = await client.signIn();
    const [request] = requests as [Received];
    const { id, secret } = client.credentials();
    if (secret === undefined) return notApplicable('the client has no secret');
    const basic = basicOf(request);
    if (basic === undefined) return notApplicable('the client does not send its secret by Basic');
    require(basic.id === id && basic.secret === secret, 'id and secret are not form-encoded before they are joined, or are others');
    if (!ENCODED_DIFFERENTLY.test(id + secret))
      notTried('the secret has no character that shows whether it is encoded: give the client one with + or % in it');
  }),
  newClientCheck('C-TOK-02', 'uses what the metadata lists', async (client) => {
    const { issuer } = client;
    const usual = waysOf((await client.signIn()).tokenRequests[0] as Received)[0];
    if (usual !== 'client_secret_basic' && usual !== 'client_secret_post') return notApplicable('the client does not send a secret');
    const other = usual === 'client_secret_basic' ? 'client_secret_post' : 'client_secret_basic';
    const metadata = () => issuer.metadata({ token_endpoint_auth_methods_supported: [other] });
    issuer.play({ metadata, openidMetadata: metadata });
    await client.startAnew();
    const { tokenRequests: requests } = await client.deliver(await client.begin());
    const used = waysOf(requests[0] as Received)[0];
    // RFC 7591 §2: how a client authenticates is part of its registration.
    if (used === usual) notApplicable(`the client goes on with ${usual}, as it may have been registered`);
    require(used === other, `the metadata lists ${other} alone, and the client used ${used ?? 'nothing'}`);
  }),

  clientCheck('C-TOK-03', 'its assertions', async (client) => {
    const [first, second] = [await assertionOf(client), await assertionOf(client)];
    const { claims, header } = first;
    const { id } = client.credentials();
    require(claims.iss === id && claims.sub === id, 'iss and sub are not both the client');
    require(claims.aud === client.issuer.issuer, 'the audience is not the issuer alone, as a string');
    require(claims.exp !== undefined && claims.exp - Date.now() / 1000 <= LONGEST_ASSERTION, 'it does not expire within minutes');
    require(claims.jti !== undefined && claims.jti !== second.claims.jti, 'two assertions have the same jti, or none');
    require(ASSERTION_TYPES.includes(header.typ ?? ''), 'its header does not say what it is (typ)');
  }),
];

async function assertionOf(client: Client) {
  const { tokenRequests: requests } = await client.signIn();
  const jwt = requests[0]?.form.get('client_assertion');
  if (jwt === undefined || jwt === null) return notApplicable('the client does not authenticate with assertions');
  return { claims: decodeJwt(jwt), header: decodeProtectedHeader(jwt) };
}

/** How a request authenticates its client. */
function waysOf({ headers, form }: Received): string[] {
  return [
    headers.has('authorization') && 'client_secret_basic',
    form.has('client_secret') && 'client_secret_post',
    form.has('client_assertion') && 'client_assertion',
  ].filter((way) => way !== false);
}

/** What was sent by Basic. A half that cannot be decoded, as it was not encoded, is undefined. */
function basicOf({ headers }: Received): { id: string | undefined; secret: string | undefined } | undefined {
  const [, credentials] = /^Basic\s+(\S+)$/i.exec(headers.get('authorization') ?? '') ?? [];
  if (credentials === undefined) return undefined;
  const [id = '', ...secret] = Buffer.from(credentials, 'base64').toString('utf8').split(':');
  return { id: decoded(id), secret: decoded(secret.join(':')) };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
