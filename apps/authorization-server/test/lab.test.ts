import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, errors, type JSONWebKeySet, jwtVerify } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { authorizeUrl, getTokens, logIn, decide, open, postToken, responseParameters } from './support/flow.ts';
import { openBrowser } from './support/browser.ts';
import { startTestServer, type TestServer } from './support/test-server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ LAB: 'true' });
});
afterEach(() => server.app.inject({ method: 'DELETE', url: '/lab/faults' }));
afterAll(() => server.close());

const activate = async (name: string, count = 1): Promise<void> => {
  const answer = await server.app.inject({ method: 'PUT', url: `/lab/faults/${name}`, payload: { count } });
  expect(answer.statusCode).toBe(200);
};

const issued = async (): Promise<string> => {
  const answer = await postToken(server, {
    grant_type: 'client_credentials',
    client_id: 'sample-service',
    client_secret: 'sample-service-secret',
    scope: 'notes:read',
  });
  expect(answer.statusCode).toBe(200);
  return (answer.json() as { access_token: string }).access_token;
};

/** What a resource server would say: the code of jose's refusal, or `valid`. */
const judged = async (token: string): Promise<string> => {
  const keys = (await server.app.inject('/jwks')).json() as JSONWebKeySet;
  const options = { issuer: server.issuer, audience: 'http://localhost:4001', currentDate: new Date(server.clock.now()) };
  return jwtVerify(token, createLocalJWKSet(keys), options).then(
    () => 'valid',
    (error: unknown) => (error instanceof errors.JWTClaimValidationFailed ? `wrong ${error.claim}` : (error as { code: string }).code),
  );
};

describe('the faults that an authorization server can be made to have', () => {
  it.each([
    ['expired-token', 'ERR_JWT_EXPIRED'],
    ['wrong-issuer', 'wrong iss'],
    ['wrong-audience', 'wrong aud'],
    ['unknown-kid', 'ERR_JWKS_NO_MATCHING_KEY'],
  ])('%s: the next access token is one that nobody may accept, and the one after it is right', async (name, verdict) => {
    await activate(name);
    expect(await judged(await issued())).toBe(verdict);
    expect(await judged(await issued())).toBe('valid');
  });

  it('stale-jwks: the key set lacks the key that has signed, so often as was asked for', async () => {
    const token = await issued();
    await activate('stale-jwks', 2);
    for (const expected of ['ERR_JWKS_NO_MATCHING_KEY', 'ERR_JWKS_NO_MATCHING_KEY', 'valid']) expect(await judged(token)).toBe(expected);
  });

  it('missing-iss: the authorization response does not say who sends it, once', async () => {
    const browser = openBrowser(server.app);
    await open(browser, authorizeUrl());
    await logIn(browser);
    await activate('missing-iss');
    const without = responseParameters(await decide(browser, 'approve'));
    expect(Object.fromEntries(without)).toEqual({ code: expect.stringMatching(/^rc_ac_/) as string, state: 'the-state' });
    const response = await open(browser, authorizeUrl());
    expect(responseParameters(response).get('iss')).toBe(server.issuer);
  });

  it('leaves all else alone: introspection answers, and the revocation feed, are signed rightly', async () => {
    await activate('unknown-kid', 5);
    const feed = (await server.app.inject('/revocations')).body;
    const keys = (await server.app.inject('/jwks')).json() as JSONWebKeySet;
    expect(keys.keys.map((key) => key.kid)).toContain(decodeProtectedHeader(feed).kid);
    expect(decodeJwt(feed).iss).toBe(server.issuer);
  });
});

describe('the record of exchanges', () => {
  it('shows a code flow, and nothing of it that is secret', async () => {
    const { access_token, refresh_token } = await getTokens(server);
    const answer = await server.app.inject('/lab/exchanges');
    const { exchanges } = answer.json() as { exchanges: { request: { url: string; body?: string }; response?: { status: number } }[] };
    expect(exchanges.filter((each) => each.request.url.endsWith('/token')).at(-1)).toMatchObject({
      request: { method: 'POST', body: expect.stringContaining('code_verifier=[code_verifier ') as string },
      response: { status: 200 },
    });
    for (const secret of [access_token, refresh_token, 'wonderland', 'sample-client-secret', 'sample-service-secret'])
      expect(answer.body).not.toContain(secret);
    expect(answer.body).not.toMatch(/rc_(ac|rt|at)_[\w-]{20}/);
  });

  it('is not there where the lab is off', async () => {
    const plain = await startTestServer();
    try {
      for (const path of ['/lab/exchanges', '/lab/clock', '/lab/faults']) expect((await plain.app.inject(path)).statusCode).toBe(404);
      expect(plain.app.hasRequestDecorator('exchange')).toBe(false);
    } finally {
      await plain.close();
    }
  });
});
