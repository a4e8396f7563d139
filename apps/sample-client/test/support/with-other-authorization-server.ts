import { createLogger } from '@rolecall/service-kit/logger';
import { createMovableClock } from '@rolecall/storage/test-support/movable-clock';
import { openTestShortLivedStore } from '@rolecall/storage/test-support/stores';
import type { GuardOptions } from '@rolecall/resource-guard/guard';
import { onTestFinished } from 'vitest';
import { buildApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { freeAddress, startGuardedApi } from './guarded-api.ts';
import { createHttpBrowser } from './http-browser.ts';
import { startOtherAuthorizationServer } from './other-authorization-server.ts';

/** As whom the other server knows the client. */
export const CREDENTIALS = { CLIENT_ID: 'somebody', CLIENT_SECRET: 'a secret that / has + odd & characters: 100%' };

/** The client, listening, between somebody else's authorization server and an API that accepts its tokens. */
export async function startAll({
  environment: changes,
  guardDpop,
  ...peer
}: { environment?: Record<string, string>; clients?: object[]; features?: object; path?: string; guardDpop?: GuardOptions['dpop'] } = {}) {
  const [client, resource] = await Promise.all([freeAddress(), freeAddress()]);
  const { issuer, errors } = await startOtherAuthorizationServer({
    resource,
    redirectUri: `${client}/callback`,
    ...peer,
  });
  const api = await startGuardedApi(resource, issuer, guardDpop);
  const logs: string[] = [];
  const logger = await createLogger({ name: 'test', level: 'trace', destination: { write: (line) => void logs.push(line) } });
  const clock = createMovableClock();
  const store = await openTestShortLivedStore(clock);
  const environment = { NODE_ENV: 'test', BASE_URL: client, ISSUER: issuer, RESOURCE: resource, ...CREDENTIALS, ...changes };
  const app = await buildApp(readConfig(environment), { store, logger, clock });
  await app.listen({ host: 'localhost', port: Number(new URL(client).port) });
  onTestFinished(() => app.close());
  return { client, resource, issuer, errors, api, app, clock, logs, browser: createHttpBrowser(), anotherBrowser: createHttpBrowser };
}

export type Everything = Awaited<ReturnType<typeof startAll>>;

/** From the client's start page through the other server's own pages. */
export async function connect({ browser, client }: Everything) {
  await browser.open(client);
  await browser.click('Connect to your notes');
  await browser.submit('/interaction/', { login: 'alice', password: 'any' });
  return browser.submit('/interaction/');
}
