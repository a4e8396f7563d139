import { type SigningAlgorithm, signingAlgorithm } from '@rolecall/contracts/jwks';
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { postToken } from './support/flow.ts';
import { startTestServer, type TestServer } from './support/test-server.ts';

const DAY = 86_400;
/** Seconds that a key is published before it signs. */
const ANNOUNCED = 720;

const kidOf = (token: string) => decodeProtectedHeader(token).kid;

describe.each(signingAlgorithm.options)('rotation of %s', (algorithm) => {
  const RESOURCE = `https://${algorithm.toLowerCase()}.example`;

  async function start(environment: Record<string, string> = {}): Promise<TestServer> {
    const server = await startTestServer(environment);
    onTestFinished(() => server.close());
    await server.registerResource({
      identifier: RESOURCE,
      name: 'A resource',
      scopes: [{ name: 'read', description: 'Read' }],
      signingAlgorithm: algorithm,
    });
    await server.register({ id: 'service', grantTypes: ['client_credentials'], redirectUris: [], scopes: ['read'] });
    return server;
  }
  const token = async (server: TestServer, app = server.app): Promise<string> => {
    const form = { grant_type: 'client_credentials', client_id: 'service', client_secret: 'a-secret-for-tests', resource: RESOURCE };
    const response = await postToken({ ...server, app }, form);
    expect(response.statusCode).toBe(200);
    return response.json().access_token;
  };
  const published = async ({ app }: Pick<TestServer, 'app'>): Promise<JSONWebKeySet> => (await app.inject('/jwks')).json();
  const kids = async (server: Pick<TestServer, 'app'>) =>
    (await published(server)).keys.filter(({ alg }) => alg === algorithm).map(({ kid }) => kid);
  const verify = async (server: TestServer, jwt: string, keys?: JSONWebKeySet) =>
    jwtVerify(jwt, createLocalJWKSet(keys ?? (await published(server))), {
      algorithms: [algorithm],
      audience: RESOURCE,
      currentDate: new Date(server.clock.now()),
    });
  /** Whether the server itself takes it for good: its own client asks. */
  const isActive = async (server: TestServer, jwt: string, app = server.app): Promise<boolean> => {
    const form = { token: jwt, client_id: 'service', client_secret: 'a-secret-for-tests' };
    return (await postToken({ ...server, app }, form, {}, '/introspect')).json().active;
  };
  const audited = (server: TestServer) =>
    server
      .logged()
      .split('\n')
      .filter((line) => line.includes('"key_rotated"'))
      .map((line) => JSON.parse(line).audit.details);

  it('AS-JWKS-02: by time: a new key is published before it signs, and the old one until all that it signed has expired', async () => {
    const server = await start();
    const oldKid = kidOf(await token(server));

    server.clock.advance(91 * DAY);
    const announced = await published(server);
    const [, newKid] = await kids(server);
    expect(await kids(server)).toEqual([oldKid, newKid]);
    expect(kidOf(await token(server))).toBe(oldKid);
    server.clock.advance(ANNOUNCED - 1);
    expect(kidOf(await token(server))).toBe(oldKid);

    server.clock.advance(2);
    const first = await token(server);
    expect(kidOf(first)).toBe(newKid);
    await verify(server, first, announced);
    expect(await kids(server)).toEqual([oldKid, newKid]);

    server.clock.advance(3_660);
    await verify(server, await token(server));
    expect(await kids(server)).toEqual([newKid]);
    const kept = (await server.stores.signingKeys.list()).filter((record) => record.algorithm === algorithm);
    expect(kept.map(({ kid }) => kid)).toEqual([newKid]);
    expect(audited(server)).toContainEqual(expect.objectContaining({ algorithm, kid: newKid, by: 'time', immediately: false }));
  });

  it('AS-JWKS-02: by time: a token of the old key verifies until it expires', async () => {
    const server = await start({ ACCESS_TOKEN_LIFETIME: '3600' });
    server.clock.advance(91 * DAY);
    await published(server);
    server.clock.advance(ANNOUNCED - 1);
    const old = await token(server);
    server.clock.advance(61);
    const young = await token(server);
    expect(kidOf(young)).not.toBe(kidOf(old));
    server.clock.advance(3_500);
    for (const each of [old, young]) {
      await verify(server, each);
      expect(await isActive(server, each)).toBe(true);
    }
  });

  it('AS-JWKS-02: by command: announced at once to every instance, without a restart, and signs as late as any other', async () => {
    const server = await start();
    const other = await server.startAnother();
    const old = await token(server);
    const { kid, signsFrom } = await (await server.openKeyRing()).rotate(algorithm);
    expect(signsFrom).toBe(server.clock.now() + ANNOUNCED * 1000);
    await other.changeFeed.poll();
    for (const app of [server.app, other]) {
      expect(await kids({ app })).toEqual([kidOf(old), kid]);
      expect(kidOf(await token(server, app))).toBe(kidOf(old));
    }
    server.clock.advance(ANNOUNCED);
    for (const app of [server.app, other]) expect(kidOf(await token(server, app))).toBe(kid);
    await verify(server, await token(server));
  });

  it('AS-JWKS-02: by command: two commands at once, or one while a key is announced, make one key', async () => {
    const server = await start();
    const [one, other] = [await server.openKeyRing(), await server.openKeyRing()];
    const results = await Promise.all([one.rotate(algorithm), other.rotate(algorithm)]);
    results.push(await one.rotate(algorithm));
    expect(new Set(results.map(({ kid }) => kid)).size).toBe(1);
    expect(await kids(server)).toHaveLength(2);
  });

  it('immediately: the new key signs, and whatever the old one has signed is dead on every instance', async () => {
    const server = await start();
    const other = await server.startAnother();
    const ring = await server.openKeyRing();
    const old = await token(server);
    await ring.rotate(algorithm);
    const { kid, signsFrom } = await ring.rotate(algorithm, { immediately: true });
    expect(signsFrom).toBe(server.clock.now());
    await other.changeFeed.poll();
    for (const app of [server.app, other]) {
      expect(await kids({ app })).toEqual([kid]);
      const young = await token(server, app);
      expect(kidOf(young)).toBe(kid);
      await verify(server, young);
      expect(await isActive(server, young, app)).toBe(true);
      expect(await isActive(server, old, app)).toBe(false);
    }
    await expect(verify(server, old)).rejects.toThrow(/no applicable key/);
    const kept = (await server.stores.signingKeys.list()).filter((record) => record.algorithm === algorithm);
    expect(kept.map((record) => record.kid)).toEqual([kid]);
  });

  it('immediately: an instance that has not heard of it yet knows the new tokens nevertheless', async () => {
    const server = await start();
    const other = await server.startAnother();
    other.changeFeed.close();
    await (await server.openKeyRing()).rotate(algorithm, { immediately: true });
    expect(await isActive(server, await token(server), other)).toBe(true);
  });

  it('leaves the keys of the other algorithms alone', async () => {
    const server = await start();
    const others = async () => (await published(server)).keys.filter(({ alg }) => alg !== algorithm);
    const before = await others();
    expect(before).toHaveLength(2);
    await (await server.openKeyRing()).rotate(algorithm, { immediately: true });
    expect(await others()).toEqual(before);
  });
});

