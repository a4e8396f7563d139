import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KEYS_PATH, METADATA_PATH } from '../test-support/authorization-server.ts';
import { type GuardedApi, INTROSPECTION, startGuardedApi } from './support/guarded-api.ts';

// The authorization server is away for more than a minute, while an API that it issues tokens for is called all the time, over HTTP.
const AWAY_SECONDS = 70;
const STEP_SECONDS = 0.5;
const CALLS_AT_ONCE = 10;

let api: GuardedApi;
let url: string;
let isClosed: boolean;
/** Requests that the authorization server does not answer. */
let held: { response: ServerResponse; until: number }[];
beforeEach(async () => {
  api = await startGuardedApi({ introspection: INTROSPECTION });
  await api.app.listen({ host: '127.0.0.1', port: 0 });
  url = `http://127.0.0.1:${(api.app.server.address() as AddressInfo).port}`;
  isClosed = false;
  held = [];
});
afterEach(async () => {
  if (!isClosed) await api.authorizationServer.close();
  await api.app.close();
});

interface Call {
  status: number;
  milliseconds: number;
}

const call = async (token: string, path = '/read'): Promise<Call & { retryAfter: number }> => {
  const begun = performance.now();
  const response = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } });
  await response.arrayBuffer();
  return { status: response.status, milliseconds: performance.now() - begun, retryAfter: Number(response.headers.get('retry-after')) };
};

/** Calls all the time, for so many seconds of the API's clock. Each wave has to be answered before the next. */
async function load(tokens: readonly string[], seconds: number): Promise<Call[]> {
  const calls: Call[] = [];
  for (let passed = 0; passed < seconds; passed += STEP_SECONDS) {
    api.clock.advance(STEP_SECONDS);
    for (const { response } of held.filter(({ until }) => until <= api.clock.now())) response.destroy();
    calls.push(...(await Promise.all(Array.from({ length: CALLS_AT_ONCE }, (_, index) => call(tokens[index % tokens.length] as string)))));
  }
  return calls;
}

const jwt = (claims: Record<string, unknown> = {}) =>
  api.authorizationServer.token({ claims: { scope: 'read', exp: Math.floor(api.clock.now() / 1000) + 3600, ...claims } });

const PATHS = [METADATA_PATH, KEYS_PATH, '/revocations', '/introspect'];

/**
 * It takes a request and never answers. The guard gives up after two seconds of the machine's time; the API's clock runs faster here than that,
 * so that the connection ends when two seconds have passed by that one.
 */
const hold = (begin: (response: ServerResponse) => void) => async () => {
  for (const path of PATHS)
    api.authorizationServer.behave(path, (response) => {
      begin(response);
      held.push({ response, until: api.clock.now() + 2_000 });
    });
};

const ways: [string, () => Promise<void>][] = [
  [
    'refuses connections',
    async () => {
      await api.authorizationServer.close();
      isClosed = true;
    },
  ],
  ['accepts connections and never answers', hold(() => {})],
  ['begins an answer and never ends it', hold((response) => void response.writeHead(200).write('{'))],
];

describe.each(ways)('an authorization server that %s for more than a minute', (_what, away) => {
  it('loses no call with a valid JWT, and holds up none for long, or again', async () => {
    const revoked = await jwt({ jti: 'dead' });
    const tokens = await Promise.all(Array.from({ length: CALLS_AT_ONCE }, () => jwt()));
    api.feed.revocations.push({ claim: 'jti', value: 'dead', at: Math.floor(api.clock.now() / 1000) });
    expect(new Set((await load(tokens, 1)).map(({ status }) => status))).toEqual(new Set([200]));
    // So that the keys, too, have to be fetched anew while it is away.
    api.clock.advance(230);
    await load(tokens, 1);
    await away();

    const calls = await load(tokens, AWAY_SECONDS);
    expect(calls).toHaveLength((AWAY_SECONDS / STEP_SECONDS) * CALLS_AT_ONCE);
    expect(new Set(calls.map(({ status }) => status))).toEqual(new Set([200]));
    // Less than two time-outs.
    expect(Math.max(...calls.map(({ milliseconds }) => milliseconds))).toBeLessThan(3_900);
    // Once, and only by those who came together then: they waited for the feed.
    expect(calls.filter(({ milliseconds }) => milliseconds > 1_900).length).toBeLessThanOrEqual(CALLS_AT_ONCE);
    // What was known to be revoked stays so, and what is not valid is as little as ever.
    expect((await call(revoked)).status).toBe(401);
    expect((await call(await jwt({ aud: 'https://other.example' }))).status).toBe(401);
    expect((await call('a.b.c')).status).toBe(401);
  });

  it('RS-JWT-09: what needs introspection gets 503 with Retry-After, soon', async () => {
    expect((await call(await jwt())).status).toBe(200);
    await away();
    for (let turn = 0; turn < 3; turn++) {
      api.clock.advance(1);
      const { status, milliseconds, retryAfter } = await call('opaque');
      expect(status).toBe(503);
      expect(retryAfter).toBeGreaterThan(0);
      expect(milliseconds).toBeLessThan(5_000);
    }
    // JWTs go on beside it.
    expect((await call(await jwt())).status).toBe(200);
  });
});

it('what was revoked meanwhile is refused soon after the authorization server is back', async () => {
  const doomed = await jwt({ jti: 'doomed' });
  await load([doomed], 1);
  api.authorizationServer.behave('/revocations', (response) => void response.destroy());
  expect(new Set((await load([doomed], 30)).map(({ status }) => status))).toEqual(new Set([200]));
  const claims = {
    iss: api.authorizationServer.issuer,
    iat: Math.floor(api.clock.now() / 1000),
    exp: Math.floor(api.clock.now() / 1000) + 60,
  };
  const feed = await api.authorizationServer.sign(
    { ...claims, revocations: [{ claim: 'jti', value: 'doomed', at: claims.iat }] },
    'revocations+jwt',
  );
  api.authorizationServer.behave('/revocations', (response) => void response.end(feed));
  api.clock.advance(5);
  await expect.poll(async () => (await call(doomed)).status).toBe(401);
});
