import { createMemoryReplays } from '@rolecall/resource-guard/dpop/replays';
import { parseChallenges } from '@rolecall/resource-guard/test-support/challenge';
import { createProofKey, type ProofKey, signProof } from '@rolecall/resource-guard/test-support/proof';
import * as oauth from 'oauth4webapi';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rawRequest } from './support/raw-request.ts';
import { openTestStores, startResourceServer, type TestResourceServer } from './support/resource-server.ts';
import type { Stores } from '../src/stores/types.ts';

const HTU = 'http://localhost:4001/notes';
const SECRET = 'x'.repeat(32);

let stores: Stores;
let key: ProofKey;
beforeAll(async () => {
  [stores, key] = await Promise.all([openTestStores(), createProofKey()]);
});
afterAll(() => stores.close());

/** A service whose stores outlive it. */
const start = (environment: Record<string, string> = {}, own: Partial<Stores> = {}) =>
  startResourceServer({ stores: { ...stores, ...own, close: async () => {} }, environment });

async function boundRequest(server: TestResourceServer, claims: Record<string, unknown> = {}) {
  const token = await server.authorizationServer.token({ claims: { cnf: { jkt: key.jkt } } });
  const proof = await signProof(key, { clock: server.clock, htu: HTU, token, claims });
  return { authorization: `DPoP ${token}`, dpop: proof };
}

const call = (server: TestResourceServer, headers: Record<string, string>) => server.request('/notes', { token: null, headers });

describe('tokens that are bound to a key', () => {
  it('RS-DPOP-01, RS-DPOP-09: are accepted beside bearer tokens, and both schemes are offered to whoever brings none', async () => {
    const server = await start();
    expect((await call(server, await boundRequest(server))).status).toBe(200);
    expect((await server.request('/notes')).status).toBe(200);
    const context = {
      realm: 'notes',
      scope: 'notes:read',
      resource_metadata: 'http://localhost:4001/.well-known/oauth-protected-resource',
    };
    expect(parseChallenges(await call(server, {}))).toEqual({ Bearer: context, DPoP: { ...context, algs: 'ES256 EdDSA Ed25519' } });
    await server.close();
  });

  it('RS-DPOP-01: open the API to a client that others have written, at the address where it listens', async () => {
    const server = await start();
    const dpop = oauth.DPoP({}, await oauth.generateKeyPair('ES256'));
    const token = await server.authorizationServer.token({ claims: { cnf: { jkt: await dpop.calculateThumbprint() } } });
    const send = (method: string, body: string | null) =>
      oauth.protectedResourceRequest(token, method, new URL(HTU), new Headers({ 'content-type': 'application/json' }), body, {
        DPoP: dpop,
        [oauth.allowInsecureRequests]: true,
        // What a proxy does: it is reached at the resource's address, and passes on.
        [oauth.customFetch]: (_url, { method, headers, body }) => fetch(`${server.url}/notes`, { method, headers, body: body as string }),
      });
    expect((await send('POST', '{"title":"Proven"}')).status).toBe(201);
    expect((await send('GET', null)).status).toBe(200);
    await server.close();
  });

  it('RS-DPOP-07, SEC-28: a proof counts once among all instances that share a store', async () => {
    const shared = stores.replays ?? createMemoryReplays({ now: () => Date.now() });
    const one = await start({}, { replays: shared });
    const other = await start({ ISSUER: one.authorizationServer.issuer }, { replays: shared });
    const headers = await boundRequest(one);
    const answers = await Promise.all([one, other, one, other].map((server) => call(server, headers)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401]);
    for (const server of [one, other]) await server.close();
  });

  it('RS-DPOP-07: when the store of used proofs is down the answer is 503, and bearer tokens go on', async () => {
    const server = await start({}, { replays: { claim: () => Promise.reject(new Error('connection lost')) } });
    const answer = await call(server, await boundRequest(server));
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([503, null]);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await server.request('/notes')).status).toBe(200);
    expect(server.logs()).toContain('connection lost');
    await server.close();
  });

  it('RS-DPOP-02: two proofs on the wire are too many, however their fields are written', async () => {
    const server = await start();
    const [one, other] = [await boundRequest(server), await boundRequest(server)];
    const authorization = `Authorization: ${one.authorization}`;
    for (const second of [`dpop: ${one.dpop}`, `DPOP: ${other.dpop}`, 'DPoP:']) {
      const { status, text } = await rawRequest(server.url, ['GET /notes HTTP/1.1', authorization, `DPoP: ${one.dpop}`, second]);
      expect([status, text.includes('error="invalid_dpop_proof"')]).toEqual([401, true]);
    }
    // A whole address in the request line, and a Host of its own: the proof is for this resource all the same.
    const absolute = ['GET http://evil.example/notes HTTP/1.1', authorization, `dPoP: ${one.dpop}`];
    expect((await rawRequest(server.url, absolute)).status).toBe(200);
    await server.close();
  });

  it('SEC-32: neither a proof nor its key is logged', async () => {
    const server = await start();
    const headers = await boundRequest(server);
    for (let turn = 0; turn < 2; turn++) await call(server, headers);
    for (const part of [...headers.dpop.split('.'), key.jwk.x as string, key.jkt]) expect(server.logs()).not.toContain(part);
    await server.close();
  });
});

describe('the configuration', () => {
  it('RS-DPOP-12: DPOP=required refuses bearer tokens, and says so in metadata and challenges', async () => {
    const server = await start({ DPOP: 'required' });
    const refused = await server.request('/notes');
    expect(refused.status).toBe(401);
    expect(Object.keys(parseChallenges(refused))).toEqual(['DPoP']);
    expect(parseChallenges(refused)['DPoP']).toMatchObject({ error: 'invalid_token' });
    expect(Object.keys(parseChallenges(await call(server, {})))).toEqual(['DPoP']);
    expect((await call(server, await boundRequest(server))).status).toBe(200);
    const metadata = await (await server.request('/.well-known/oauth-protected-resource', { token: null })).json();
    expect(metadata).toMatchObject({ dpop_bound_access_tokens_required: true });
    await server.close();
  });

  it('RS-DPOP-09: DPOP=off knows only bearer tokens, and no others by that name', async () => {
    const server = await start({ DPOP: 'off' });
    const headers = await boundRequest(server);
    const refused = await call(server, headers);
    expect(refused.status).toBe(401);
    expect(parseChallenges(refused)).toEqual({ Bearer: expect.not.objectContaining({ error: expect.anything() }) });
    expect((await call(server, { authorization: headers.authorization.replace('DPoP', 'Bearer') })).status).toBe(401);
    const metadata = await (await server.request('/.well-known/oauth-protected-resource', { token: null })).json();
    expect(metadata).not.toHaveProperty('dpop_signing_alg_values_supported');
    await server.close();
  });

  it('RS-DPOP-08, RS-TOK-12: DPOP_NONCES demands nonces, which browsers may read', async () => {
    const server = await start({ DPOP_NONCES: 'true', DPOP_NONCE_SECRET: SECRET });
    const first = await call(server, { ...(await boundRequest(server)), origin: 'https://spa.example' });
    expect(first.status).toBe(401);
    expect(parseChallenges(first)['DPoP']).toMatchObject({ error: 'use_dpop_nonce' });
    expect(first.headers.get('access-control-expose-headers')).toContain('DPoP-Nonce');
    const nonce = first.headers.get('dpop-nonce');
    const second = await call(server, await boundRequest(server, { nonce }));
    expect([second.status, second.headers.get('dpop-nonce')]).toEqual([200, nonce]);
    await server.close();
  });
});