describe('rotation under load', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ ACCESS_TOKEN_LIFETIME: '300' });
    return () => server.close();
  });

  it('SEC-57: no request fails, and every token verifies with the keys that had been published before it was signed', async () => {
    const ring = await server.openKeyRing();
    await server.register({ id: 'service', grantTypes: ['client_credentials'], redirectUris: [], scopes: ['read'] });
    const resources = signingAlgorithm.options.map((algorithm: SigningAlgorithm) => ({
      algorithm,
      identifier: `https://${algorithm.toLowerCase()}.example`,
    }));
    for (const { algorithm, identifier } of resources)
      await server.registerResource({
        identifier,
        name: algorithm,
        scopes: [{ name: 'read', description: 'R' }],
        signingAlgorithm: algorithm,
      });
    const apps = [server.app, await server.startAnother()];
    const request = async (app: TestServer['app'], resource: string): Promise<string> => {
      const form = { grant_type: 'client_credentials', client_id: 'service', client_secret: 'a-secret-for-tests', resource };
      const response = await postToken({ ...server, app }, form);
      expect(response.statusCode).toBe(200);
      return response.json().access_token;
    };
    const used = new Set<string>();
    let copy: JSONWebKeySet = (await server.app.inject('/jwks')).json();
    // Five minutes a step: as old as a copy of the published keys may become.
    for (let step = 0; step < 40; step += 1) {
      // Read just before keys are rotated: what verifies with it five minutes later was announced long enough.
      const next: JSONWebKeySet = (await (apps[step % 2] as TestServer['app']).inject('/jwks')).json();
      if (step % 8 === 2) for (const { algorithm } of resources) await ring.rotate(algorithm);
      const tokens = await Promise.all(
        Array.from({ length: 24 }, (_, index) => request(apps[index % 2] as TestServer['app'], resources[index % 3]?.identifier as string)),
      );
      const keys = createLocalJWKSet(copy);
      for (const token of tokens) {
        await jwtVerify(token, keys, { typ: 'at+jwt', currentDate: new Date(server.clock.now()) });
        used.add(kidOf(token) as string);
      }
      copy = next;
      server.clock.advance(300);
    }
    expect(used.size).toBeGreaterThanOrEqual(9);
  });
});
