import type { Expectation, PactInMaking } from '@rolecall/contract-testing/define-pact';
import { arrayContaining, regex } from '@rolecall/contract-testing/matchers';
import { given } from '@rolecall/contracts/provider-states';
import { expect, it } from 'vitest';
import { discoverIssuer } from '../../src/issuer/metadata.ts';
import { besides, exampleKeys, ISSUER, issuerAt, metadata } from '../support/issuer.ts';

/** RFC 7515, appendix A.3.1. */
const EXAMPLE_KEY = { x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU', y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0' };

const endpoint = (url: string) => regex(`^${ISSUER}/.+$`, url);
const base64url = (example: string) => regex('^[\\w-]{43}$', example);

/** A key for signatures with ES256. Without `kid` no token could name it. */
const signingKey = (kid: unknown) => ({
  kty: 'EC',
  crv: 'P-256',
  alg: 'ES256',
  use: 'sig',
  kid,
  x: base64url(EXAMPLE_KEY.x),
  y: base64url(EXAMPLE_KEY.y),
});

const jwks: Expectation['withRequest'] = { method: 'GET', path: '/jwks', headers: { accept: 'application/json' } };

export function metadataContract(pact: PactInMaking): void {
  it('finds out where the keys are, and whom to ask about tokens', () =>
    pact.verify(
      {
        uponReceiving: 'a resource server’s request for the metadata',
        withRequest: { method: 'GET', path: '/.well-known/oauth-authorization-server', headers: { accept: 'application/json' } },
        willRespondWith: {
          status: 200,
          body: {
            issuer: ISSUER,
            jwks_uri: endpoint(metadata.jwks_uri),
            introspection_endpoint: endpoint(metadata.introspection_endpoint),
            revocations_uri: endpoint(metadata.revocations_uri),
          },
        },
      },
      async (fetchFromMock) => expect(await discoverIssuer(ISSUER, { fetch: fetchFromMock })).toEqual(metadata),
    ));
}

export function keysContract(pact: PactInMaking): void {
  it('finds the key that a token names', () =>
    pact.verify(
      {
        uponReceiving: 'a request for the keys',
        withRequest: jwks,
        willRespondWith: { status: 200, body: { keys: arrayContaining(signingKey(regex('^.+$', 'a-key'))) } },
      },
      async (fetchFromMock) => {
        const issuer = issuerAt(besides(fetchFromMock, { '/jwks': undefined }));
        await expect(issuer.key({ alg: 'ES256', kid: 'a-key' })).resolves.toMatchObject({ type: 'public' });
      },
    ));

  it('looks again for a key that it does not know, and finds it', () =>
    pact.verify(
      {
        given: [given('key rotated', {})],
        uponReceiving: 'a request for the keys, for one that is new',
        withRequest: jwks,
        willRespondWith: { status: 200, body: { keys: arrayContaining(signingKey(regex('^.+$', 'a-new-key'))) } },
      },
      async (fetchFromMock) => {
        let asked = 0;
        const before = besides(fetchFromMock);
        const now = besides(fetchFromMock, { '/jwks': undefined });
        const issuer = issuerAt((input, init) => (String(input).endsWith('/jwks') && ++asked > 1 ? now : before)(input, init));
        const [old] = exampleKeys.keys;
        await issuer.key({ alg: 'EdDSA', kid: old?.kid ?? '' });
        await expect(issuer.key({ alg: 'ES256', kid: 'a-new-key' })).resolves.toMatchObject({ type: 'public' });
      },
    ));
}
