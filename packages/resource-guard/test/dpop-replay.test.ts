import { createMemoryStore } from '@rolecall/storage/memory-store';
import type { ShortLivedStore } from '@rolecall/storage/short-lived-store';
import { createMovableClock } from '@rolecall/storage/test-support/movable-clock';
import { afterEach, describe, expect, it } from 'vitest';
import type { DpopOptions } from '../src/dpop/proofs.ts';
import { createMemoryReplays } from '../src/dpop/replays.ts';
import { createProofKey, type ProofKey, signProof } from '../test-support/proof.ts';
import { type GuardedApi, startGuardedApi } from './support/guarded-api.ts';

const running: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of running.splice(0)) await each.close();
});

async function start(options: Parameters<typeof startGuardedApi>[0] = {}): Promise<GuardedApi> {
  const api = await startGuardedApi(options);
  running.push(api);
  return api;
}

async function credentials(api: GuardedApi, key?: ProofKey, claims: Record<string, unknown> = {}) {
  const owner = key ?? (await createProofKey());
  const token = await api.authorizationServer.token({ claims: { scope: 'read', cnf: { jkt: owner.jkt } } });
  const proof = await signProof(owner, { clock: api.clock, htu: 'https://api.example/read', token, claims });
  return { authorization: `DPoP ${token}`, dpop: proof };
}

const get = async (api: GuardedApi, headers: Record<string, string>) => {
  const { statusCode, headers: answered, body } = await api.app.inject({ url: '/read', headers });
  return { status: statusCode, error: (JSON.parse(body) as { error?: string }).error, retryAfter: answered['retry-after'] };
};

describe('a proof that was used', () => {
  it('RS-DPOP-07, SEC-28: is refused, at once and to the end of its time', async () => {
    const api = await start();
    const headers = await credentials(api);
    expect((await get(api, headers)).status).toBe(200);
    for (const seconds of [0, 1, 298]) {
      api.clock.advance(seconds);
      expect(await get(api, headers)).toMatchObject({ status: 401, error: 'invalid_dpop_proof' });
    }
  });

  it('RS-DPOP-07: is refused to the end of its time where that began in the future', async () => {
    const api = await start();
    const headers = await credentials(api, undefined, { iat: api.clock.now() / 1000 + 290 });
    expect((await get(api, headers)).status).toBe(200);
    api.clock.advance(585);
    expect((await get(api, headers)).error).not.toBeUndefined();
  });

  it('RS-DPOP-07: of any number of requests that come together, one goes through', async () => {
    const api = await start();
    const headers = await credentials(api);
    const answers = await Promise.all(Array.from({ length: 20 }, () => get(api, headers)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ error }) => error === 'invalid_dpop_proof')).toHaveLength(19);
  });

  it('is known by its key as well: nobody can use up the jti of another', async () => {
    const api = await start();
    for (let turn = 0; turn < 2; turn++) expect((await get(api, await credentials(api, undefined, { jti: 'one' }))).status).toBe(200);
  });

  it('that was refused for something else was not used', async () => {
    const api = await start();
    const headers = await credentials(api);
    expect((await api.app.inject({ url: '/read', method: 'HEAD', headers })).statusCode).toBe(401);
    expect((await get(api, headers)).status).toBe(200);
  });
});

describe('several instances', () => {
  it('RS-DPOP-07: with one store accept a proof once among them', async () => {
    const store = createMemoryStore();
    running.push(store);
    const [one, other] = await startTwo({ replays: store });
    const headers = await credentials(one);
    const answers = await Promise.all([one, other, one, other].map((api) => get(api, headers)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401]);
  });

  it('RS-DPOP-07: a store that is down lets nobody in, and bearer tokens as ever', async () => {
    const down: Pick<ShortLivedStore, 'claim'> = { claim: () => Promise.reject(new Error('down')) };
    const api = await start({ dpop: { replays: down } });
    const answered = await get(api, await credentials(api));
    expect(answered).toMatchObject({ status: 503, error: 'temporarily_unavailable' });
    expect(Number(answered.retryAfter)).toBeGreaterThan(0);
    const bearer = await api.authorizationServer.token({ claims: { scope: 'read' } });
    expect((await api.get('/read', bearer)).statusCode).toBe(200);
  });

  /** Two guards of one resource, which trust one authorization server. */
  async function startTwo(dpop: DpopOptions): Promise<[GuardedApi, GuardedApi]> {
    const one = await start({ dpop });
    const other = await start({ dpop, issuer: one.authorizationServer.issuer, clock: one.clock });
    return [one, other];
  }
});

describe('the memory of used proofs', () => {
  it('has a bound, gives up none before its time, and is free again after it', async () => {
    const clock = createMovableClock();
    const replays = createMemoryReplays(clock, 3);
    for (const key of ['a', 'b', 'c']) expect(await replays.claim(key, 60)).toBe(true);
    await expect(replays.claim('d', 60)).rejects.toThrow('too many');
    expect(await replays.claim('a', 60)).toBe(false);
    clock.advance(60);
    for (const key of ['a', 'd', 'e']) expect(await replays.claim(key, 60)).toBe(true);
    await expect(replays.claim('f', 60)).rejects.toThrow('too many');
  });
});
