import { REVOCATIONS_TYPE } from '@rolecall/contracts/revocations';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answer, createSigning } from '../test-support/authorization-server.ts';
import { signClaims } from '../test-support/sign-token.ts';
import { type GuardedApi, startGuardedApi } from './support/guarded-api.ts';

let api: GuardedApi;
beforeEach(async () => {
  api = await startGuardedApi();
});
afterEach(() => api.close());

const seconds = () => Math.floor(api.clock.now() / 1000);
const status = async (token: string) => (await api.get('/read', token)).statusCode;
const token = (claims: Record<string, unknown> = {}) => api.authorizationServer.token({ claims: { scope: 'read', ...claims } });

describe('a JWT that was revoked', () => {
  it.each(['grant_id', 'jti', 'client_id', 'sub'] as const)('by its %s is refused within five seconds', async (claim) => {
    const [doomed, other] = [await token({ [claim]: 'doomed' }), await token({ [claim]: 'another' })];
    expect(await status(doomed)).toBe(200);
    api.feed.revocations.push({ claim, value: 'doomed', at: seconds() });
    // The issuer takes a second and a half to say so; what is left is the guard's.
    api.clock.advance(3.5);
    const refused = await api.get('/read', doomed);
    expect(refused.statusCode).toBe(401);
    expect(refused.headers['www-authenticate']).toContain('error="invalid_token"');
    expect(await status(other)).toBe(200);
  });

  it('before the first token came is refused at once', async () => {
    api.feed.revocations.push({ claim: 'grant_id', value: 'g', at: seconds() });
    expect(await status(await token({ grant_id: 'g' }))).toBe(401);
  });

  it('by its client or user lets in what is issued later, by its grant nothing', async () => {
    for (const claim of ['client_id', 'sub', 'grant_id'] as const) api.feed.revocations.push({ claim, value: 'x', at: seconds() });
    api.clock.advance(10);
    expect(await status(await token({ client_id: 'x' }))).toBe(200);
    expect(await status(await token({ sub: 'x' }))).toBe(200);
    expect(await status(await token({ grant_id: 'x' }))).toBe(401);
    const early = { iat: seconds() - 10 };
    expect(await status(await token({ client_id: 'x', ...early }))).toBe(401);
    expect(await status(await token({ sub: 'x', ...early }))).toBe(401);
  });

  it('stays refused when the feed no longer repeats it', async () => {
    api.feed.revocations.push({ claim: 'jti', value: 'j', at: seconds() });
    const dead = await token({ jti: 'j' });
    expect(await status(dead)).toBe(401);
    api.feed.revocations.length = 0;
    for (let turn = 0; turn < 5; turn++) {
      api.clock.advance(4);
      expect(await status(dead)).toBe(401);
    }
  });
});

