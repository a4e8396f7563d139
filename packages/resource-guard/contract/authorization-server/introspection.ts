import type { Expectation, PactInMaking } from '@rolecall/contract-testing/define-pact';
import { fromProviderState, regex } from '@rolecall/contract-testing/matchers';
import { INTROSPECTION_JWT_TYPE } from '@rolecall/contracts/introspection';
import { given } from '@rolecall/contracts/provider-states';
import { describe, expect, it } from 'vitest';
import { createIntrospection } from '../../src/token/introspection.ts';
import { UnavailableError } from '../../src/unavailable-error.ts';
import { besides, clock, ISSUER, issuerAt, log, NOW, RESOURCE, SCOPE, signExample } from '../support/issuer.ts';
import { active, CLIENT, client, consented, known, SELF } from '../support/parties.ts';

const TOKEN = 'rc_at_an-opaque-token-that-is-an-example';
const FORM = 'application/x-www-form-urlencoded';

/** Each half is form-encoded (RFC 6749 §2.3.1). */
const basic = (secret: string) => `Basic ${Buffer.from(`${SELF.clientId}:${secret}`).toString('base64')}`;
const BASIC = basic('a%2Bsecret%2Ffor+contracts');

export function introspectionContract(pact: PactInMaking): void {
  const judge = (fetchFromMock: typeof fetch, changes: { clientSecret?: string; signed?: boolean } = {}) => {
    const ask = besides(fetchFromMock);
    return createIntrospection({
      ...SELF,
      ...changes,
      issuerName: ISSUER,
      audience: RESOURCE,
      issuer: issuerAt(ask),
      clock,
      log,
      fetch: ask,
    })(TOKEN);
  };

  it('learns what an opaque token is', () =>
    pact.verify(
      {
        given: [known, client, consented()],
        uponReceiving: 'a question about an opaque token',
        withRequest: question(),
        willRespondWith: { status: 200, headers: { 'cache-control': 'no-store' }, body: active },
      },
      async (fetchFromMock) => {
        expect(await judge(fetchFromMock)).toMatchObject({
          issuer: ISSUER,
          subject: 'alice',
          clientId: CLIENT,
          scopes: new Set(SCOPE.split(' ')),
        });
      },
    ));

  describe('RS-INT-01: learns that a token is not to be accepted', () => {
    it.each([
      { what: 'has expired', states: [client, consented(), given('clock at', { secondsLater: 7_200 })] },
      { what: 'was revoked', states: [client, consented({ revoked: true })] },
      { what: 'is for another resource', states: [client, consented({ resource: 'https://other.example' })] },
      { what: 'nobody knows', states: [], token: TOKEN },
    ])('one that $what', ({ what, states, token }) =>
      pact.verify(
        {
          given: [known, ...states],
          uponReceiving: `a question about a token that ${what}`,
          withRequest: question(token),
          willRespondWith: { status: 200, headers: { 'cache-control': 'no-store' }, body: { active: false } },
        },
        async (fetchFromMock) => {
          await expect(judge(fetchFromMock)).rejects.toThrow('the token is not active');
        },
      ),
    );
  });

  it('does not take its own wrong credentials for a bad token', () =>
    pact.verify(
      {
        given: [known],
        uponReceiving: 'a question with a wrong secret',
        withRequest: question(TOKEN, { authorization: basic('not-its-secret') }),
        willRespondWith: {
          status: 401,
          headers: { 'www-authenticate': regex('^Basic .*$', 'Basic realm="token"') },
          body: { error: 'invalid_client' },
        },
      },
      async (fetchFromMock) => {
        await expect(judge(fetchFromMock, { clientSecret: 'not-its-secret' })).rejects.toThrow(UnavailableError);
      },
    ));

  it('learns it from a signed answer', () => {
    const example = { ...active, sub: 'alice', iat: NOW, exp: NOW + 600, jti: 'an-id' };
    return pact.verify(
      {
        given: [known, client, consented()],
        uponReceiving: 'a question about an opaque token, with a signed answer',
        withRequest: question(undefined, { accept: `application/${INTROSPECTION_JWT_TYPE}` }),
        willRespondWith: {
          status: 200,
          contentType: `application/${INTROSPECTION_JWT_TYPE}`,
          body: signExample(INTROSPECTION_JWT_TYPE, { iss: ISSUER, aud: SELF.clientId, iat: NOW, token_introspection: example }),
        },
        bodyPattern: '^[\\w-]+[.][\\w-]+[.][\\w-]+$',
      },
      async (fetchFromMock) => {
        expect(await judge(fetchFromMock, { signed: true })).toMatchObject({ subject: 'alice' });
      },
    );
  });
}

/** @param token one that is always the same; without it, the one of the state. */
function question(token?: string, headers: Record<string, string> = {}): Expectation['withRequest'] {
  return {
    method: 'POST',
    path: '/introspect',
    contentType: FORM,
    headers: { 'content-type': `${FORM};charset=UTF-8`, accept: 'application/json', authorization: BASIC, ...headers },
    body: { token: token ?? fromProviderState('${accessToken}', TOKEN), token_type_hint: 'access_token' },
  };
}
