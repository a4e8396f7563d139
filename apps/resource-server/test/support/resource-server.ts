import { Writable } from 'node:stream';
import { createLogger } from '@rolecall/service-kit/logger';
import { createMovableClock, type MovableClock } from '@rolecall/storage/test-support/movable-clock';
import { testDatabaseLocation } from '@rolecall/storage/test-support/stores';
import type { FastifyInstance } from 'fastify';
import { buildApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { inject } from 'vitest';
import { openStores } from '../../src/stores/open-stores.ts';
import type { Stores } from '../../src/stores/types.ts';
import { type FakeAuthorizationServer, startAuthorizationServer } from '@rolecall/resource-guard/test-support/authorization-server';

export interface TestResourceServer {
  /** Where it listens. */
  url: string;
  app: FastifyInstance;
  authorizationServer: FakeAuthorizationServer;
  clock: MovableClock;
  stores: Stores;
  /** All that was logged, as text. */
  logs(): string;
  /** Sends a request with a good token of alice's, or the one given (none for null). */
  request(path: string, options?: RequestOptions): Promise<Response>;
  close(): Promise<void>;
}

export interface RequestOptions {
  method?: string;
  token?: string | null;
  headers?: Record<string, string>;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as it is. */
  body?: string | Uint8Array<ArrayBuffer>;
}

export interface ResourceServerOptions {
  resource?: string;
  /** The path of the authorization server's issuer. */
  issuerPath?: string;
  /** More variables, or other values for those that are set. */
  environment?: Record<string, string>;
  /** Stores that are there already. They are closed with the server. */
  stores?: Stores;
}

/** Migrated stores that no other test sees. */
export async function openTestStores(): Promise<Stores> {
  const redisUrl = inject('stores') === 'services' ? inject('redisUrl') : undefined;
  return openStores(await testDatabaseLocation(), { migrations: 'apply', redisUrl });
}

/** Starts the whole service on a free port and stores of its own, beside an authorization server that the test controls. */
export async function startResourceServer(options: ResourceServerOptions = {}): Promise<TestResourceServer> {
  const { resource = 'http://localhost:4001', issuerPath = '' } = options;
  const clock = createMovableClock();
  const authorizationServer = await startAuthorizationServer(clock, resource, issuerPath);
  const lines: string[] = [];
  const destination = new Writable({ write: (chunk, _encoding, done) => (lines.push(String(chunk)), done()) });
  const logger = await createLogger({ name: 'resource-server', level: 'trace', destination });
  const stores = options.stores ?? (await openTestStores());
  const config = readConfig({ NODE_ENV: 'test', ISSUER: authorizationServer.issuer, RESOURCE: resource, ...options.environment });
  const app = await buildApp(config, { stores, clock, logger });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });

  return {
    url,
    app,
    authorizationServer,
    clock,
    stores,
    logs: () => lines.join(''),
    request: async (path, { method = 'GET', token, headers = {}, json, body } = {}) => {
      const credentials = token === undefined ? await authorizationServer.token() : token;
      return fetch(`${url}${path}`, {
        method,
        redirect: 'manual',
        headers: {
          ...(credentials !== null && { authorization: `Bearer ${credentials}` }),
          ...(json !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(json !== undefined && { body: JSON.stringify(json) }),
        ...(body !== undefined && { body }),
      });
    },
    close: async () => {
      await app.close();
      await authorizationServer.close();
    },
  };
}
