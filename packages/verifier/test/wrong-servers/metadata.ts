import type { WrongServer } from '../support/wrong-server.ts';

/** A server whose metadata says something else. @param changes `undefined` leaves a member out. */
function saying(name: string, breaks: string[], changes: (issuer: string) => Record<string, unknown>): WrongServer {
  return {
    name,
    breaks,
    mistake: () => ({
      response: (response, { url }, { address }) => {
        if (url.pathname.startsWith('/.well-known/') && response.status === 200) response.change(changes(address));
      },
    }),
  };
}

/** A server that publishes other keys. */
function publishing(name: string, breaks: string[], change: (keys: Record<string, unknown>[]) => unknown[]): WrongServer {
  return {
    name,
    breaks,
    mistake: () => ({
      response: (response, { url }) => {
        if (url.pathname === '/jwks') response.change({ keys: change(response.json?.['keys'] as Record<string, unknown>[]) });
      },
    }),
  };
}

/** Mistakes in what is published. */
export const metadata: WrongServer[] = [
  saying('calls itself by its address and a slash', ['AS-META-02'], (issuer) => ({ issuer: `${issuer}/` })),
  saying('says nothing of PKCE', ['AS-META-06'], () => ({ code_challenge_methods_supported: undefined })),
  saying('offers the grant password', ['AS-META-07'], () => ({ grant_types_supported: ['authorization_code', 'password'] })),
  saying('offers the response type token', ['AS-META-07'], () => ({ response_types_supported: ['code', 'token'] })),
  saying('does not say what it offers at all', ['AS-META-04'], () => ({ response_types_supported: undefined })),
  saying('publishes an empty list', ['AS-META-05'], () => ({ ui_locales_supported: [] })),
  saying('announces what it does not have', ['AS-META-15'], (issuer) => ({ revocation_endpoint: `${issuer}/nowhere` })),
  saying('takes unsigned assertions', ['AS-META-08'], () => ({ token_endpoint_auth_signing_alg_values_supported: ['ES256', 'none'] })),
  saying('has an endpoint without TLS', ['AS-GEN-01'], () => ({ introspection_endpoint: 'http://server.example/introspect' })),
  publishing('publishes its private key', ['AS-JWKS-01'], (keys) => keys.map((key) => ({ ...key, d: 'secret' }))),
  publishing('gives two keys the same name', ['AS-JWKS-01'], (keys) => [...keys, ...keys]),
  publishing('signs with RSA of 1024 bits', ['AS-JWKS-03'], (keys) => [
    ...keys,
    { kty: 'RSA', kid: 'small', alg: 'RS256', use: 'sig', e: 'AQAB', n: Buffer.alloc(128, 0xff).toString('base64url') },
  ]),
];
