import type { PactInMaking } from '@rolecall/contract-testing/define-pact';
import { fromProviderState, like, regex } from '@rolecall/contract-testing/matchers';
import { given } from '@rolecall/contracts/provider-states';
import { decodeJwt } from 'jose';
import { expect, it } from 'vitest';
import { RESOURCE } from '../support/addresses.ts';
import { ACCESS_TOKEN, BEARER, bearer, bound, notesApi } from '../support/notes-api.ts';
import { consented } from '../support/sample-client.ts';

const PROOF_FOR = { htm: 'GET', htu: `${RESOURCE}/notes` };
const NONCE = 'a-nonce-that-is-an-example';

const DPOP = {
  authorization: fromProviderState('DPoP ${accessToken}', `DPoP ${ACCESS_TOKEN}`),
  // Whatever the client proves now: another proof is made when the contract is verified.
  dpop: fromProviderState('${proof}', 'eyJ0eXAiOiJkcG9wK2p3dCJ9.e30.c2lnbmVk'),
};

export function challengesContract(pact: PactInMaking): void {
  it('learns that the token is not good any more', () =>
    pact.verify(
      {
        given: [consented(), given('clock at', { secondsLater: 7_200 })],
        uponReceiving: 'a request with a token that has expired',
        withRequest: { method: 'GET', path: '/notes', headers: BEARER },
        willRespondWith: { status: 401, headers: challenge('Bearer', 'invalid_token') },
      },
      async (fetchFromMock) => {
        expect(await notesApi(fetchFromMock).list(bearer, undefined)).toEqual({
          kind: 'challenged',
          challenge: { error: 'invalid_token' },
        });
      },
    ));

  it('learns which scope the token lacks', () =>
    pact.verify(
      {
        given: [consented({ scope: 'notes:read' })],
        uponReceiving: 'a new note with a token that may only read',
        withRequest: {
          method: 'POST',
          path: '/notes',
          headers: { ...BEARER, 'content-type': 'application/json' },
          body: { title: 'A title', body: '' },
        },
        willRespondWith: {
          status: 403,
          headers: {
            'www-authenticate': regex(
              '^Bearer ([a-z_]+="[^"]*", )*error="insufficient_scope"(, [a-z_]+="[^"]*")*, scope="notes:write".*$',
              'Bearer error="insufficient_scope", scope="notes:write"',
            ),
          },
        },
      },
      async (fetchFromMock) => {
        expect(await notesApi(fetchFromMock).add(bearer, { title: 'A title', body: '' })).toEqual({
          kind: 'challenged',
          challenge: { error: 'insufficient_scope', scope: 'notes:write' },
        });
      },
    ));
}

export function dpopContract(pact: PactInMaking): void {
  const request = { method: 'GET', path: '/notes', headers: DPOP } as const;
  const answered = { status: 200, body: { notes: like([]) } };

  it('reads notes with a token that is bound to its key', () =>
    pact.verify(
      {
        given: [consented({ proofFor: PROOF_FOR })],
        uponReceiving: 'a request with a proof',
        withRequest: request,
        willRespondWith: answered,
      },
      async (fetchFromMock) => {
        expect(await notesApi(fetchFromMock).list(bound(), undefined)).toMatchObject({ kind: 'done' });
      },
    ));

  it('is told to use a nonce, and which', () =>
    pact.verify(
      {
        given: [given('nonces required', {}), consented({ proofFor: PROOF_FOR })],
        uponReceiving: 'a request with a proof without a nonce',
        withRequest: request,
        willRespondWith: {
          status: 401,
          headers: { ...challenge('DPoP', 'use_dpop_nonce'), 'dpop-nonce': regex('^[\\x21\\x23-\\x5b\\x5d-\\x7e]+$', NONCE) },
        },
      },
      async (fetchFromMock) => {
        const proofs: string[] = [];
        const api = notesApi((input, init) => {
          proofs.push(new Headers(init?.headers).get('dpop') ?? '');
          return proofs.length === 1 ? fetchFromMock(input, init) : Promise.resolve(Response.json({ notes: [] }));
        });
        expect(await api.list(bound(), undefined)).toMatchObject({ kind: 'done' });
        expect(proofs.map((proof) => decodeJwt(proof)['nonce'])).toEqual([undefined, NONCE]);
      },
    ));

  it('reads notes with a nonce', () =>
    pact.verify(
      {
        given: [given('nonces required', {}), consented({ proofFor: { ...PROOF_FOR, withNonce: true } })],
        uponReceiving: 'a request with a proof with a nonce',
        withRequest: request,
        willRespondWith: answered,
      },
      async (fetchFromMock) => {
        expect(await notesApi(fetchFromMock).list(bound(), undefined)).toMatchObject({ kind: 'done' });
      },
    ));
}

/** That a challenge with this scheme has this error, whatever else is said (RFC 6750 §3, RFC 9449 §7.1). */
const challenge = (scheme: 'Bearer' | 'DPoP', error: string) => ({
  'www-authenticate': regex(`^(.*, )?${scheme} ([a-z_]+="[^"]*", )*error="${error}".*$`, `${scheme} error="${error}"`),
});
