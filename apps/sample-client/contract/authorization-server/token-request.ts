import type { Expectation, PactInMaking } from '@rolecall/contract-testing/define-pact';
import { fromProviderState, regex } from '@rolecall/contract-testing/matchers';
import { given } from '@rolecall/contracts/provider-states';
import { expect, it } from 'vitest';
import type { Access } from '../../src/access/access.ts';
import { redeemCode } from '../../src/token/code-grant.ts';
import { refresh } from '../../src/token/refresh-grant.ts';
import { ISSUER, REDIRECT_URI, RESOURCE, SCOPE } from '../support/addresses.ts';
import { answerOf, attempt } from '../support/attempt.ts';
import { clock, metadata, tokenEndpoint } from '../support/parties.ts';
import { BASIC, basic, consented, registered, sampleClient, self } from '../support/sample-client.ts';
import { expectRefusal, granted, refused, refusedBasic, tokenRequest } from '../support/token-messages.ts';

const CODE = 'rc_ac_a-code-that-is-an-example';
const REFRESH_TOKEN = 'rc_rt_a-refresh-token-that-is-an-example';

const who = { clientId: sampleClient.clientId, scope: SCOPE, resource: RESOURCE };
const codeIssued = (changes: { redeemed?: boolean } = {}) =>
  given('code issued', { ...who, redirectUri: REDIRECT_URI, codeVerifier: attempt.codeVerifier, ...changes });

export function codeContract(pact: PactInMaking): void {
  const redeem = async (fetchFromMock: typeof fetch, clientSecret = sampleClient.secret) => {
    const response = answerOf({ code: CODE, state: attempt.state, iss: ISSUER });
    if (response.kind !== 'code') throw new Error('the code did not come from the authorization server');
    const endpoint = tokenEndpoint(fetchFromMock, { clientId: attempt.clientId, clientSecret });
    return redeemCode({ ...endpoint, redirectUri: REDIRECT_URI }, metadata, attempt, response.parameters);
  };

  it('C-TOK-01: gets an access token and a refresh token for a code', () =>
    pact.verify(
      {
        given: [registered('authorization_code', 'refresh_token'), codeIssued()],
        uponReceiving: 'a token request with a code',
        withRequest: codeRequest(),
        willRespondWith: granted({ refresh_token: regex('^.{20,}$', REFRESH_TOKEN) }),
      },
      async (fetchFromMock) => {
        expect(await redeem(fetchFromMock)).toMatchObject({ refreshToken: REFRESH_TOKEN, scope: SCOPE, expiresAt: clock.now() + 600_000 });
      },
    ));

  it.each([
    { why: 'that was redeemed already', states: [codeIssued({ redeemed: true })] },
    { why: 'that has expired', states: [codeIssued(), given('clock at', { secondsLater: 3_600 })] },
  ])('learns that a code is of no use: one $why', ({ why, states }) =>
    pact.verify(
      {
        given: [registered('authorization_code', 'refresh_token'), ...states],
        uponReceiving: `a token request with a code ${why}`,
        withRequest: codeRequest(),
        willRespondWith: refused(400, 'invalid_grant'),
      },
      (fetchFromMock) => expectRefusal(redeem(fetchFromMock), 'invalid_grant'),
    ),
  );

  it('learns that its own credentials are wrong', () =>
    pact.verify(
      {
        given: [registered('authorization_code', 'refresh_token')],
        uponReceiving: 'a token request with a wrong secret',
        withRequest: codeRequest(CODE, basic('not-its-secret')),
        willRespondWith: refusedBasic,
      },
      (fetchFromMock) => expectRefusal(redeem(fetchFromMock, 'not-its-secret'), 'invalid_client'),
    ));
}

export function refreshContract(pact: PactInMaking): void {
  const access: Access & { refreshToken: string } = {
    accessToken: 'old',
    refreshToken: REFRESH_TOKEN,
    issuer: ISSUER,
    resource: RESOURCE,
    renewals: 0,
  };
  const renew = (fetchFromMock: typeof fetch, changes: Partial<Access> = {}) =>
    refresh(tokenEndpoint(fetchFromMock, self), metadata, { ...access, ...changes });
  const rotated = (secondsAgo: number) => given('refresh token rotated', { ...who, secondsAgo });

  it('gets the next refresh token with the next access token', () =>
    pact.verify(
      {
        given: [registered('authorization_code', 'refresh_token'), rotated(60)],
        uponReceiving: 'a refresh request with the latest refresh token',
        withRequest: refreshRequest(),
        willRespondWith: granted({ refresh_token: regex('^.{20,}$', 'rc_rt_the-next-refresh-token-as-an-example') }),
      },
      async (fetchFromMock) => {
        const renewed = await renew(fetchFromMock);
        expect(renewed.refreshToken).toBe('rc_rt_the-next-refresh-token-as-an-example');
        expect(renewed.renewals).toBe(1);
      },
    ));

  const both = ['authorization_code', 'refresh_token'] as const;
  it.each<{ error: string; what: string; given: NonNullable<Expectation['given']>; token?: string; resource?: string }>([
    {
      error: 'invalid_grant',
      what: 'with a refresh token that was rotated long ago',
      given: [registered(...both), rotated(3_600)],
      token: '${rotatedRefreshToken}',
    },
    { error: 'invalid_grant', what: 'after the client revoked its access', given: [registered(...both), consented({ revoked: true })] },
    // The client goes on with its access token after these, and never tries the refresh token again.
    {
      error: 'unauthorized_client',
      what: 'of a client that may not refresh any more',
      given: [registered(...both), consented(), registered('authorization_code')],
    },
    {
      error: 'invalid_target',
      what: 'for another resource than was granted',
      given: [registered(...both), consented()],
      resource: 'http://localhost:4999',
    },
  ])('tells $error apart: a request $what', ({ error, what, given: states, token = '${refreshToken}', resource = RESOURCE }) =>
    pact.verify(
      {
        given: states,
        uponReceiving: `a refresh request ${what}`,
        withRequest: refreshRequest(token, resource),
        willRespondWith: refused(400, error),
      },
      (fetchFromMock) => expectRefusal(renew(fetchFromMock, { resource }), error),
    ),
  );
}

const codeRequest = (code?: string, authorization = BASIC) =>
  tokenRequest(
    {
      grant_type: 'authorization_code',
      code: code ?? fromProviderState('${code}', CODE),
      redirect_uri: REDIRECT_URI,
      code_verifier: attempt.codeVerifier,
      resource: RESOURCE,
    },
    authorization,
  );

const refreshRequest = (token = '${refreshToken}', resource = RESOURCE) =>
  tokenRequest({ grant_type: 'refresh_token', refresh_token: fromProviderState(token, REFRESH_TOKEN), resource }, BASIC);
