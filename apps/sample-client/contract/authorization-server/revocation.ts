import type { PactInMaking } from '@rolecall/contract-testing/define-pact';
import { fromProviderState } from '@rolecall/contract-testing/matchers';
import { expect, it } from 'vitest';
import { type RevokedToken, revokeToken } from '../../src/revocation/revoke-token.ts';
import { PeerError } from '../../src/peer-error.ts';
import { ISSUER } from '../support/addresses.ts';
import { metadata, peers, tokenEndpoint } from '../support/parties.ts';
import { BASIC, basic, consented, registered, self } from '../support/sample-client.ts';
import { formRequest, refusedBasic } from '../support/token-messages.ts';

const TOKEN = 'a-token-that-is-an-example';
const grants = ['authorization_code', 'refresh_token'] as const;

export function revocationContract(pact: PactInMaking): void {
  const revoke = (fetchFromMock: typeof fetch, hint: RevokedToken['hint'], clientSecret = self.clientSecret) =>
    revokeToken(
      { ...tokenEndpoint(fetchFromMock, { ...self, clientSecret }), peers: peers(metadata) },
      { token: TOKEN, issuer: ISSUER, hint },
    );

  it.each([
    { hint: 'refresh_token', value: '${refreshToken}' },
    { hint: 'access_token', value: '${accessToken}' },
  ] as const)('revokes its $hint', ({ hint, value }) =>
    pact.verify(
      {
        given: [registered(...grants), consented()],
        uponReceiving: `a revocation request for the ${hint}`,
        withRequest: formRequest('/revoke', { token: fromProviderState(value, TOKEN), token_type_hint: hint }, BASIC),
        willRespondWith: { status: 200 },
      },
      async (fetchFromMock) => {
        await expect(revoke(fetchFromMock, hint)).resolves.toBeUndefined();
      },
    ),
  );

  it('has nothing more to do for a token that is not there', () =>
    pact.verify(
      {
        given: [registered(...grants)],
        uponReceiving: 'a revocation request for a token that nobody knows',
        withRequest: formRequest('/revoke', { token: TOKEN, token_type_hint: 'access_token' }, BASIC),
        willRespondWith: { status: 200 },
      },
      async (fetchFromMock) => {
        await expect(revoke(fetchFromMock, 'access_token')).resolves.toBeUndefined();
      },
    ));

  it('learns that its own credentials are wrong, and that another try would be of no use', () =>
    pact.verify(
      {
        given: [registered(...grants)],
        uponReceiving: 'a revocation request with a wrong secret',
        withRequest: formRequest('/revoke', { token: TOKEN, token_type_hint: 'access_token' }, basic('not-its-secret')),
        willRespondWith: refusedBasic,
      },
      async (fetchFromMock) => {
        await expect(revoke(fetchFromMock, 'access_token', 'not-its-secret')).rejects.toThrow(PeerError);
      },
    ));
}
