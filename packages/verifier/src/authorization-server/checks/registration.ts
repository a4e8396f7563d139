import { SignJWT } from 'jose';
import { check } from '../../check.ts';
import { notApplicable, require } from '../../finding.ts';
import type { Answer } from '../../http.ts';
import { errorOf, judge } from '../../judge.ts';
import { newDpopKey } from '../dpop.ts';
import { DEFAULT_REDIRECT_URI } from '../clients.ts';
import { type AuthorizationServer, unguessable } from '../subject.ts';

const NOT_OFFERED = 'rolecall_unheard_of';

/** Dynamic registration (RFC 7591). Each refusal is of what registers well but for one thing. */
export const registration = [
  check<AuthorizationServer>('AS-REG-01', 'what is registered and told', async (server) => {
    const asked = usual(server);
    const answer = await register(server);
    judge(answer, 'AS-REG-01');
    const told = answer.json();
    require(typeof told['client_id'] === 'string', 'there is no client_id');
    require(sameList(told['redirect_uris'], asked['redirect_uris']), 'the redirect URIs are not told as they were registered');
    if (told['client_secret'] !== undefined)
      require(typeof told['client_secret_expires_at'] === 'number', 'there is a secret without client_secret_expires_at (RFC 7591 §3.2.1)');
  }),
  check<AuthorizationServer>('AS-REG-02', 'the defaults', async (server) => {
    const { redirect_uris } = usual(server);
    const answer = await server.clients.ask({ redirect_uris });
    judge(answer, 'AS-REG-02');
    const { token_endpoint_auth_method: method, grant_types: grants, response_types: types } = answer.json();
    // What the server does not take it may replace (RFC 7591 §3.2.1).
    if (method !== undefined && server.metadata.token_endpoint_auth_methods_supported?.includes('client_secret_basic') !== false)
      require(method === 'client_secret_basic', `token_endpoint_auth_method is ${String(method)} where nothing was said`);
    if (grants !== undefined)
      require(listOf(grants).includes('authorization_code'), 'grant_types lacks authorization_code where nothing was said');
    if (types !== undefined) require(sameList(types, ['code']), 'response_types is not code where nothing was said');
  }),
  check<AuthorizationServer>('AS-REG-02', 'a client without authentication', async (server) => {
    const answer = await register(server, { token_endpoint_auth_method: 'none' });
    judge(answer, 'AS-REG-02');
    const { client_secret, token_endpoint_auth_method: method } = answer.json();
    if (method === undefined || method === 'none')
      require(client_secret === undefined, 'a client without authentication was given a secret');
  }),
  ...redirectUris({
    'a redirect URI with a fragment': `${DEFAULT_REDIRECT_URI}#fragment`,
    'a relative redirect URI': '/callback',
    'a redirect URI with javascript:': 'javascript:alert(1)',
    'a redirect URI with data:': 'data:text/html,callback',
    'a redirect URI with http, not on loopback': 'http://verifier.example/callback',
  }),
  check<AuthorizationServer>('AS-REG-03', 'no redirect URI for the code grant', async (server) => {
    await good(server);
    judge(await register(server, { redirect_uris: undefined }), 'AS-REG-03');
  }),
  check<AuthorizationServer>('AS-REG-04', 'keys and an address of keys', async (server) => {
    await good(server);
    const { publicJwk } = await newDpopKey(server);
    const answer = await register(server, { jwks: { keys: [publicJwk] }, jwks_uri: 'https://verifier.example/jwks' });
    requireRefusedOrMended(
      answer,
      ({ jwks, jwks_uri }) => jwks === undefined || jwks_uri === undefined,
      'both jwks and jwks_uri are registered',
    );
  }),
  check<AuthorizationServer>('AS-REG-04', 'the response type code without its grant', async (server) => {
    await good(server);
    const answer = await register(server, { grant_types: ['client_credentials'], response_types: ['code'] });
    const consistent = ({ grant_types: grants, response_types: types }: Record<string, unknown>): boolean =>
      !listOf(types).includes('code') || listOf(grants).includes('authorization_code');
    requireRefusedOrMended(answer, consistent, 'response_types has code, and grant_types lacks authorization_code');
  }),
  check<AuthorizationServer>('AS-REG-04', 'a way to authenticate that nobody knows', async (server) => {
    await good(server);
    const answer = await register(server, { token_endpoint_auth_method: NOT_OFFERED });
    const mended = ({ token_endpoint_auth_method: method }: Record<string, unknown>): boolean => method !== NOT_OFFERED;
    requireRefusedOrMended(answer, mended, 'it registers a token_endpoint_auth_method that it cannot know');
  }),
  check<AuthorizationServer>('AS-REG-05', 'metadata that nobody knows', async (server) => {
    const answer = await register(server, { [NOT_OFFERED]: 'anything' });
    judge(answer, 'AS-REG-05');
    require(!Object.hasOwn(answer.json(), NOT_OFFERED), 'metadata that nobody knows came back as registered');
  }),
  check<AuthorizationServer>('AS-REG-06', 'without an initial access token, and with a wrong one', async (server) => {
    server.endpoint('registration_endpoint');
    if (server.target.initialAccessToken === undefined) notApplicable('registration is open, as far as is known');
    await good(server);
    judge(await server.clients.ask(usual(server), {}), 'AS-REG-06');
    judge(await server.clients.ask(usual(server), { authorization: `Bearer ${unguessable()}` }), 'AS-REG-06');
  }),
  check<AuthorizationServer>('AS-REG-07', 'a software statement by nobody known', async (server) => {
    await good(server);
    const { privateKey, algorithm: alg } = await newDpopKey(server);
    const software_statement = await new SignJWT({
      client_name: 'Somebody trusted',
      software_id: 'trusted',
      iss: 'https://verifier.example',
    })
      .setProtectedHeader({ alg })
      .sign(privateKey);
    const answer = await register(server, { software_statement });
    if (answer.status !== 201) return judge(answer, 'AS-REG-07');
    require(answer.json()['client_name'] !== 'Somebody trusted', 'what an unknown signer says counts more than the client’s own words');
    notApplicable('software statements are ignored');
  }),
  check<AuthorizationServer>('AS-REG-08', 'a native client with http beyond loopback', async (server) => {
    await good(server);
    judge(await register(server, { application_type: 'native', redirect_uris: ['http://verifier.example/callback'] }), 'AS-REG-08');
  }),
  check<AuthorizationServer>('AS-REG-09', 'a login that begins at an http address', async (server) => {
    await good(server);
    const initiate_login_uri = 'http://verifier.example/login';
    const answer = await register(server, { initiate_login_uri });
    requireRefusedOrMended(
      answer,
      (told) => told['initiate_login_uri'] !== initiate_login_uri,
      'an initiate_login_uri without TLS is registered',
    );
  }),
];