describe('the feed', () => {
  it('is asked for what is new, every two seconds at the most', async () => {
    const good = await token();
    await Promise.all(Array.from({ length: 20 }, () => status(good)));
    expect(api.feed.asked).toEqual([null]);
    const asOf = seconds();
    api.clock.advance(1);
    await status(good);
    expect(api.feed.asked).toHaveLength(1);
    api.clock.advance(3);
    await Promise.all(Array.from({ length: 20 }, () => status(good)));
    expect(api.feed.asked).toEqual([null, String(asOf)]);
  });

  it('is fetched while requests go on, as long as what is known is young enough', async () => {
    const good = await token();
    await status(good);
    let release = () => {};
    api.authorizationServer.behave('/revocations', (response) => (release = () => void response.destroy()));
    api.clock.advance(2.5);
    expect(await status(good)).toBe(200);
    release();
  });

  it('is not asked for by an API that nobody calls', async () => {
    expect((await api.get('/open')).statusCode).toBe(200);
    expect((await api.get('/read')).statusCode).toBe(401);
    expect(api.feed.asked).toEqual([]);
  });

  const failures: [string, () => Promise<string> | string | number][] = [
    ['with status 503', () => 503],
    ['that is no JWT', () => 'nonsense'],
    [
      'signed by another key',
      async () => {
        const { key, header } = await createSigning('foreign');
        return signClaims(
          { ...feedClaims(), revocations: [] },
          { key, publicKey: key as never, header: { ...header, typ: REVOCATIONS_TYPE } },
        );
      },
    ],
    ['of another type', () => api.authorizationServer.sign({ ...feedClaims(), revocations: [] }, 'at+jwt')],
    [
      'of another issuer',
      () => api.authorizationServer.sign({ ...feedClaims(), iss: 'https://evil.example', revocations: [] }, REVOCATIONS_TYPE),
    ],
    ['that has expired', () => api.authorizationServer.sign({ ...feedClaims(), exp: seconds() - 120, revocations: [] }, REVOCATIONS_TYPE)],
    [
      'from before the last one',
      () => api.authorizationServer.sign({ ...feedClaims(), iat: seconds() - 120, revocations: [] }, REVOCATIONS_TYPE),
    ],
  ];
  const feedClaims = () => ({ iss: api.authorizationServer.issuer, iat: seconds(), exp: seconds() + 60 });

  it.each(failures)('%s takes nothing back, and the API goes on', async (_what, feed) => {
    api.feed.revocations.push({ claim: 'jti', value: 'j', at: seconds() });
    const [dead, good] = [await token({ jti: 'j' }), await token()];
    expect(await status(dead)).toBe(401);
    const said = await feed();
    let asked = 0;
    api.authorizationServer.behave('/revocations', (response) => {
      asked += 1;
      if (typeof said === 'number') answer(response, said, {});
      else response.end(said);
    });
    api.clock.advance(4);
    expect(await status(good)).toBe(200);
    expect(await status(dead)).toBe(401);
    expect(await status(good)).toBe(200);
    expect(asked).toBe(1);
    // After a few failures it is left alone for longer.
    for (let turn = 0; turn < 20; turn++) {
      api.clock.advance(0.5);
      expect(await status(good)).toBe(200);
    }
    await expect.poll(() => asked).toBeLessThanOrEqual(5);
  });

  it('is followed again at once when this machine’s clock was set back: what it said before does not lie in the future for an hour', async () => {
    api.clock.advance(3_600);
    expect(await status(await token())).toBe(200);
    api.clock.advance(-3_600);
    const doomed = await token({ jti: 'doomed' });
    expect(await status(doomed)).toBe(200);
    api.feed.revocations.push({ claim: 'jti', value: 'doomed', at: seconds() });
    api.clock.advance(3.5);
    expect(await status(doomed)).toBe(401);
  });

  it('that fails once is asked for again at once: the bound holds', async () => {
    const doomed = await token({ jti: 'doomed' });
    expect(await status(doomed)).toBe(200);
    const claims = { ...feedClaims(), revocations: [{ claim: 'jti', value: 'doomed', at: seconds() }] };
    const said = await api.authorizationServer.sign(claims, REVOCATIONS_TYPE);
    let asked = 0;
    api.authorizationServer.behave('/revocations', (response) => {
      asked += 1;
      if (asked === 1) answer(response, 503, {});
      else response.end(said);
    });
    api.clock.advance(2);
    expect(await status(doomed)).toBe(200);
    await expect.poll(() => asked).toBe(1);
    api.clock.advance(0.5);
    await status(doomed);
    await expect.poll(() => status(doomed)).toBe(401);
    expect(asked).toBe(2);
  });

  it('may list kinds that are not known here: the rest counts', async () => {
    api.feed.revocations.push({ claim: 'of_tomorrow' as never, value: 'x', at: seconds() }, { claim: 'jti', value: 'j', at: seconds() });
    expect(await status(await token({ jti: 'j' }))).toBe(401);
  });

  it('may be large: all of an hour of a busy issuer', async () => {
    for (let index = 0; index < 50_000; index++)
      api.feed.revocations.push({ claim: 'jti', value: `some-22-characters-${index}`, at: seconds() });
    api.feed.revocations.push({ claim: 'jti', value: 'j', at: seconds() });
    expect(await status(await token({ jti: 'j' }))).toBe(401);
  });

  it('need not be there: other products have none', async () => {
    const plain = await startGuardedApi({ feed: false });
    expect((await plain.get('/read', await plain.authorizationServer.token({ claims: { scope: 'read' } }))).statusCode).toBe(200);
    expect(plain.feed.asked).toEqual([]);
    await plain.close();
  });
});
