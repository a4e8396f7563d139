import { decodeJwt, decodeProtectedHeader } from 'jose';
import { challengeOf } from '../../authorization-server/subject.ts';
import { notApplicable, notTried, require } from '../../finding.ts';
import { clientCheck, requestCheck } from '../client-check.ts';
import type { Attempt, Client } from '../subject.ts';

/** RFC 7636 §4.2: SHA-256 as base64url. */
const S256_CHALLENGE = /^[A-Za-z0-9_-]{43}$/;
/** RFC 7636 §4.1. */
const VERIFIER = /^[A-Za-z0-9._~-]{43,128}$/;
/** RFC 6749 §10.10 wants 128; a text that cannot even have half of it is not left to chance. */
const LEAST_BITS = 64;
/** Seconds. FAPI 2.0 Message Signing §5.3.1 has an hour. */
const LONGEST_REQUEST = 3_600;

/** The authorization request (OAuth 2.1 §4.1.1). */
export const authorizationRequest = [
  requestCheck('C-REQ-01', 'asks for a code, with a new S256 challenge each time', async (client) => {
    const [first, second] = [await client.begin(), await client.begin()];
    require(first.parameters.get('response_type') === 'code', `response_type is ${first.parameters.get('response_type') ?? 'missing'}`);
    withPkce(first);
    require(first.parameters.get('code_challenge_method') ===
      'S256', `code_challenge_method is ${first.parameters.get('code_challenge_method') ?? 'missing, which means plain (RFC 7636 §4.3)'}`);
    require(S256_CHALLENGE.test(first.parameters.get('code_challenge') ?? ''), 'code_challenge is no SHA-256 hash in base64url');
    require(first.parameters.get('code_challenge') !==
      second.parameters.get('code_challenge'), 'two requests have the same code_challenge');
  }),
  clientCheck('C-REQ-01', 'redeems the code with the verifier of its challenge', async (client) => {
    const { attempt, tokenRequests } = await client.signIn();
    withPkce(attempt);
    const verifier = tokenRequests[0]?.form.get('code_verifier') ?? '';
    require(VERIFIER.test(verifier), 'code_verifier is not of 43 to 128 unreserved characters');
    if (attempt.parameters.get('code_challenge_method') === 'S256')
      require(challengeOf(verifier) === attempt.parameters.get('code_challenge'), 'code_verifier does not fit the code_challenge');
  }),
  requestCheck('C-REQ-01', 'nothing secret goes with the browser', async (client) => {
    const { sent } = await client.begin();
    for (const name of ['client_secret', 'code_verifier', 'client_assertion', 'access_token', 'refresh_token'])
      require(!sent.has(name), `the authorization request carries ${name}`);
    const { secret } = client.credentials();
    require(secret === undefined || ![...sent.values()].includes(secret), 'the authorization request carries the client’s secret');
  }),

  requestCheck('C-REQ-02', 'each attempt has a state of its own, which cannot be guessed', async (client) => {
    const visitor = await client.visitor();
    const attempts = [await client.begin(visitor), await client.begin(visitor), await client.begin()];
    const states = attempts.map(({ state }) => state);
    for (const attempt of attempts) stateOf(attempt);
    require(new Set(states).size === states.length, 'two attempts have the same state');
    for (const state of states) require(bitsOf(state ?? '') >= LEAST_BITS, 'the state is short enough to be guessed');
  }),

  clientCheck('C-REQ-03', 'names the API in both requests', async (client) => {
    const { api } = client;
    if (api === undefined) return notTried('no API was played: say at which address the client expects one (resource)');
    const { attempt, tokenRequests } = await client.signIn();
    const asked = attempt.parameters.getAll('resource');
    require(asked.includes(api.resource), `the authorization request does not name ${api.resource} as resource`);
    const redeemed = tokenRequests[0]?.form.getAll('resource') ?? [];
    require(redeemed.includes(api.resource), `the token request does not name ${api.resource} as resource`);
  }),

  clientCheck('C-REQ-04', 'asks for what the API lists, and for offline access where it is offered', async (client) => {
    const { api, issuer } = client;
    if (api === undefined) return notTried('no API was played: say at which address the client expects one (resource)');
    if (api.everReceived('metadata').length === 0)
      notApplicable('the client reads no metadata of the API: its owner decides what it asks for');
    const scopes = (await client.begin()).parameters.get('scope')?.split(' ') ?? [];
    const listed = client.target.scope?.split(' ') ?? [];
    const offered = [...listed, 'openid', 'profile', 'email'];
    require(!scopes.includes('offline_access') ||
      listed.includes('offline_access'), `asks for offline_access, which ${issuer.issuer} does not list`);
    require(listed.every((scope) => scopes.includes(scope)), `asks for "${scopes.join(' ')}"; the API lists "${listed.join(' ')}"`);
    const more = scopes.filter((scope) => !offered.includes(scope));
    require(more.length === 0, `asks for ${more.join(' ')}, which nobody lists`);
  }),

  requestCheck('C-REQ-05', 'has one redirect URI, which others cannot read', async (client) => {
    const [first, second] = [await client.begin(), await client.begin()];
    const url = new URL(first.redirectUri);
    const isLoopback = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
    require(url.hash === '' && !first.redirectUri.includes('#'), 'the redirect URI has a fragment (RFC 6749 §3.1.2)');
    // Where the client itself is tried without TLS its owner has not forgotten it.
    const isOnTrial = client.target.startUrl.startsWith('http:');
    require(url.protocol !== 'http:' || isLoopback || isOnTrial, 'the redirect URI is an http address that is not of this machine');
    require(first.redirectUri === second.redirectUri || isLoopback, 'two requests have different redirect URIs');
    require(first.parameters.getAll('redirect_uri').length === 1, 'redirect_uri is there more than once');
  }),
  clientCheck('C-REQ-05', 'sends the same redirect URI to the token endpoint, where it sends one', async (client) => {
    const { attempt, tokenRequests } = await client.signIn();
    const sent = tokenRequests[0]?.form.get('redirect_uri');
    require(sent === undefined ||
      sent === null ||
      sent === attempt.redirectUri, 'the token request has another redirect_uri than the authorization request');
  }),
  clientCheck('C-REQ-05', 'an answer at another address than the redirect URI', async (client) => {
    for (const change of [
      (path: string) => `${path.replace(/\/$/, '')}/other`,
      (path: string) => `${path.replace(/\/$/, '')}x`,
      () => '/',
    ]) {
      const attempt = await client.begin();
      const elsewhere = new URL(client.response(attempt));
      if (change(elsewhere.pathname) === elsewhere.pathname) continue;
      elsewhere.pathname = change(elsewhere.pathname);
      const { tokenRequests } = await client.deliver(attempt, elsewhere.href);
      require(tokenRequests.length === 0, `a code that came to ${elsewhere.pathname} was redeemed`);
    }
  }),

  clientCheck('C-REQ-06', 'two attempts in one browser: each is redeemed with its own verifier, or not at all', async (client) => {
    const visitor = await client.visitor();
    const [first, second] = [await client.begin(visitor), await client.begin(visitor)];
    for (const attempt of [second, first]) {
      const { tokenRequests } = await client.deliver(attempt);
      const verifier = tokenRequests[0]?.form.get('code_verifier');
      if (verifier === undefined || verifier === null) continue;
      const challenge = attempt.parameters.get('code_challenge');
      require([verifier, challengeOf(verifier)].includes(challenge ?? ''), 'a code was redeemed with the verifier of another attempt');
    }
    require(client.issuer.received('token').length > 0, 'neither of two attempts in one browser could be brought to its end');
  }),

  requestCheck('C-REQ-07', 'pushes its request, each with a reference of its own', async (client) => {
    const [first, second] = [await pushedRequest(client), await pushedRequest(client)];
    require(first.sent.get('request_uri') !== second.sent.get('request_uri'), 'one reference was used twice');
    const [push] = client.issuer.received('par');
    require(push?.form.has('client_id') || push?.headers.has('authorization'), 'the pushed request does not say whose it is');
    require(push?.form.has('request_uri') === false, 'the pushed request has a request_uri itself (RFC 9126 §2.1)');
  }),
  requestCheck('C-REQ-07', 'does not do without where pushing fails', async (client) => {
    await pushedRequest(client);
    client.issuer.play({ par: () => ({ status: 503, json: { error: 'temporarily_unavailable' } }) });
    const { attempt } = await client.tryToBegin();
    require(attempt === undefined, 'the client made its request without pushing it when that had failed');
  }),

  requestCheck('C-REQ-08', 'a signed request is for this issuer, from this client, and for a short time', async (client) => {
    const { sent } = await client.begin();
    const jwt = sent.get('request') ?? client.issuer.received('par')[0]?.form.get('request');
    if (jwt === undefined || jwt === null) return notApplicable('the client does not sign its requests');
    const [claims, header] = [decodeJwt(jwt), decodeProtectedHeader(jwt)];
    const { id } = client.credentials();
    require(claims.iss === id, 'the signed request is not from the client (iss)');
    require([claims.aud].flat().includes(client.issuer.issuer), 'the signed request is not for the issuer (aud)');
    require(claims.exp !== undefined &&
      claims.exp - Date.now() / 1000 <= LONGEST_REQUEST, 'the signed request does not expire within an hour');
    require(header.typ === 'oauth-authz-req+jwt', 'the signed request does not say what it is (typ)');
    require(claims.sub !== id, 'the signed request could serve as authentication of the client (sub)');
    require(header.alg !== 'none', 'the request is not signed');
  }),

  requestCheck('C-REQ-09', 'sends a new nonce with openid', async (client) => {
    const [first, second] = [await client.begin(), await client.begin()];
    if (!(first.parameters.get('scope') ?? '').split(' ').includes('openid')) notApplicable('the client does not ask for openid');
    const nonce = first.parameters.get('nonce');
    if (nonce === null && first.parameters.get('code_challenge_method') === 'S256')
      notApplicable('the client sends no nonce: OpenID Connect Core §3.1.2.1 leaves that to it, and PKCE guards its codes');
    require(nonce !== null, 'there is neither a nonce nor PKCE');
    require(nonce !== second.parameters.get('nonce'), 'two requests have the same nonce');
  }),
];

