import { randomBytes } from 'node:crypto';
import { Writable } from 'node:stream';
import { createLogger } from '@rolecall/service-kit/logger';
import type { ShortLivedStore } from '@rolecall/storage/short-lived-store';
import { createMovableClock, type MovableClock } from '@rolecall/storage/test-support/movable-clock';
import { openTestShortLivedStore, testDatabaseLocation } from '@rolecall/storage/test-support/stores';
import type { FastifyInstance } from 'fastify';
import { inject, onTestFinished } from 'vitest';
import { buildApp, type Dependencies } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { tokenHash } from '../../src/random.ts';
import { seed } from '../../src/seed.ts';
import { behindProxy } from './two-instances.ts';
import { defaultSeedAddresses } from '../../src/seeds.ts';
import type { HooksModule } from '../../src/hooks/types.ts';
import { createAuthorizationServerLab } from '../../src/lab/create-lab.ts';
import type { KeyRing } from '../../src/keys/key-ring.ts';
import { openStores } from '../../src/stores/open-stores.ts';
import type { Client, Resource, Stores } from '../../src/stores/types.ts';
import { openTestKeyRing } from './key-ring.ts';

/** An authorization server alone, with the development seeds, a clock that stands still, and everything that it logs. */
export interface TestServer {
  app: FastifyInstance;
  issuer: string;
  clock: MovableClock;
  stores: Stores;
  /** What the server itself works on: a method that is replaced here fails there. */
  serverStores: Stores;
  shortLived: ShortLivedStore;
  /** Makes one method of the short-lived store fail, or none. */
  failShortLived(method: keyof ShortLivedStore | undefined): void;
  /** What has been logged so far, as one text. */
  logged(): string;
  /** Registers a client: the sample client, changed. Its secret, unless it is public, is `a-secret-for-tests`. */
  register(client: ClientChanges & { id: string }): Promise<void>;
  registerResource(resource: NewResource): Promise<void>;
  /** Its keys, as another instance sees and handles them. */
  openKeyRing(): Promise<KeyRing>;
  /** Starts another instance on the same stores, with the same clock. It ends with this one. */
  startAnother(keyEncryptionKeys?: readonly Uint8Array[]): Promise<FastifyInstance>;
  close(): Promise<void>;
}

type NewResource = Partial<Resource> & Pick<Resource, 'identifier' | 'name' | 'scopes'>;

type ClientChanges = { [Name in keyof Client]?: Client[Name] & {} };

export const TEST_SECRET = 'a-secret-for-tests';

/** Starts a server in this process. `environment` changes its configuration. */
export async function startTestServer(environment: Record<string, string> = {}, hooks?: HooksModule): Promise<TestServer> {
  const config = readConfig({ NODE_ENV: 'test', ...environment });
  const clock = createMovableClock();
  const stores = await openStores(await testDatabaseLocation(), 'apply');
  const shortLived = await openTestShortLivedStore(clock);
  let failing: keyof ShortLivedStore | undefined;
  const fragile = Object.fromEntries(
    Object.entries(shortLived).map(([name, method]: [string, (...parameters: never[]) => Promise<unknown>]) => [
      name,
      (...parameters: never[]) => (name === failing ? Promise.reject(new Error('a secret of the store')) : method(...parameters)),
    ]),
  ) as unknown as ShortLivedStore;
  await seed(stores, defaultSeedAddresses);
  let log = '';
  const destination = new Writable({
    write(chunk, _encoding, done) {
      log += String(chunk);
      done();
    },
  });
  const logger = await createLogger({ name: 'test', level: 'trace', format: 'json', destination });
  const others: FastifyInstance[] = [];
  const lab = config.LAB ? createAuthorizationServerLab(config) : undefined;
  const dependencies = { stores, shortLived: fragile, clock, logger, keyEncryptionKeys: [randomBytes(32)], hooks, lab };
  const first = await buildApp(config, dependencies);
  const app = inject('instances') === 1 ? first : behindProxy(first, await buildApp(config, withoutClose(dependencies)));
  return {
    app,
    issuer: config.ISSUER,
    clock,
    stores: followed(stores, app),
    serverStores: stores,
    shortLived,
    failShortLived: (method) => {
      failing = method;
    },
    logged: () => log,
    register: (client) =>
      followed(stores, app).clients.save({
        name: client.id,
        tokenEndpointAuthMethod: 'client_secret_post',
        applicationType: 'web',
        grantTypes: ['authorization_code', 'client_credentials'],
        redirectUris: ['https://client.example/callback'],
        scopes: ['notes:read', 'notes:write'],
        requirePkce: true,
        refreshTokenRotation: 'always',
        information: {},
        verified: true,
        disabled: false,
        secrets: client.tokenEndpointAuthMethod === 'none' ? [] : [{ hash: tokenHash(TEST_SECRET) }],
        ...client,
      }),
    registerResource: (resource) => registerResource(followed(stores, app), resource),
    openKeyRing: () =>
      openTestKeyRing(followed(stores, app), clock, { encryptionKeys: dependencies.keyEncryptionKeys, tokenLifetimeSeconds: 3_600 }),
    startAnother: async (keyEncryptionKeys = dependencies.keyEncryptionKeys) => {
      const other = await buildApp(config, { ...withoutClose(dependencies), keyEncryptionKeys });
      others.push(other);
      return other;
    },
    close: async () => {
      for (const other of others) await other.close();
      await app.close();
    },
  };
}

/** The first instance closes what both work on. */
function withoutClose({ stores, shortLived, ...others }: Dependencies): Dependencies {
  const close = async () => {};
  return { ...others, stores: { ...stores, close }, shortLived: { ...shortLived, close } };
}

/** The same stores; but what is changed through them is known to the server at once, not within a second. */
function followed(stores: Stores, app: FastifyInstance): Stores {
  const follow = <Store extends object>(store: Store): Store =>
    Object.fromEntries(
      Object.entries(store).map(([name, method]: [string, (...parameters: never[]) => Promise<unknown>]) => [
        name,
        async (...parameters: never[]) => {
          const result = await method(...parameters);
          if (!/^(find|list|since|is)/.test(name)) await app.changeFeed.poll();
          return result;
        },
      ]),
    ) as Store;
  return Object.fromEntries(
    Object.entries(stores).map(([name, store]: [string, object]) => [name, typeof store === 'function' ? store : follow(store)]),
  ) as unknown as Stores;
}

/** Registers a resource of JWTs. */
export function registerResource(stores: Stores, resource: NewResource): Promise<void> {
  return stores.resources.save({ accessTokenFormat: 'jwt', signingAlgorithm: 'ES256', isDefault: false, resourceServers: [], ...resource });
}

/** The same, listening on a free port of this machine, for callers that speak real HTTP. Ends with the test. */
export async function startListeningServer(port: number): Promise<TestServer> {
  const server = await startTestServer({ ISSUER: `http://localhost:${port}` });
  onTestFinished(() => server.close());
  await server.app.listen({ host: 'localhost', port });
  return server;
}