function redirectUris(wrong: Record<string, string>) {
  return Object.entries(wrong).map(([title, uri]) =>
    check<AuthorizationServer>('AS-REG-03', title, async (server) => {
      await good(server);
      judge(await register(server, { redirect_uris: [uri] }), 'AS-REG-03');
    }),
  );
}

function usual(server: AuthorizationServer): Record<string, unknown> {
  return {
    client_name: 'Rolecall verifier',
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['authorization_code'],
    response_types: ['code'],
    redirect_uris: [server.target.redirectUri ?? DEFAULT_REDIRECT_URI],
  };
}

function register(server: AuthorizationServer, changes: Record<string, unknown> = {}): Promise<Answer> {
  server.endpoint('registration_endpoint');
  return server.clients.ask({ ...usual(server), ...changes });
}

/** The same kind of client, with nothing wrong about it, is there: a server that refuses everybody is not right for that. */
async function good(server: AuthorizationServer): Promise<void> {
  server.endpoint('registration_endpoint');
  await server.client('web');
}

/** A server may refuse, or put something better in its place and say so (RFC 7591 §3.2.1). */
function requireRefusedOrMended(answer: Answer, isMended: (told: Record<string, unknown>) => boolean, otherwise: string): void {
  if (answer.status >= 400)
    return require(answer.status === 400 && errorOf(answer) !== undefined, `it answered ${answer.status} without an error code`);
  require(isMended(answer.json()), otherwise);
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const sameList = (some: unknown, others: unknown): boolean => JSON.stringify(some) === JSON.stringify(others);