/** OAuth 2.1 §7.5.1: a confidential client of OpenID Connect may rely on its nonce. */
function withPkce({ parameters }: Attempt): void {
  const isOpenid = parameters.get('scope')?.split(' ').includes('openid') ?? false;
  if (parameters.has('code_challenge')) return;
  if (isOpenid && parameters.has('nonce')) notApplicable('the client relies on its nonce instead of PKCE, as OAuth 2.1 §7.5.1 lets it');
  require(false, 'the authorization request has no code_challenge');
}

/** RFC 9700 §2.1: PKCE or a nonce can do what a state does. */
export function stateOf({ parameters, state }: Attempt): string {
  if (state !== undefined) return state;
  const guarded = parameters.get('code_challenge_method') === 'S256' || parameters.has('nonce');
  if (guarded) notApplicable('the client sends no state and relies on PKCE or its nonce instead, as RFC 9700 §2.1 lets it');
  require(false, 'the authorization request has neither state nor PKCE nor nonce');
  return '';
}

/** How many bits a text of such characters can have at most. */
function bitsOf(text: string): number {
  const alphabet = /^\d+$/.test(text) ? 10 : /^[\da-f-]+$/i.test(text) ? 16 : 64;
  return text.length * Math.log2(alphabet);
}

async function pushedRequest(client: Client): Promise<Attempt> {
  const attempt = await client.begin();
  if (client.issuer.received('par').length === 0) notApplicable('the client does not push its requests');
  require(attempt.sent.has('request_uri'), 'a request was pushed, and the browser was sent without its reference');
  return attempt;
}
