import { REVOCATIONS_TYPE } from '@rolecall/contracts/revocations';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createKnownSignatures } from '../src/token/known-signatures.ts';
import { type GuardedApi, RESOURCE, startGuardedApi } from './support/guarded-api.ts';

let api: GuardedApi;
beforeEach(async () => {
  api = await startGuardedApi({ rememberSignatures: 100 });
});
afterEach(() => api.close());

const seconds = () => Math.floor(api.clock.now() / 1000);
const token = (claims: Record<string, unknown> = {}) => api.authorizationServer.token({ claims: { scope: 'read', ...claims } });
const status = async (presented: string, path = '/read') => (await api.get(path, presented)).statusCode;
/** Presents it until it is remembered. */
const remember = async (presented: string) => {
  for (let turn = 0; turn < 3; turn++) expect(await status(presented)).toBe(200);
};

describe('a token whose signature is remembered', () => {
  it('SEC-22: never outlives its time, nor comes back when the clock is set back before it', async () => {
    const short = await token({ exp: seconds() + 30, nbf: seconds() - 30 });
    await remember(short);
    api.clock.advance(30 + 59);
    expect(await status(short)).toBe(200);
    api.clock.advance(1);
    const expired = await api.get('/read', short);
    expect([expired.statusCode, expired.json().error_description]).toEqual([401, 'the access token has expired']);
    // So far back that it was not issued yet.
    api.clock.advance(-300);
    expect(await status(short)).toBe(401);
  });

  it('SEC-22: gives nobody another’s claims', async () => {
    const [alice, bob] = [await token({ sub: 'alice' }), await token({ sub: 'bob' })];
    for (let turn = 0; turn < 3; turn++) {
      expect((await api.get('/read', alice)).json()).toEqual({ subject: 'alice' });
      expect((await api.get('/read', bob)).json()).toEqual({ subject: 'bob' });
    }
  });

  it('SEC-22: lends its signature to nothing that differs from it in any part', async () => {
    const good = await token();
    await remember(good);
    const [header = '', claims = '', signature = ''] = good.split('.');
    const [, others = '', otherSignature = ''] = (await token({ sub: 'bob' })).split('.');
    for (const mixed of [
      `${header}.${others}.${signature}`,
      `${header}.${claims}.${otherSignature}`,
      `${header}.${claims}.${signature.slice(0, -2)}`,
      `${header}.${claims}.`,
      `${header}${claims}..${signature}`,
      `${good}=`,
    ])
      expect(await status(mixed)).toBe(401);
    expect(await status(good)).toBe(200);
  });

  it('SEC-22: is refused as soon as it is revoked', async () => {
    const doomed = await token({ jti: 'doomed' });
    await remember(doomed);
    api.feed.revocations.push({ claim: 'jti', value: 'doomed', at: seconds() });
    api.clock.advance(3.5);
    expect(await status(doomed)).toBe(401);
  });

  it('SEC-22: is refused as soon as its key is not the issuer’s any more', async () => {
    const old = await token({ exp: seconds() + 3600 });
    await remember(old);
    await api.authorizationServer.rotate();
    api.authorizationServer.keys.shift();
    // Another token names the new key: the keys are fetched anew.
    expect(await status(await token())).toBe(200);
    expect(await status(old)).toBe(401);
  });

  it('SEC-22: is refused where its key’s name stands for another key now', async () => {
    const old = await token({ exp: seconds() + 3600 });
    await remember(old);
    const [first] = api.authorizationServer.keys;
    await api.authorizationServer.rotate();
    const [, second] = api.authorizationServer.keys;
    api.authorizationServer.keys.splice(0, 2, { ...second, kid: first?.kid as string });
    api.clock.advance(301);
    expect(await status(old)).toBe(401);
  });

  it('is no answer when the keys are too old to be used', async () => {
    const good = await token({ exp: seconds() + 7200 });
    await remember(good);
    for (const path of ['/jwks', '/.well-known/oauth-authorization-server'])
      api.authorizationServer.behave(path, (response) => void response.destroy());
    api.clock.advance(61 * 60);
    expect(await status(good)).toBe(503);
  });

  it('needs its scope and its login each time', async () => {
    const good = await token({ auth_time: seconds() });
    await remember(good);
    expect(await status(good, '/write')).toBe(403);
    expect(await status(good, '/recent')).toBe(200);
    api.clock.advance(61);
    expect(await status(good, '/recent')).toBe(401);
  });

  it('was good: nothing is remembered of others', async () => {
    const wrong = await token({ aud: 'https://other.example' });
    for (let turn = 0; turn < 3; turn++) expect(await status(wrong)).toBe(401);
    const feed = await api.authorizationServer.sign({ iss: api.authorizationServer.issuer, aud: RESOURCE }, REVOCATIONS_TYPE);
    for (let turn = 0; turn < 3; turn++) expect(await status(feed)).toBe(401);
  });
});

describe('the memory of signatures', () => {
  it('has a bound, and hands out claims that nobody can change', () => {
    const known = createKnownSignatures(2);
    const signed = { header: { alg: 'ES256' }, claims: { sub: 'alice', roles: [{ name: 'reader' }] }, key: {} as never };
    for (const each of ['a', 'b', 'c']) known.add(each, signed);
    expect(known.find('a')).toBeUndefined();
    const claims = known.find('c')?.claims as typeof signed.claims;
    expect(() => (claims.sub = 'bob')).toThrow();
    expect(() => ((claims.roles[0] as { name: string }).name = 'admin')).toThrow();
  });

  it('is there only where it is asked for', () => {
    const none = createKnownSignatures(0);
    none.add('a', { header: { alg: 'ES256' }, claims: {}, key: {} as never });
    expect(none.find('a')).toBeUndefined();
  });
});
