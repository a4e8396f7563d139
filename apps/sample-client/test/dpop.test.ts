import { hash } from 'node:crypto';
import { calculateJwkThumbprint, decodeProtectedHeader, EmbeddedJWK, type JWK, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { startClient } from './support/client.ts';
import { tokens } from './support/fake-authorization-server.ts';
import type { RecordedRequest, ScriptedAnswer } from './support/scripted-server.ts';

const bound = (members: Record<string, unknown> = {}) => tokens({ token_type: 'DPoP', refresh_token: 'rt', ...members });
const refused = { status: 401, headers: { 'www-authenticate': 'DPoP error="invalid_token"' }, body: {} };

/** A client that binds its tokens to keys, at a server that offers that. */
async function start(prepare: (client: Awaited<ReturnType<typeof startClient>>) => void = () => {}) {
  const client = await startClient({ CLIENT_DPOP: 'true' });
  const { authorizationServer, resourceServer } = client;
  authorizationServer.metadata.dpop_signing_alg_values_supported = ['RS256', 'ES256'];
  authorizationServer.tokenAnswer = () => bound();
  prepare(client);
  const tokenRequests = () => authorizationServer.server.requests.filter(({ url }) => url === '/token');
  return { ...client, tokenRequests, calls: () => resourceServer.calls() };
}

async function connected(prepare?: Parameters<typeof start>[0]) {
  const client = await start(prepare);
  const answer = await client.browser.connect();
  await client.browser.follow();
  return { ...client, answer };
}

/** What a request proves, as anybody can check it. */
async function proofOf({ headers }: RecordedRequest) {
  const proof = String(headers.dpop);
  const { payload } = await jwtVerify(proof, EmbeddedJWK, {
    typ: 'dpop+jwt',
    algorithms: ['ES256'],
    maxTokenAge: '1 day',
    clockTolerance: '1 day',
  });
  const { jwk } = decodeProtectedHeader(proof);
  return { payload, jwk, thumbprint: await calculateJwkThumbprint(jwk as JWK) };
}

/** Refuses whatever has not the nonce. */
const wantsNonce =
  (nonce: string, answer: ScriptedAnswer) =>
  async (request: RecordedRequest): Promise<ScriptedAnswer | undefined> =>
    (await proofOf(request)).payload['nonce'] === nonce ? undefined : answer;

const tokenNonce = (nonce: string): ScriptedAnswer => ({
  status: 400,
  headers: { 'dpop-nonce': nonce },
  body: { error: 'use_dpop_nonce' },
});
const apiNonce = (nonce: string, scheme = 'DPoP'): ScriptedAnswer => ({
  status: 401,
  headers: { 'dpop-nonce': nonce, 'www-authenticate': `${scheme} error="use_dpop_nonce"` },
  body: {},
});

describe('tokens that are bound to a key', () => {
  it('C-DPOP-01: are asked for with a proof for that request alone, and the key is named before', async () => {
    const client = await start();
    await client.browser.get('/');
    const asked = client.browser.authorizationUrl().searchParams;
    await client.browser.callback({ code: 'c', state: asked.get('state') ?? '', iss: client.authorizationServer.issuer });
    const request = client.tokenRequests()[0] as RecordedRequest;
    const { payload, jwk, thumbprint } = await proofOf(request);
    expect(payload).toEqual({
      htm: 'POST',
      htu: `${client.authorizationServer.issuer}/token`,
      iat: Math.floor(client.clock.now() / 1000),
      jti: expect.stringMatching(/^[\w-]{20,}$/),
    });
    expect(Object.keys(jwk ?? {}).sort()).toEqual(['crv', 'kty', 'x', 'y']);
    expect(asked.get('dpop_jkt')).toBe(thumbprint);
  });

  it('C-DPOP-01 C-DPOP-03: go to the API under the scheme DPoP, each with a proof of its own that names the token and no query', async () => {
    const { browser, calls, tokenRequests, resourceServer, clock } = await connected();
    await browser.get('/notes?cursor=abc');
    await browser.submit('/notes', { title: 'One' });
    clock.advance(60);
    await browser.follow();
    const proofs = await Promise.all(calls().map(proofOf));
    expect(calls().map(({ headers }) => headers.authorization)).toEqual(Array(4).fill('DPoP rc_at_never-seen-by-any-browser'));
    expect(proofs.map(({ payload }) => [payload['htm'], payload['htu']])).toEqual(
      ['GET', 'GET', 'POST', 'GET'].map((method) => [method, `${resourceServer.resource}/notes`]),
    );
    for (const { payload } of proofs) expect(payload['ath']).toBe(hash('sha256', 'rc_at_never-seen-by-any-browser', 'base64url'));
    expect(new Set(proofs.map(({ payload }) => payload.jti)).size).toBe(4);
    expect((proofs[3]?.payload.iat ?? 0) - (proofs[0]?.payload.iat ?? 0)).toBe(60);
    const { thumbprint } = await proofOf(tokenRequests()[0] as RecordedRequest);
    expect(new Set(proofs.map((proof) => proof.thumbprint))).toEqual(new Set([thumbprint]));
  });

  it('C-DPOP-01: keep their key when they are refreshed, in another instance too; another session has another key', async () => {
    const client = await connected();
    const { browser, clock, tokenRequests, otherBrowser, afterRestart } = client;
    clock.advance(571);
    const restarted = await afterRestart({});
    expect((await restarted.get('/notes')).statusCode).toBe(200);
    await otherBrowser().connect();
    const keys = (await Promise.all(tokenRequests().map(proofOf))).map(({ thumbprint }) => thumbprint);
    expect(keys).toHaveLength(3);
    expect(keys[1]).toBe(keys[0]);
    expect(keys[2]).not.toBe(keys[0]);
    expect((await browser.get('/notes')).statusCode).toBe(200);
  });

  it.each(['Bearer', 'bearer', 'N_A'])('C-DPOP-04: are refused when they come as %s: nothing is sent to the API', async (token_type) => {
    const { answer, calls, browser } = await connected(
      ({ authorizationServer }) => void (authorizationServer.tokenAnswer = () => bound({ token_type })),
    );
    expect(answer.headers.location).toBe('/sign-in/unavailable');
    expect((await browser.get('/notes')).headers.location).toBe('/');
    expect(calls()).toEqual([]);
  });

  it('C-DPOP-04: are refused when a refresh makes bearer tokens of them', async () => {
    const { browser, clock, calls, authorizationServer } = await connected();
    const before = calls().length;
    authorizationServer.tokenAnswer = () => tokens({ access_token: 'anybodys' });
    clock.advance(601);
    expect((await browser.get('/notes')).statusCode).toBe(503);
    expect(calls()).toHaveLength(before);
    authorizationServer.tokenAnswer = () => bound();
    expect((await browser.get('/notes')).statusCode).toBe(200);
  });

  it.each([undefined, ['RS256']])('C-DPOP-04: are not asked for where the server offers %j: no silent fallback', async (algorithms) => {
    const { browser, tokenRequests } = await start(({ authorizationServer }) => {
      authorizationServer.metadata.dpop_signing_alg_values_supported = algorithms;
    });
    const page = await browser.get('/');
    expect(page.statusCode).toBe(503);
    expect(tokenRequests()).toEqual([]);
  });

  it('C-TOK-04: a bearer client takes no token that it could not prove', async () => {
    const client = await startClient();
    client.authorizationServer.tokenAnswer = () => bound();
    expect((await client.browser.connect()).headers.location).toBe('/sign-in/unavailable');
  });

  it('C-API-02: are replaced when the API refuses one under the scheme DPoP', async () => {
    const { browser, resourceServer, calls, tokenRequests, authorizationServer } = await connected();
    authorizationServer.tokenAnswer = () => bound({ access_token: 'second' });
    resourceServer.interfere = ({ headers }) => (headers.authorization === 'DPoP second' ? undefined : refused);
    expect((await browser.get('/notes')).statusCode).toBe(200);
    expect(calls().at(-1)?.headers.authorization).toBe('DPoP second');
    expect(tokenRequests()).toHaveLength(2);
  });

  it('neither the key nor a proof is in the log or at the browser', async () => {
    const { browser, logs, calls } = await connected();
    const { jwk } = await proofOf(calls()[0] as RecordedRequest);
    const seen = [...browser.answers.map(({ body, headers }) => body + JSON.stringify(headers)), ...logs].join();
    expect(seen).not.toContain(String(jwk?.x));
    expect(seen).not.toContain(String(calls()[0]?.headers.dpop));
  });
});

describe('nonces', () => {
  it('C-DPOP-02: the token endpoint’s is used in one more try, with a new proof', async () => {
    const { answer, tokenRequests } = await connected(({ authorizationServer }) => {
      const check = wantsNonce('n-1', tokenNonce('n-1'));
      authorizationServer.tokenAnswer = async () => (await check(authorizationServer.server.requests.at(-1) as RecordedRequest)) ?? bound();
    });
    expect(answer.headers.location).toBe('/notes');
    const proofs = await Promise.all(tokenRequests().map(proofOf));
    expect(proofs.map(({ payload }) => payload['nonce'])).toEqual([undefined, 'n-1']);
    expect(proofs[0]?.payload.jti).not.toBe(proofs[1]?.payload.jti);
  });

  it.each(['DPoP', 'dpop', 'DPOP'])('C-DPOP-02: the API’s is used in one more try (scheme %s), and kept', async (scheme) => {
    const { browser, resourceServer, calls } = await connected();
    const check = wantsNonce('api-1', apiNonce('api-1', scheme));
    resourceServer.interfere = check;
    const before = calls().length;
    await browser.submit('/notes', { title: 'One' });
    await browser.follow();
    const nonces = (await Promise.all(calls().slice(before).map(proofOf))).map(({ payload }) => payload['nonce']);
    expect(nonces).toEqual([undefined, 'api-1', 'api-1']);
    expect(resourceServer.notes).toHaveLength(1);
  });

  it('C-DPOP-02: are kept for each origin apart, and taken from any answer', async () => {
    const { browser, clock, resourceServer, authorizationServer, calls, tokenRequests } = await connected(({ authorizationServer }) => {
      authorizationServer.tokenAnswer = () => ({ ...bound(), headers: { 'dpop-nonce': 'as-nonce' } });
    });
    resourceServer.interfere = () => ({ headers: { 'dpop-nonce': 'api-nonce' }, body: { notes: [] } });
    await browser.get('/notes');
    await browser.get('/notes');
    clock.advance(571);
    await browser.get('/notes');
    expect((await proofOf(calls().at(-1) as RecordedRequest)).payload['nonce']).toBe('api-nonce');
    expect((await proofOf(tokenRequests().at(-1) as RecordedRequest)).payload['nonce']).toBe('as-nonce');
    expect(authorizationServer.tokenForms()).toHaveLength(2);
  });

  it('C-DPOP-02: one more try is all: a server that is never content gets no endless loop', async () => {
    const { answer, tokenRequests } = await connected(({ authorizationServer }) => {
      let count = 0;
      authorizationServer.tokenAnswer = () => tokenNonce(`n-${(count += 1)}`);
    });
    expect(answer.headers.location).toBe('/sign-in/refused');
    expect(tokenRequests()).toHaveLength(2);
  });

  it('C-DPOP-02: nor does an API that is never content', async () => {
    const { browser, resourceServer, calls, authorizationServer } = await connected();
    let count = 0;
    resourceServer.interfere = () => apiNonce(`n-${(count += 1)}`);
    const before = calls().length;
    const answer = await browser.get('/notes');
    expect(answer.headers.location).toContain(`${authorizationServer.issuer}/authorize`);
    // Two for the token that there was, two for the refreshed one.
    expect(calls()).toHaveLength(before + 4);
  });
});
