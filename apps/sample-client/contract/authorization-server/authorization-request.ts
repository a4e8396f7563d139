import type { Expectation, PactInMaking } from '@rolecall/contract-testing/define-pact';
import { fromProviderState, regex } from '@rolecall/contract-testing/matchers';
import { given } from '@rolecall/contracts/provider-states';
import { describe, expect, it } from 'vitest';
import { createProofs } from '../../src/dpop/proofs.ts';
import type { Attempt } from '../../src/sign-in/attempt.ts';
import { authorizationParameters, authorizationUrl } from '../../src/sign-in/authorization-request.ts';
import { ISSUER, REDIRECT_URI, RESOURCE, SCOPE } from '../support/addresses.ts';
import { answerOf, attempt, CHALLENGE } from '../support/attempt.ts';
import { clock, metadata } from '../support/parties.ts';
import { consented, registered, sampleClient } from '../support/sample-client.ts';

const ISS = encodeURIComponent(ISSUER);
const noStore = { 'cache-control': 'no-store' };

/** The browser's cookie, by which the server knows who is there. */
const cookie = fromProviderState('${cookie}', 'session=a-session');

export function authorizationRequestContract(pact: PactInMaking): void {
  it('sends the browser to where the user logs in', () =>
    pact.verify(
      {
        given: [registered('authorization_code')],
        uponReceiving: 'an authorization request of a browser where nobody is logged in',
        withRequest: authorizationRequest(),
        willRespondWith: {
          status: 303,
          headers: { location: regex('^(http://localhost:4000)?/login[?].+$', '/login?request=a-request'), ...noStore },
        },
      },
      async (fetchFromMock) => {
        const response = await follow(fetchFromMock);
        expect({ status: response.status, location: response.headers.get('location') }).toEqual({
          status: 303,
          location: '/login?request=a-request',
        });
      },
    ));

  it('gets a code, its own state and the issuer from a browser whose user has consented', () =>
    pact.verify(
      {
        given: [registered('authorization_code'), consented()],
        uponReceiving: 'an authorization request of a browser whose user has consented',
        withRequest: { ...authorizationRequest(), headers: { cookie } },
        willRespondWith: {
          status: 303,
          headers: {
            location: regex(
              `^${REDIRECT_URI}[?]code=[^&]{20,}&state=${attempt.state}&iss=${ISS}$`,
              response('code=a-code-of-256-random-bits'),
            ),
            ...noStore,
          },
        },
      },
      async (fetchFromMock) => {
        expect(await answerTo(follow(fetchFromMock, {}, { cookie: 'session=a-session' }))).toMatchObject({ kind: 'code' });
      },
    ));

  describe('tells apart what the server refuses', () => {
    it.each([
      { error: 'invalid_scope', changes: { scope: 'notes:read notes:burn' } },
      { error: 'invalid_target', changes: { resource: 'http://localhost:4999' } },
    ])('$error', ({ error, changes }) =>
      pact.verify(
        {
          given: [registered('authorization_code')],
          uponReceiving: `an authorization request that deserves ${error}`,
          withRequest: authorizationRequest(changes),
          willRespondWith: refusal(error),
        },
        async (fetchFromMock) => {
          expect(await answerTo(follow(fetchFromMock, changes))).toMatchObject({ kind: 'error', refusal: { error } });
        },
      ),
    );

    it('access_denied: the user has said no', () => {
      const denied = { clientId: sampleClient.clientId, scope: SCOPE, resource: RESOURCE, state: attempt.state };
      return pact.verify(
        {
          given: [registered('authorization_code'), given('user denied', denied)],
          uponReceiving: 'the browser of a user who has said no',
          withRequest: { method: 'GET', path: fromProviderState('${path}', '/authorize/a-request'), headers: { cookie } },
          willRespondWith: refusal('access_denied'),
        },
        async (fetchFromMock) => {
          const back = fetchFromMock(`${ISSUER}/authorize/a-request`, { redirect: 'manual', headers: { cookie: 'session=a-session' } });
          expect(await answerTo(back)).toMatchObject({ kind: 'error', refusal: { error: 'access_denied' } });
        },
      );
    });
  });
}

/** The request that the client's own link makes of a browser, and what is sent in the query. */
function authorizationRequest(changes: Partial<Attempt> = {}): Expectation['withRequest'] {
  const { clientId: client_id, scope = '', state, resource } = { ...attempt, ...changes };
  return {
    method: 'GET',
    path: '/authorize',
    query: {
      response_type: 'code',
      client_id,
      redirect_uri: REDIRECT_URI,
      scope,
      state,
      code_challenge: CHALLENGE,
      code_challenge_method: 'S256',
      resource,
    },
  };
}

/** A browser follows the client's link. */
async function follow(fetchFromMock: typeof fetch, changes: Partial<Attempt> = {}, headers: Record<string, string> = {}) {
  const parameters = await authorizationParameters({ ...attempt, ...changes }, REDIRECT_URI, createProofs(false, clock));
  return fetchFromMock(authorizationUrl(metadata, parameters), { redirect: 'manual', headers });
}

/** What the client makes of the address to which the browser is sent back. */
async function answerTo(response: Promise<Response>) {
  const { searchParams } = new URL((await response).headers.get('location') ?? '');
  return answerOf(Object.fromEntries(searchParams));
}

const response = (outcome: string) => `${REDIRECT_URI}?${outcome}&state=${attempt.state}&iss=${ISS}`;

const refusal = (error: string): Expectation['willRespondWith'] => ({
  status: 303,
  headers: {
    location: regex(
      `^${REDIRECT_URI}[?]error=${error}(&error_description=[^&]+)?&state=${attempt.state}&iss=${ISS}$`,
      response(`error=${error}`),
    ),
    ...noStore,
  },
});
