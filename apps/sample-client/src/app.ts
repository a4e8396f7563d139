import type { Lab } from '@rolecall/lab/lab';
import { type AppOptions, createApp } from '@rolecall/service-kit/create-app';
import { registerHealth } from '@rolecall/service-kit/health';
import { registerPages } from '@rolecall/service-kit/pages/register-pages';
import { registerForms } from '@rolecall/service-kit/parameters';
import { refuseOtherMethods } from '@rolecall/service-kit/refuse-other-methods';
import { registerSessions } from '@rolecall/service-kit/sessions';
import { type Clock, systemClock } from '@rolecall/storage/clock';
import type { ShortLivedStore } from '@rolecall/storage/short-lived-store';
import { withKnownFailures } from '@rolecall/storage/store-unavailable-error';
import type { FastifyInstance } from 'fastify';
import { createAccessStore } from './access/access-store.ts';
import { createRenewal } from './access/renewal.ts';
import { registerCallback } from './callback/routes.ts';
import type { Config } from './config.ts';
import { discoverAuthorizationServer } from './discovery/authorization-server.ts';
import { remembered } from './discovery/remembered.ts';
import { discoverResource } from './discovery/resource.ts';
import { errorHandler, notFoundHandler } from './error-handler.ts';
import { registerHome } from './home/routes.ts';
import { registerLogout } from './logout/routes.ts';
import { createNotesApi } from './notes/api.ts';
import { registerNotes } from './notes/routes.ts';
import { createOutboundFetch } from './outbound-fetch.ts';
import { createRevocations } from './revocation/revocations.ts';
import { createStartSignIn } from './sign-in/start.ts';
import { refresh } from './token/refresh-grant.ts';

/** A note of the greatest length that the API takes, in characters that a form sends as nine bytes each. */
const FORM_LIMIT_BYTES = 256 * 1024;
const ANSWER_LIMIT_BYTES = { authorizationServer: 256 * 1024, api: 8 * 1024 * 1024 };
const METADATA_LIFETIME_SECONDS = 60;
const SESSION_IDLE_SECONDS = 12 * 3_600;
const SESSION_ANONYMOUS_SECONDS = 3_600;
const SESSION_ABSOLUTE_SECONDS = 14 * 86_400;

export interface AppDependencies {
  /** Where sessions are kept. Closed with the app. */
  store: ShortLivedStore;
  logger: AppOptions['logger'];
  clock?: Clock;
  /** Its instruments, on a developer's machine. */
  lab?: Lab | undefined;
}

/** The sample client, ready to listen or to be injected into. */
export async function buildApp(config: Config, dependencies: AppDependencies): Promise<FastifyInstance> {
  const { logger, clock = systemClock, lab } = dependencies;
  const store = withKnownFailures(dependencies.store, 'the session store');
  const { ISSUER: issuer, RESOURCE: resource, CLIENT_ID: clientId, CLIENT_SECRET: clientSecret } = config;
  const redirectUri = `${config.BASE_URL}/callback`;
  const https = config.BASE_URL.startsWith('https:');
  const timeoutSeconds = config.PEER_TIMEOUT;
  const fetchFromIssuer = createOutboundFetch({ timeoutSeconds, maximumBytes: ANSWER_LIMIT_BYTES.authorizationServer, fetch: lab?.fetch });
  const fetchFromApi = createOutboundFetch({ timeoutSeconds, maximumBytes: ANSWER_LIMIT_BYTES.api, fetch: lab?.fetch });
  const authorizationServer = remembered(() => discoverAuthorizationServer(issuer, fetchFromIssuer), METADATA_LIFETIME_SECONDS, clock);
  const resourceServer = remembered(() => discoverResource(resource, issuer, fetchFromApi), METADATA_LIFETIME_SECONDS, clock);
  const startSignIn = createStartSignIn({ clientId, redirectUri, resource, clock, authorizationServer, resourceServer });
  const tokenEndpoint = { credentials: { clientId, clientSecret }, clock, outboundFetch: fetchFromIssuer };
  const accesses = createAccessStore(store, clock, { idleSeconds: SESSION_IDLE_SECONDS, absoluteSeconds: SESSION_ABSOLUTE_SECONDS });
  const revocations = createRevocations({ authorizationServer, ...tokenEndpoint }, logger);
  const renewal = createRenewal({
    store,
    accesses,
    clock,
    logger,
    refresh: async (access) => refresh(tokenEndpoint, await authorizationServer(), access),
    discard: revocations.revoke,
    // Its metadata, and the request itself.
    longestSeconds: 2 * timeoutSeconds + 1,
  });
  const api = createNotesApi({ resource, clock, outboundFetch: fetchFromApi });

  const app = await createApp({ logger, trustedProxies: config.TRUSTED_PROXIES, https, bodyLimit: FORM_LIMIT_BYTES, errorHandler });
  lab?.register(app);
  app.setNotFoundHandler(notFoundHandler);
  app.addHook('onClose', async () => {
    await revocations.close();
    await store.close();
  });
  const allRoutesAreThere = refuseOtherMethods(app);
  registerHealth(app, { sessions: () => store.ping() });
  registerPages(app, 'Sample client');
  await registerForms(app, FORM_LIMIT_BYTES);
  // Only the pages have sessions: health, the stylesheet and what does not exist ask no store, and work without it.
  await app.register(async (pages) => {
    await registerSessions(pages, {
      cookieName: 'rolecall-sample-client',
      store,
      https,
      idleSeconds: SESSION_IDLE_SECONDS,
      anonymousSeconds: SESSION_ANONYMOUS_SECONDS,
      isEstablished: (session) => session.connection !== undefined,
      absoluteSeconds: SESSION_ABSOLUTE_SECONDS,
      clock,
    });
    registerHome(pages, { issuer, resource, startSignIn });
    registerCallback(pages, {
      issuer,
      resource,
      redirectUri,
      store,
      authorizationServer,
      accesses,
      ...tokenEndpoint,
    });
    registerNotes(pages, { issuer, resource, api, accesses, renewal, startSignIn });
    registerLogout(pages, { issuer, accesses, revocations });
  });
  allRoutesAreThere();
  return app;
}
