import type { Lab } from '@rolecall/lab/lab';
import { type AppOptions, createApp } from '@rolecall/service-kit/create-app';
import { isLoopback } from '@rolecall/service-kit/config';
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
import { createDeviceFlow } from './device/device-flow.ts';
import { registerDevice } from './device/routes.ts';
import { createPeers } from './discovery/peers.ts';
import { createProofs } from './dpop/proofs.ts';
import { errorHandler, notFoundHandler } from './error-handler.ts';
import { registerFrontEndApi } from './front-end-api/routes.ts';
import { registerHome } from './home/routes.ts';
import { registerLogout } from './logout/routes.ts';
import { createNotesApi } from './notes/api.ts';
import { registerNotes } from './notes/routes.ts';
import { createOutboundFetch } from './outbound-fetch.ts';
import { createDynamicRegistration } from './registration/dynamic.ts';
import { createIdentities } from './registration/identities.ts';
import { METADATA_DOCUMENT_PATH, registerMetadataDocument } from './registration/metadata.ts';
import { createRevocations } from './revocation/revocations.ts';
import { createOwnAccess } from './service/own-access.ts';
import { registerService } from './service/routes.ts';
import { serviceClientOf } from './service/service-client.ts';
import { registerPush } from './sign-in/routes.ts';
import { registerSpa, SPA_PATH } from './spa/routes.ts';
import { createStartSignIn } from './sign-in/start.ts';
import { refresh } from './token/refresh-grant.ts';

/** A note of the greatest length that the API takes, in characters that a form sends as nine bytes each. */
const FORM_LIMIT_BYTES = 256 * 1024;
const ANSWER_LIMIT_BYTES = { authorizationServer: 256 * 1024, api: 8 * 1024 * 1024 };
/** The public client that a development server has. */
const SEEDED_SPA = 'sample-spa';
/** What an application asks for that cannot ask the API first. */
const NOTES_SCOPE = 'notes:read notes:write';
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
  const { BASE_URL: baseUrl, ISSUER: issuer, RESOURCE: resource } = config;
  const redirectUri = `${baseUrl}/callback`;
  const https = baseUrl.startsWith('https:');
  const outbound = {
    timeoutSeconds: config.PEER_TIMEOUT,
    ownOrigins: [new URL(issuer).origin, new URL(resource).origin],
    fetch: lab?.fetch,
    allowLoopback: config.NODE_ENV !== 'production' && (isLoopback(issuer) || isLoopback(resource)),
  };
  const fetchFromIssuer = createOutboundFetch({ ...outbound, maximumBytes: ANSWER_LIMIT_BYTES.authorizationServer });
  const fetchFromApi = createOutboundFetch({ ...outbound, maximumBytes: ANSWER_LIMIT_BYTES.api });
  const peers = createPeers({ issuer, resource, discoverIssuer: config.DISCOVER_ISSUER, fetchFromIssuer, fetchFromApi, clock });
  const identities = createIdentities({
    preRegistered:
      config.CLIENT_REGISTRATION === 'configured'
        ? { issuer, clientId: config.CLIENT_ID, clientSecret: config.CLIENT_SECRET, clientKey: config.CLIENT_KEY }
        : undefined,
    metadataDocumentUrl: https ? baseUrl + METADATA_DOCUMENT_PATH : undefined,
    dynamicRegistration: createDynamicRegistration({ baseUrl, store, clock, outboundFetch: fetchFromIssuer }),
  });
  const proofs = createProofs(config.CLIENT_DPOP, clock);
  const startSignIn = createStartSignIn({ redirectUri, clock, peers, identities, proofs, push: config.CLIENT_PAR });
  const tokenEndpoint = { identities, clock, outboundFetch: fetchFromIssuer, proofs };
  const accesses = createAccessStore(store, clock, { idleSeconds: SESSION_IDLE_SECONDS, absoluteSeconds: SESSION_ABSOLUTE_SECONDS });
  const revocations = createRevocations({ peers, ...tokenEndpoint }, logger);
  // The authorization server's metadata, which has up to three places, a registration, and the request itself, twice where a nonce is wanted; before them the API's metadata, where that decides.
  const longestSeconds = (config.DISCOVER_ISSUER ? 10 : 6) * config.PEER_TIMEOUT + 1;
  const renewal = createRenewal({
    store,
    accesses,
    clock,
    logger,
    refresh: async (access) => refresh(tokenEndpoint, await peers.at(access.issuer), access),
    discard: revocations.revoke,
    longestSeconds,
  });
  const api = createNotesApi({ resource, clock, outboundFetch: fetchFromApi, proofs });
  const deviceFlow = createDeviceFlow({ ...tokenEndpoint, peers, store, logger, discard: revocations.revoke, longestSeconds });
  const service = serviceClientOf(config);

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
  if (https) registerMetadataDocument(app, baseUrl);
  const seeded = config.NODE_ENV !== 'production' && config.SEEDED_CREDENTIALS;
  const spaClientId = config.SPA_CLIENT_ID ?? (seeded ? SEEDED_SPA : undefined);
  if (spaClientId !== undefined) registerSpa(app, { baseUrl, issuer, clientId: spaClientId, resource, scope: NOTES_SCOPE });
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
    const others = [{ href: '/device', label: 'On a device without keyboard, with a code' }];
    if (spaClientId !== undefined) others.push({ href: SPA_PATH, label: 'In the browser alone, as a single-page application' });
    if (service) others.push({ href: '/service', label: 'As the client itself, for no user' });
    if (lab) others.push({ href: '/playground', label: 'See what goes over the wire' });
    registerHome(pages, { peers, startSignIn, others });
    registerPush(pages, { redirectUri, peers, ...tokenEndpoint });
    registerCallback(pages, { redirectUri, store, peers, accesses, revocations, ...tokenEndpoint });
    registerNotes(pages, { peers, api, accesses, renewal, startSignIn });
    registerDevice(pages, { peers, accesses, deviceFlow, clock });
    if (service !== undefined)
      registerService(pages, { client: service, api, ownAccess: createOwnAccess({ ...tokenEndpoint, peers }, service) });
    await pages.register(async (own) => registerFrontEndApi(own, { origin: baseUrl, peers, api, renewal }), { prefix: '/api' });
    registerLogout(pages, { accesses, revocations });
  });
  if (lab) {
    const addresses = { issuer, resource, client: baseUrl };
    // Nowhere else is any of it even read.
    const { registerPlayground } = await import('./playground/routes.ts');
    await registerPlayground(app, { lab, addresses, networks: config.LAB_NETWORKS });
  }
  allRoutesAreThere();
  return app;
}
