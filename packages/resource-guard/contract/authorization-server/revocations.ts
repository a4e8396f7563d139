import type { Expectation, PactInMaking } from '@rolecall/contract-testing/define-pact';
import { regex } from '@rolecall/contract-testing/matchers';
import { REVOCATIONS_TYPE } from '@rolecall/contracts/revocations';
import { expect, it } from 'vitest';
import { followRevocations } from '../../src/revocation/follow-revocations.ts';
import { readAccessToken } from '../../src/token/access-token.ts';
import { besides, ISSUER, issuerAt, log, NOW, RESOURCE, signExample } from '../support/issuer.ts';

const feed = (iat: number, ...grants: string[]) =>
  signExample(REVOCATIONS_TYPE, {
    iss: ISSUER,
    iat,
    exp: iat + 60,
    revocations: grants.map((value) => ({ claim: 'grant_id', value, at: iat })),
  });

const token = (grant_id: string) => {
  const claims = { iss: ISSUER, sub: 'alice', aud: RESOURCE, client_id: 'sample-client', iat: NOW, exp: NOW + 600, jti: 'an-id', grant_id };
  return readAccessToken(claims, { issuer: ISSUER, audience: RESOURCE, now: NOW * 1000 });
};

export function revocationsContract(pact: PactInMaking): void {
  it('learns what was revoked', () =>
    pact.verify(
      {
        uponReceiving: 'a question what was revoked',
        withRequest: { method: 'GET', path: '/revocations', headers: { accept: `application/${REVOCATIONS_TYPE}` } },
        willRespondWith: answer(feed(NOW, 'a-grant')),
        bodyPattern: JWT,
      },
      async (fetchFromMock) => {
        const isRevoked = follow(besides(fetchFromMock), { now: () => NOW * 1000 });
        expect([await isRevoked(token('a-grant')), await isRevoked(token('another-grant'))]).toEqual([true, false]);
      },
    ));

  it('learns what was revoked since it asked last', () =>
    pact.verify(
      {
        uponReceiving: 'a question what was revoked since',
        withRequest: {
          method: 'GET',
          path: '/revocations',
          query: { since: regex('^\\d{1,12}$', String(NOW)) },
          headers: { accept: `application/${REVOCATIONS_TYPE}` },
        },
        willRespondWith: answer(feed(NOW + 4, 'a-grant')),
        bodyPattern: JWT,
      },
      async (fetchFromMock) => {
        let now = NOW;
        let asked = 0;
        const later = besides(fetchFromMock);
        const isRevoked = follow(
          async (input, init) => (String(input).includes('/revocations') && ++asked === 1 ? new Response(feed(NOW)) : later(input, init)),
          { now: () => now * 1000 },
        );
        expect(await isRevoked(token('a-grant'))).toBe(false);
        now += 4;
        expect(await isRevoked(token('a-grant'))).toBe(true);
      },
    ));
}

const JWT = '^[\\w-]+[.][\\w-]+[.][\\w-]+$';

const follow = (ask: typeof fetch, clock: { now: () => number }) =>
  followRevocations({ issuerName: ISSUER, issuer: issuerAt(ask), clock, log, fetch: ask });

const answer = (body: string): Expectation['willRespondWith'] => ({
  status: 200,
  headers: { 'cache-control': 'no-store' },
  contentType: `application/${REVOCATIONS_TYPE}`,
  body,
});
