import { createLogger } from '@rolecall/service-kit/logger';
import type { ShortLivedStore } from '@rolecall/storage/short-lived-store';
import { createMovableClock, type MovableClock } from '@rolecall/storage/test-support/movable-clock';
import { openTestShortLivedStore } from '@rolecall/storage/test-support/stores';
import type { FastifyInstance } from 'fastify';
import { onTestFinished } from 'vitest';
import { buildApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { type Browser, createBrowser } from './browser.ts';
import { type FakeAuthorizationServer, startFakeAuthorizationServer } from './fake-authorization-server.ts';
import { type FakeResourceServer, startFakeResourceServer } from './fake-resource-server.ts';

export interface TestClient {
  app: FastifyInstance;
  clock: MovableClock;
  store: ShortLivedStore;
  /** Every line that was logged. */
  logs: string[];
  authorizationServer: FakeAuthorizationServer;
  resourceServer: FakeResourceServer;
  browser: Browser;
  /** Another browser, with cookies of its own. */
  otherBrowser(): Browser;
  /** Another instance of the same client, on the same store. */
  start(): Promise<FastifyInstance>;
  /** This browser at the same client started again, on the same store, with another configuration. */
  afterRestart(environment: Record<string, string>): Promise<Browser>;
}

/** The client alone, between an authorization server and an API that do as the test says. Ends with the test. */
export async function startClient(environment: Record<string, string> = {}): Promise<TestClient> {
  const authorizationServer = await startFakeAuthorizationServer();
  const resourceServer = await startFakeResourceServer(authorizationServer.issuer);
  const clock = createMovableClock();
  const store = await openTestShortLivedStore(clock);
  const logs: string[] = [];
  const logger = await createLogger({ name: 'test', level: 'trace', destination: { write: (line) => void logs.push(line) } });
  const start = async (changes: Record<string, string>, itsStore: ShortLivedStore) => {
    const peers = { ISSUER: authorizationServer.issuer, RESOURCE: resourceServer.resource, PEER_TIMEOUT: '1' };
    const config = readConfig({ NODE_ENV: 'test', ...peers, ...environment, ...changes });
    const started = await buildApp(config, { store: itsStore, logger, clock });
    onTestFinished(() => started.close());
    return started;
  };
  const unclosed = { ...store, close: async () => {} };
  const app = await start({}, store);
  const otherBrowser = () => createBrowser(app, authorizationServer.issuer);
  const browser = otherBrowser();
  const afterRestart = async (changes: Record<string, string>) => {
    const restarted = createBrowser(await start(changes, unclosed), authorizationServer.issuer);
    restarted.cookies = browser.cookies;
    return restarted;
  };
  return {
    ...{ app, clock, store, logs, authorizationServer, resourceServer, browser, otherBrowser, afterRestart },
    start: () => start({}, unclosed),
  };
}
