import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Stores } from '../src/stores/types.ts';
import {
  answer,
  createSigning,
  KEYS_PATH,
  METADATA_PATH,
  publicJwk,
  startAuthorizationServer,
} from '@rolecall/resource-guard/test-support/authorization-server';
import { openTestStores, startResourceServer, type TestResourceServer } from './support/resource-server.ts';

const NORMAL_AGAIN = 3;
const STALE = 11 * 60;
const TOO_OLD = 61 * 60;

let stores: Stores;
let server: TestResourceServer;
beforeAll(async () => {
  stores = await openTestStores();
});
beforeEach(async () => {
  // Every test has a service that knows no keys yet; their notes are of no interest, so the stores are the same for all.
  server = await startResourceServer({ stores: { ...stores, close: async () => {} } });
});
afterEach(() => server.close());
afterAll(() => stores.close());

const status = async (token?: string) => (await server.request('/notes', token === undefined ? {} : { token })).status;
const unknownKey = (kid: string) => server.authorizationServer.token({ header: { kid } });

describe('the keys of the authorization server', () => {
  it('are asked for with the first token and then kept', async () => {
    const { authorizationServer } = server;
    expect(authorizationServer.requests).toEqual([]);
    await server.request('/notes', { token: null });
    await server.request('/health/ready', { token: null });
    expect(authorizationServer.requests).toEqual([]);
    for (let count = 0; count < 5; count++) expect(await status()).toBe(200);
    expect(authorizationServer.requests.map(({ path }) => path)).toEqual([METADATA_PATH, KEYS_PATH]);
  });

  it('are asked for once, however many first tokens come at the same time', async () => {
    expect(await Promise.all(Array.from({ length: 20 }, () => status()))).toEqual(Array(20).fill(200));
    expect(server.authorizationServer.keyRequests()).toBe(1);
  });

  it('RS-JWT-08: SEC-57: a new key is known as soon as a token names it, without a restart', async () => {
    const { authorizationServer } = server;
    const before = await authorizationServer.token();
    expect(await status(before)).toBe(200);
    await authorizationServer.rotate();
    const after = await authorizationServer.token();
    expect(await Promise.all([status(after), status(after), status(before), status(after)])).toEqual([200, 200, 200, 200]);
    expect(authorizationServer.keyRequests()).toBe(2);
  });

  it('RS-JWT-08: a key that was withdrawn is refused once the keys are fetched again', async () => {
    const { authorizationServer } = server;
    const old = await authorizationServer.token({ claims: { exp: Math.floor(server.clock.now() / 1000) + 3600 } });
    expect(await status(old)).toBe(200);
    await authorizationServer.rotate();
    authorizationServer.keys.shift();
    server.clock.advance(STALE);
    expect(await status()).toBe(200);
    expect(await status(old)).toBe(401);
  });

  it('RS-JWT-08: a flood of unknown keys is no flood for the authorization server', async () => {
    const { authorizationServer } = server;
    const tokens = await Promise.all(Array.from({ length: 100 }, (_, index) => unknownKey(`random-${index}`)));
    const half = tokens.splice(50);
    expect(new Set(await Promise.all(half.map(status)))).toEqual(new Set([401]));
    for (const token of tokens) expect(await status(token)).toBe(401);
    expect(authorizationServer.keyRequests()).toBeLessThanOrEqual(2);
    expect(await status()).toBe(200);
    server.clock.advance(10);
    expect(await status(await unknownKey('one-more'))).toBe(401);
    expect(authorizationServer.keyRequests()).toBeLessThanOrEqual(3);
  });

  it('RS-JWT-08: a rotation is noticed while the flood goes on', async () => {
    const { authorizationServer } = server;
    for (let count = 0; count < 5; count++) await status(await unknownKey(`random-${count}`));
    await authorizationServer.rotate();
    server.clock.advance(10);
    expect(await status()).toBe(200);
  });
});

