import type { Expectation, PactInMaking } from '@rolecall/contract-testing/define-pact';
import { eachLike, integer, regex } from '@rolecall/contract-testing/matchers';
import { given } from '@rolecall/contracts/provider-states';
import { createMemoryStore } from '@rolecall/storage/memory-store';
import { expect, it } from 'vitest';
import { createDynamicRegistration } from '../../src/registration/dynamic.ts';
import { clientMetadata } from '../../src/registration/metadata.ts';
import { NotRegisteredError } from '../../src/registration/not-registered-error.ts';
import { BASE_URL } from '../support/addresses.ts';
import { clock, metadata, outbound } from '../support/parties.ts';

const noStore = { 'cache-control': 'no-store' };
/** No server gives out clients that could be reached in the clear. */
const IN_THE_CLEAR = 'http://client.example';

export function registrationContract(pact: PactInMaking): void {
  const register = (fetchFromMock: typeof fetch, baseUrl = BASE_URL) =>
    createDynamicRegistration({ baseUrl, store: createMemoryStore(clock), clock, outboundFetch: outbound(fetchFromMock) }).at(metadata);

  it('makes itself known, and gets an id and a secret', () =>
    pact.verify(
      {
        uponReceiving: 'a registration',
        withRequest: registration(BASE_URL),
        willRespondWith: {
          // RFC 7591 §3.2.1. The library takes nothing else for an answer.
          status: 201,
          headers: noStore,
          body: {
            client_id: regex('^[\\x20-\\x7e]{1,2000}$', 'an-id'),
            client_secret: regex('^[\\x20-\\x7e]{20,2000}$', 'a-secret-that-is-an-example'),
            // RFC 7591 §3.2.1: required where there is a secret; 0 is never.
            client_secret_expires_at: integer(0),
            token_endpoint_auth_method: 'client_secret_basic',
            redirect_uris: eachLike(`${BASE_URL}/callback`),
          },
        },
      },
      async (fetchFromMock) => {
        expect(await register(fetchFromMock)).toMatchObject({ clientId: 'an-id' });
      },
    ));

  it('learns why it is refused', () =>
    pact.verify(
      {
        uponReceiving: 'a registration with a redirect URI that may not be',
        withRequest: registration(IN_THE_CLEAR),
        willRespondWith: { status: 400, headers: noStore, body: { error: 'invalid_redirect_uri' } },
      },
      (fetchFromMock) => expectNotRegistered(register(fetchFromMock, IN_THE_CLEAR), 'invalid_redirect_uri'),
    ));

  it('learns that it has to be invited', () =>
    pact.verify(
      {
        given: [given('registration by invitation', {})],
        uponReceiving: 'a registration without an initial access token',
        withRequest: registration(BASE_URL),
        willRespondWith: {
          status: 401,
          headers: { ...noStore, 'www-authenticate': regex('^Bearer .*$', 'Bearer error="invalid_token"') },
          body: { error: 'invalid_token' },
        },
      },
      (fetchFromMock) => expectNotRegistered(register(fetchFromMock), 'invalid_token'),
    ));
}

const registration = (baseUrl: string): Expectation['withRequest'] => ({
  method: 'POST',
  path: '/register',
  headers: { 'content-type': 'application/json' },
  body: { ...clientMetadata(baseUrl), token_endpoint_auth_method: 'client_secret_basic' },
});

async function expectNotRegistered(request: Promise<unknown>, error: string): Promise<void> {
  const refusal: unknown = await request.catch((reason: unknown) => reason);
  expect(refusal).toBeInstanceOf(NotRegisteredError);
  expect((refusal as NotRegisteredError).refusal).toMatchObject({ error });
}
