import * as oauth from 'oauth4webapi';
import { afterEach, describe, expect, it } from 'vitest';
import { createNonces } from '../src/dpop/nonces.ts';
import { parseChallenges } from '../test-support/challenge.ts';
import { createProofKey, signProof } from '../test-support/proof.ts';
import { type GuardedApi, RESOURCE, startGuardedApi } from './support/guarded-api.ts';

const SECRET = 'a secret of thirty-two characters';
const HTU = 'https://api.example/read';

const running: GuardedApi[] = [];
afterEach(async () => {
  for (const api of running.splice(0)) await api.close();
});

async function start(options: Parameters<typeof startGuardedApi>[0]): Promise<GuardedApi> {
  const api = await startGuardedApi(options);
  running.push(api);
  return api;
}

/** A client that calls with a nonce, or without one. */
async function createCaller(api: GuardedApi) {
  const key = await createProofKey();
  const token = await api.authorizationServer.token({ claims: { scope: 'read', cnf: { jkt: key.jkt } } });
  return async (nonce?: unknown, at = api) => {
    const proof = await signProof(key, { clock: api.clock, htu: HTU, token, claims: { nonce } });
    const { statusCode, headers } = await at.app.inject({ url: '/read', headers: { authorization: `DPoP ${token}`, dpop: proof } });
    const header = headers['www-authenticate'];
    const challenges = header === undefined ? {} : parseChallenges(new Response(null, { headers: { 'www-authenticate': String(header) } }));
    return { status: statusCode, error: challenges['DPoP']?.['error'], nonce: headers['dpop-nonce'] };
  };
}

describe('where nonces are demanded', () => {
  it('RS-DPOP-08: a proof without one is told to come with this one, and does', async () => {
    const call = await createCaller(await start({ dpop: { nonces: true } }));
    const first = await call();
    expect(first).toMatchObject({ status: 401, error: 'use_dpop_nonce', nonce: expect.stringMatching(/^[\w-]{43}$/) });
    expect(await call(first.nonce)).toMatchObject({ status: 200, nonce: first.nonce });
  });

  it('RS-DPOP-08: one of another server, of another resource or of nobody is not accepted', async () => {
    const api = await start({ dpop: { nonces: { secret: SECRET } } });
    const call = await createCaller(api);
    const ofAnotherResource = createNonces('https://login.example', api.clock, SECRET).current();
    const ofAnotherSecret = createNonces(RESOURCE, api.clock, `${SECRET}.`).current();
    expect((await call(createNonces(RESOURCE, api.clock, SECRET).current())).status).toBe(200);
    for (const nonce of [ofAnotherResource, ofAnotherSecret, '', 'x', 'A'.repeat(43)])
      expect(await call(nonce)).toMatchObject({ status: 401, error: 'use_dpop_nonce' });
    expect((await call(7)).error).toBe('invalid_dpop_proof');
  });

  it('RS-DPOP-08: one is good for a minute at least, and for two at most', async () => {
    const api = await start({ dpop: { nonces: true } });
    const call = await createCaller(api);
    const { nonce } = await call();
    api.clock.advance(60);
    expect((await call(nonce)).status).toBe(200);
    api.clock.advance(60);
    const late = await call(nonce);
    expect(late).toMatchObject({ status: 401, error: 'use_dpop_nonce' });
    expect(late.nonce).not.toBe(nonce);
    expect((await call(late.nonce)).status).toBe(200);
  });

  it('RS-DPOP-08: instances with one secret accept each other’s, and others do not', async () => {
    const one = await start({ dpop: { nonces: { secret: SECRET } } });
    const trust = { issuer: one.authorizationServer.issuer, clock: one.clock };
    const [other, alone] = [
      await start({ ...trust, dpop: { nonces: { secret: SECRET } } }),
      await start({ ...trust, dpop: { nonces: true } }),
    ];
    const call = await createCaller(one);
    const { nonce } = await call();
    expect((await call(nonce, other)).status).toBe(200);
    expect((await call(nonce, alone)).error).toBe('use_dpop_nonce');
  });

  it('a bearer token is given none', async () => {
    const api = await start({ dpop: { nonces: true } });
    const good = await api.get('/read', await api.authorizationServer.token({ claims: { scope: 'read' } }));
    expect([good.statusCode, good.headers['dpop-nonce']]).toEqual([200, undefined]);
    expect((await api.get('/read', 'x')).headers).not.toHaveProperty('dpop-nonce');
  });

  it('a secret that is too short is refused at the start', async () => {
    expect(() => createNonces(RESOURCE, { now: () => 0 }, 'short')).toThrow('32');
  });
});

describe('a client that others have written (oauth4webapi)', () => {
  it('RS-DPOP-01, RS-DPOP-08: is let in, learns the nonce, and is let in again', async () => {
    const api = await start({ dpop: { nonces: true } });
    const keys = await oauth.generateKeyPair('ES256', { extractable: false });
    const dpop = oauth.DPoP({}, keys);
    const token = await api.authorizationServer.token({ claims: { scope: 'read', cnf: { jkt: await dpop.calculateThumbprint() } } });
    const seen: number[] = [];
    const send = () =>
      oauth.protectedResourceRequest(token, 'GET', new URL(`${HTU}?page=2`), undefined, null, {
        DPoP: dpop,
        // What a proxy does: the request arrives at an address of its own.
        [oauth.customFetch]: async (_url, { headers }) => {
          const { statusCode, headers: answered, body } = await api.app.inject({ url: '/read?page=2', headers });
          seen.push(statusCode);
          return new Response(body, { status: statusCode, headers: answered as Record<string, string> });
        },
      });
    const refused = await send().catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(oauth.WWWAuthenticateChallengeError);
    expect(oauth.isDPoPNonceError(refused)).toBe(true);
    expect((refused as oauth.WWWAuthenticateChallengeError).cause.map(({ scheme }) => scheme)).toEqual(['bearer', 'dpop']);
    expect((await send()).status).toBe(200);
    expect((await send()).status).toBe(200);
    expect(seen).toEqual([401, 200, 200]);
  });
});