describe('an authorization server in trouble', () => {
  it.each([
    ['metadata with status 500', METADATA_PATH, 500, {}],
    ['metadata that is not an object', METADATA_PATH, 200, []],
    ['metadata without members', METADATA_PATH, 200, {}],
    ['metadata over 256 kB', METADATA_PATH, 200, { filler: 'x'.repeat(300_000) }],
    ['keys with status 404', KEYS_PATH, 404, {}],
    ['keys that are no key set', KEYS_PATH, 200, { keys: 'none' }],
    ['keys over 256 kB', KEYS_PATH, 200, { keys: [], filler: 'x'.repeat(300_000) }],
  ])('RS-JWT-09: %s: 503 with Retry-After, and no more than one attempt in that time', async (_what, path, code, body) => {
    const { authorizationServer } = server;
    authorizationServer.behave(path, (response) => answer(response, code, body));
    const response = await server.request('/notes');
    expect(response.status).toBe(503);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('www-authenticate')).toBeNull();
    expect(await response.json()).toMatchObject({ error: 'temporarily_unavailable' });
    const asked = authorizationServer.requests.length;
    expect(await status()).toBe(503);
    expect(authorizationServer.requests.length).toBe(asked);
    authorizationServer.behave(path);
    server.clock.advance(NORMAL_AGAIN);
    expect(await status()).toBe(200);
  });

  it('RS-JWT-09: text that is not JSON, a broken connection and a redirect give 503, and the redirect is not followed', async () => {
    const { authorizationServer } = server;
    for (const path of [METADATA_PATH, KEYS_PATH]) {
      authorizationServer.behave(path, (response) => response.end('<html>'));
      expect(await status()).toBe(503);
      server.clock.advance(NORMAL_AGAIN);
      authorizationServer.behave(path, (response) => response.destroy());
      expect(await status()).toBe(503);
      server.clock.advance(NORMAL_AGAIN);
      authorizationServer.behave(path, (response) => answer(response, 302, {}, { location: '/elsewhere' }));
      expect(await status()).toBe(503);
      server.clock.advance(NORMAL_AGAIN);
      authorizationServer.behave(path);
    }
    expect(authorizationServer.requests.map(({ path }) => path)).not.toContain('/elsewhere');
    expect(await status()).toBe(200);
  });

  it('RS-JWT-09: SEC-55: one that accepts the connection and never answers costs a little more than 2 s, once', async () => {
    const { authorizationServer } = server;
    authorizationServer.behave(METADATA_PATH, () => {});
    const begun = performance.now();
    expect(await Promise.all([status(), status(), status()])).toEqual([503, 503, 503]);
    // Less than two time-outs.
    expect(performance.now() - begun).toBeLessThan(3_900);
    authorizationServer.behave(METADATA_PATH, (response) => void response.writeHead(200).write('{"issuer":'));
    server.clock.advance(NORMAL_AGAIN);
    const begunAgain = performance.now();
    expect(await status()).toBe(503);
    expect(performance.now() - begunAgain).toBeLessThan(3_900);
  });

  it('RS-JWT-09: one that is not there at all gives 503 for tokens, and no other part of the service needs it', async () => {
    await server.authorizationServer.close();
    expect(await status()).toBe(503);
    expect((await server.request('/health/ready', { token: null })).status).toBe(200);
    expect((await server.request('/notes', { token: null })).status).toBe(401);
    server.authorizationServer.close = async () => {};
  });

  it('keys that are known go on working for an hour, and no longer', async () => {
    const { authorizationServer } = server;
    expect(await status()).toBe(200);
    authorizationServer.behave(KEYS_PATH, (response) => answer(response, 500, {}));
    server.clock.advance(STALE);
    expect(await status()).toBe(200);
    expect(await status(await authorizationServer.token({ claims: { aud: 'x' } }))).toBe(401);
    server.clock.advance(TOO_OLD - STALE);
    expect(await status()).toBe(503);
  });

  it('RS-JWT-09: a key that could not be looked up is neither accepted nor refused', async () => {
    const { authorizationServer } = server;
    expect(await status()).toBe(200);
    authorizationServer.behave(KEYS_PATH, (response) => answer(response, 500, {}));
    await authorizationServer.rotate();
    expect(await status()).toBe(503);
    expect(await status()).toBe(503);
    authorizationServer.behave(KEYS_PATH);
    server.clock.advance(10);
    expect(await status()).toBe(200);
  });

  it('SEC-56: a clock that is set back prolongs nothing', async () => {
    const { authorizationServer } = server;
    expect(await status()).toBe(200);
    authorizationServer.keys.length = 0;
    await authorizationServer.rotate();
    server.clock.advance(-3600);
    expect(await status()).toBe(200);
  });
});

describe('the issuer’s metadata', () => {
  it.each([
    ['another issuer', (issuer: string) => ({ issuer: `${issuer}.evil.example` })],
    ['the issuer with a slash more', (issuer: string) => ({ issuer: `${issuer}/` })],
    ['no issuer', () => ({ issuer: undefined })],
    ['keys at a file', () => ({ jwks_uri: 'file:///etc/passwd' })],
    ['no place for keys', () => ({ jwks_uri: undefined })],
  ])('RS-JWT-11: with %s is not believed', async (_what, change) => {
    const { authorizationServer } = server;
    Object.assign(authorizationServer.metadata, change(authorizationServer.issuer));
    expect(await status()).toBe(503);
    expect(authorizationServer.keyRequests()).toBe(0);
  });

  it('RS-JWT-11: another issuer’s keys sign nothing for this one', async () => {
    const other = await startAuthorizationServer(server.clock, 'http://localhost:4001');
    const forged = await other.token({ claims: { iss: server.authorizationServer.issuer }, header: { kid: 'others' } });
    expect(await status(forged)).toBe(401);
    expect(await status(await other.token())).toBe(401);
    expect(other.requests).toEqual([]);
    await other.close();
  });

  it('is found where OpenID Connect has it, too', async () => {
    const { authorizationServer } = server;
    authorizationServer.behave(METADATA_PATH, (response) => answer(response, 404, {}));
    authorizationServer.behave('/.well-known/openid-configuration', (response) => answer(response, 200, authorizationServer.metadata));
    expect(await status()).toBe(200);
  });

  it('of an issuer with a path is where RFC 8414 §3.1 puts it', async () => {
    const tenant = await startResourceServer({ issuerPath: '/realms/notes' });
    expect((await tenant.request('/notes')).status).toBe(200);
    expect(tenant.authorizationServer.requests[0]?.path).toBe(`${METADATA_PATH}/realms/notes`);
    await tenant.close();
  });

  it('may list keys that are not understood beside those that are', async () => {
    const { authorizationServer } = server;
    const encryption = await publicJwk(await createSigning('enc'));
    authorizationServer.keys.unshift({ kty: 'new', kid: 'x' }, { ...encryption, use: 'enc' });
    expect(await status()).toBe(200);
  });
});
