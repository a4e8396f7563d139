import { describeBreaches } from '@rolecall/contract-testing/describe-provider';
import { at, header, json, renamed, status, without } from '@rolecall/contract-testing/mutations';
import { startProvider } from './provider.ts';

const CODE_RESPONSE = 'an authorization request of a browser whose user has consented';
const REFUSED_BY_REDIRECT = [
  'an authorization request that deserves invalid_scope',
  'an authorization request that deserves invalid_target',
  'the browser of a user who has said no',
];
const GRANTED = [
  'a token request with a code',
  'a refresh request with the latest refresh token',
  'a token request of a client for itself',
  'a token request with a client assertion',
];
const INVALID_GRANT = [
  'a token request with a code that was redeemed already',
  'a token request with a code that has expired',
  'a refresh request with a refresh token that was rotated long ago',
  'a refresh request after the client revoked its access',
];
const INACTIVE = [
  'a question about a token that has expired',
  'a question about a token that was revoked',
  'a question about a token that is for another resource',
  'a question about a token that nobody knows',
];

const BY_A_NEW_KEY = 'an access token by a new key, and the published key that it names';

interface Jwt {
  header: Record<string, unknown>;
  payload: Record<string, unknown>;
}

const keys = (change: (key: Record<string, unknown>) => Record<string, unknown> | undefined) =>
  json((body) => ({ keys: (body['keys'] as Record<string, unknown>[]).flatMap((key) => change(key) ?? []) }));

describeBreaches('authorization-server', startProvider, [
  {
    what: 'no iss in the authorization response',
    mutate: (answer) => header('location', (location) => location.replace(/&iss=[^&]*/, ''))(answer),
    breaks: [CODE_RESPONSE, ...REFUSED_BY_REDIRECT],
  },
  {
    what: 'another state in the authorization response',
    mutate: (answer) => header('location', (location) => location.replace(/&state=[^&]*/, '&state=another'))(answer),
    breaks: [CODE_RESPONSE, ...REFUSED_BY_REDIRECT],
  },
  {
    what: 'an error of the authorization response renamed',
    mutate: (answer) => header('location', (location) => location.replace(/error=\w+/, 'error=invalid_request'))(answer),
    breaks: REFUSED_BY_REDIRECT,
  },
  {
    what: '302 for 303',
    mutate: status(303, 302),
    breaks: [CODE_RESPONSE, ...REFUSED_BY_REDIRECT, 'an authorization request of a browser where nobody is logged in'],
  },
  {
    what: 'no issuer in the metadata',
    mutate: at('/.well-known/oauth-authorization-server', json(without('issuer'))),
    breaks: ['a request for the metadata', 'a resource server’s request for the metadata'],
  },
  {
    what: 'no PKCE in the metadata',
    mutate: at(
      '/.well-known/oauth-authorization-server',
      json((body) => ({ ...body, code_challenge_methods_supported: ['plain'] })),
    ),
    breaks: ['a request for the metadata'],
  },
  {
    what: 'another token_type',
    mutate: at(
      '/token',
      json((body) => ({ ...body, token_type: 'mac' })),
    ),
    breaks: GRANTED,
  },
  {
    what: 'expires_in as text',
    mutate: at(
      '/token',
      json((body) => ({ ...body, expires_in: String(body['expires_in']) })),
    ),
    breaks: GRANTED,
  },
  {
    what: 'no refresh token',
    mutate: at('/token', json(without('refresh_token'))),
    breaks: ['a token request with a code', 'a refresh request with the latest refresh token'],
  },
  {
    what: 'tokens that caches may keep',
    mutate: at(
      '/token',
      header('cache-control', () => undefined),
    ),
    breaks: [...GRANTED, ...INVALID_GRANT],
  },
  { what: 'invalid_grant renamed', mutate: at('/token', renamed('invalid_grant', 'invalid_request')), breaks: INVALID_GRANT },
  {
    what: 'invalid_client renamed',
    mutate: renamed('invalid_client', 'unauthorized_client'),
    breaks: [
      'a token request with a wrong secret',
      'a token request with a client assertion that has expired',
      'a revocation request with a wrong secret',
      'a question with a wrong secret',
    ],
  },
  {
    what: 'no WWW-Authenticate',
    mutate: header('www-authenticate', () => undefined),
    breaks: [
      'a token request with a wrong secret',
      'a revocation request with a wrong secret',
      'a question with a wrong secret',
      'a registration without an initial access token',
    ],
  },
  {
    what: 'an error for a token that nobody knows',
    mutate: at('/revoke', (answer) => ({ ...answer, status: 400, body: '{"error":"invalid_request"}' })),
    breaks: ['a revocation request for a token that nobody knows'],
  },
  { what: '200 for 201', mutate: at('/register', status(201, 200)), breaks: ['a registration'] },
  {
    what: 'invalid_redirect_uri renamed',
    mutate: at('/register', renamed('invalid_redirect_uri', 'invalid_client_metadata')),
    breaks: ['a registration with a redirect URI that may not be'],
  },
  { what: 'no aud in introspection', mutate: at('/introspect', json(without('aud'))), breaks: ['a question about an opaque token'] },
  { what: 'no iss in introspection', mutate: at('/introspect', json(without('iss'))), breaks: ['a question about an opaque token'] },
  {
    what: 'active as text',
    mutate: at(
      '/introspect',
      json((body) => ({ ...body, active: String(body['active']) })),
    ),
    breaks: ['a question about an opaque token', ...INACTIVE],
  },
  {
    what: 'every token active',
    mutate: at(
      '/introspect',
      json((body) => ({ ...body, active: true })),
    ),
    breaks: INACTIVE,
  },
  {
    what: 'JSON for a signed answer',
    mutate: at('/introspect', (answer) => ({
      ...answer,
      headers: { ...answer.headers, 'content-type': 'application/json' },
      body: '{"active":true}',
    })),
    breaks: ['a question about an opaque token, with a signed answer'],
  },
  {
    what: 'keys without kid',
    mutate: at('/jwks', keys(without('kid'))),
    breaks: ['a request for the keys', 'a request for the keys, for one that is new'],
  },
  {
    what: 'a new key that is not published',
    mutateMessage: without('key'),
    breaks: [BY_A_NEW_KEY],
  },
  {
    what: 'a feed of revocations that caches may keep',
    mutate: at(
      '/revocations',
      header('cache-control', () => 'public, max-age=60'),
    ),
    breaks: ['a question what was revoked', 'a question what was revoked since'],
  },
  {
    what: 'no aud in what is signed',
    mutateMessage: (jwt: Jwt) => ({ ...jwt, payload: without('aud')(jwt.payload) }),
    breaks: ['an access token', BY_A_NEW_KEY, 'a signed answer about a token'],
  },
  {
    what: 'another typ in what is signed',
    mutateMessage: (jwt: Jwt) => ({ ...jwt, header: { ...jwt.header, typ: 'JWT' } }),
    breaks: ['an access token', BY_A_NEW_KEY, 'a signed answer about a token', 'the feed of revocations'],
  },
  {
    what: 'no grant_id in access tokens',
    mutateMessage: (jwt: Jwt) => ({ ...jwt, payload: without('grant_id')(jwt.payload) }),
    breaks: ['an access token', BY_A_NEW_KEY],
  },
]);
