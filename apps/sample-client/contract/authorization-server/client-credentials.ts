import type { PactInMaking } from '@rolecall/contract-testing/define-pact';
import { fromProviderState } from '@rolecall/contract-testing/matchers';
import { given } from '@rolecall/contracts/provider-states';
import { type CryptoKey, importJWK } from 'jose';
import { expect, it } from 'vitest';
import { requestOwnTokens } from '../../src/token/client-credentials-grant.ts';
import { RESOURCE, SCOPE } from '../support/addresses.ts';
import { clock, metadata, tokenEndpoint } from '../support/parties.ts';
import { BASIC, registered, self } from '../support/sample-client.ts';
import { expectRefusal, granted, refused, tokenRequest } from '../support/token-messages.ts';

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const SIGNED_BY = 'service-with-a-key';

/** A private key for examples: nothing is reached with it. */
const EXAMPLE_KEY = {
  kty: 'OKP',
  crv: 'Ed25519',
  alg: 'EdDSA',
  d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
  x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
};

export function clientCredentialsContract(pact: PactInMaking): void {
  const ask = (fetchFromMock: typeof fetch, scope: string) =>
    requestOwnTokens(tokenEndpoint(fetchFromMock, self), metadata, { resource: RESOURCE, scope });

  it('gets an access token for itself', () =>
    pact.verify(
      {
        given: [registered('client_credentials')],
        uponReceiving: 'a token request of a client for itself',
        withRequest: tokenRequest({ grant_type: 'client_credentials', resource: RESOURCE, scope: SCOPE }, BASIC),
        willRespondWith: granted(),
      },
      async (fetchFromMock) => {
        expect(await ask(fetchFromMock, SCOPE)).toMatchObject({ scope: SCOPE, expiresAt: clock.now() + 600_000 });
      },
    ));

  it.each([
    { error: 'invalid_scope', what: 'for a scope that does not exist', scope: 'notes:burn', grant: 'client_credentials' },
    { error: 'unauthorized_client', what: 'that may not have one', scope: SCOPE, grant: 'authorization_code' },
  ] as const)('tells $error apart', ({ error, what, scope, grant }) =>
    pact.verify(
      {
        given: [registered(grant)],
        uponReceiving: `a token request of a client for itself ${what}`,
        withRequest: tokenRequest({ grant_type: 'client_credentials', resource: RESOURCE, scope }, BASIC),
        willRespondWith: refused(400, error),
      },
      (fetchFromMock) => expectRefusal(ask(fetchFromMock, scope), error),
    ),
  );
}

export function privateKeyJwtContract(pact: PactInMaking): void {
  const known = given('client registered', {
    clientId: SIGNED_BY,
    authentication: 'private_key_jwt',
    grantTypes: ['client_credentials'],
    redirectUris: [],
  });
  const sign = async (fetchFromMock: typeof fetch) => {
    const key = (await importJWK(EXAMPLE_KEY, 'EdDSA', { extractable: false })) as CryptoKey;
    const endpoint = tokenEndpoint(fetchFromMock, { clientId: SIGNED_BY, clientKey: { key } });
    return requestOwnTokens(endpoint, metadata, { resource: RESOURCE, scope: SCOPE });
  };
  /** Whatever the client signs now: another one is signed when the contract is verified. */
  const assertion = fromProviderState('${clientAssertion}', 'eyJhbGciOiJFUzI1NiJ9.e30.c2lnbmVk');
  const request = () =>
    tokenRequest({
      grant_type: 'client_credentials',
      resource: RESOURCE,
      scope: SCOPE,
      client_id: SIGNED_BY,
      client_assertion_type: ASSERTION_TYPE,
      client_assertion: assertion,
    });

  it('gets an access token with a signature', () =>
    pact.verify(
      {
        given: [known],
        uponReceiving: 'a token request with a client assertion',
        withRequest: request(),
        willRespondWith: granted(),
      },
      async (fetchFromMock) => {
        expect(await sign(fetchFromMock)).toMatchObject({ scope: SCOPE });
      },
    ));

  it('learns that an assertion does not count', () =>
    pact.verify(
      {
        given: [known, given('clock at', { secondsLater: 3_600 })],
        uponReceiving: 'a token request with a client assertion that has expired',
        withRequest: request(),
        willRespondWith: refused(401, 'invalid_client'),
      },
      (fetchFromMock) => expectRefusal(sign(fetchFromMock), 'invalid_client'),
    ));
}
