import type { Clock } from '@rolecall/storage/clock';
import { createPrivateKey, sign } from 'node:crypto';
import { createIssuer, type Issuer } from '../../src/issuer/issuer.ts';

/** The addresses of development: in a pact they stand for wherever a role is. */
export const ISSUER = 'http://localhost:4000';
export const RESOURCE = 'http://localhost:4001';
export const SCOPE = 'notes:read notes:write';

/** 2026-01-01, in seconds: the same requests make the same pact. */
export const NOW = Date.UTC(2026, 0, 1) / 1000;

export const clock: Clock = { now: () => NOW * 1000 };

/** What the guard has read of the authorization server. */
export const metadata = {
  issuer: ISSUER,
  jwks_uri: `${ISSUER}/jwks`,
  introspection_endpoint: `${ISSUER}/introspect`,
  revocations_uri: `${ISSUER}/revocations`,
};

/** The key of the examples, whose private half everybody knows (RFC 8037, appendix A.1). Its signatures are the same each time. */
const EXAMPLE_KEY = {
  kty: 'OKP',
  crv: 'Ed25519',
  d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
  x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
};

const { d: _private, ...publicHalf } = EXAMPLE_KEY;

/** The key set that goes with it. */
export const exampleKeys = { keys: [{ ...publicHalf, kid: 'the-key-of-examples', alg: 'EdDSA', use: 'sig' }] };

/** A JWT as the authorization server signs it. */
export function signExample(typ: string, claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part({ alg: 'EdDSA', typ, kid: 'the-key-of-examples' })}.${part(claims)}`;
  const signature = sign(null, Buffer.from(text), createPrivateKey({ key: EXAMPLE_KEY, format: 'jwk' }));
  return `${text}.${signature.toString('base64url')}`;
}

/** What is logged is of no matter here: a failure is thrown, too. */
export const log = { info: () => {}, error: () => {} };

/**
 * Only one request of each contract goes to the mock: other documents that the guard needs for it are contracts of their own.
 *
 * @param known what is answered for them, by path.
 */
export function besides(fetchFromMock: typeof fetch, known: Record<string, unknown> = {}): typeof fetch {
  const documents: Record<string, unknown> = { '/.well-known/oauth-authorization-server': metadata, '/jwks': exampleKeys, ...known };
  return async (input, init) => {
    const { pathname } = new URL(String(input));
    return pathname in documents && documents[pathname] !== undefined ? Response.json(documents[pathname]) : fetchFromMock(input, init);
  };
}

/** The guard's view of the authorization server. */
export const issuerAt = (ask: typeof fetch): Issuer => createIssuer({ issuer: ISSUER, clock, log, fetch: ask });
