import { authorizationServerRoutes } from '@rolecall/contracts/routes';
import type { Lab } from '@rolecall/lab/lab';
import { createApp } from '@rolecall/service-kit/create-app';
import { registerHealth } from '@rolecall/service-kit/health';
import { registerPages } from '@rolecall/service-kit/pages/register-pages';
import { registerForms } from '@rolecall/service-kit/parameters';
import { refuseOtherMethods } from '@rolecall/service-kit/refuse-other-methods';
import type { Clock } from '@rolecall/storage/clock';
import type { ShortLivedStore } from '@rolecall/storage/short-lived-store';
import { withKnownFailures } from '@rolecall/storage/store-unavailable-error';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { registerAdministration } from './admin/routes.ts';
import { type AuditLog, createAuditLog } from './audit/audit-log.ts';
import { createAuthorizationCodes } from './authorize/authorization-code.ts';
import type { ChangeFeed } from './changes/change-feed.ts';
import { followChanges } from './changes/follow-changes.ts';
import { createClientKeys } from './clients/client-keys.ts';
import { createLastUsed } from './clients/last-used.ts';
import { type Config, MAXIMUM_ACCESS_TOKEN_LIFETIME } from './config.ts';
import { registerCors } from './cors.ts';
import { errorHandler, notFoundHandler } from './error-handler.ts';
import { createGuardedFetch } from './fetch/guarded-fetch.ts';
import { createAccessTokenHook } from './hooks/access-token-hook.ts';
import type { HooksModule } from './hooks/types.ts';
import { startHousekeeping } from './housekeeping/housekeeping.ts';
import { createUnusedClientRemoval } from './housekeeping/unused-clients.ts';
import { whatGoes } from './housekeeping/what-goes.ts';
import { createIntrospectionSigner } from './introspection/jwt-response.ts';
import { registerIntrospectionRoute } from './introspection/routes.ts';
import { type KeyRing, openKeyRing } from './keys/key-ring.ts';
import { registerKeyRoutes } from './keys/routes.ts';
import { withFaults } from './lab/faults.ts';
import { createHashingQueue } from './login/hashing-queue.ts';
import { registerMetadataRoute } from './metadata/routes.ts';
import { registerPeoplePages } from './people-pages.ts';
import { createRequestCounters } from './rate-limit/counters.ts';
import { registerRateLimits } from './rate-limit/register.ts';
import { registerRegistrationRoutes } from './registration/routes.ts';
import { registerRevocationFeed } from './revocation/feed.ts';
import { createRevocations } from './revocation/revocations.ts';
import { registerRevocationRoute } from './revocation/routes.ts';
import { createUserSessions } from './sessions/user-sessions.ts';
import type { Stores } from './stores/types.ts';
import { createFailureThrottle } from './throttle/failure-throttle.ts';
import { createAssertionCheck } from './token/client-assertion.ts';
import { createClientAuthentication, oncePerRequest } from './token/client-authentication.ts';
import { createTokenFinder } from './token/find-token.ts';
import { authorizationCodeGrant } from './token/grants/authorization-code.ts';
import { clientCredentialsGrant } from './token/grants/client-credentials.ts';
import { refreshTokenGrant } from './token/grants/refresh-token.ts';
import { createAccessTokenIssuer } from './token/issue-access-token.ts';
import { createOpaqueAccessTokens } from './token/opaque-access-token.ts';
import { registerTokenRoute } from './token/routes.ts';

const BODY_LIMIT_BYTES = 64 * 1024;
/** Failures of one client from one address. */
const CLIENT_FAILURES = { limit: 10, windowSeconds: 15 * 60 };

/** What an authorization server works with. */
export interface Dependencies {
  stores: Stores;
  shortLived: ShortLivedStore;
  clock: Clock;
  logger: Logger;
  /** 32 bytes each: the first one encrypts signing keys at rest and opaque access tokens, all of them decrypt. */
  keyEncryptionKeys: readonly Uint8Array[];
  hooks?: HooksModule | undefined;
  /** Its instruments, on a developer's machine. */
  lab?: Lab | undefined;
}

declare module 'fastify' {
  interface FastifyInstance {
    /** For whoever cannot wait the second that a change by another instance may take to be seen. */
    changeFeed: ChangeFeed;
    /** For whoever reads the database and must find there what has just been recorded. */
    audit: AuditLog;
  }
}

/** Puts the authorization server together: every plugin and route, in order. */
export async function buildApp(config: Config, dependencies: Dependencies): Promise<FastifyInstance> {
  const { clock, logger, lab } = dependencies;
  const shortLived = withKnownFailures(dependencies.shortLived, 'the short-lived store');
  const issuer = config.ISSUER;
  const https = issuer.startsWith('https:');
  const basePath = new URL(issuer).pathname.replace(/\/$/, '');

  const revocations = createRevocations({ store: shortLived, clock, tokenLifetimeSeconds: MAXIMUM_ACCESS_TOKEN_LIFETIME });
  let keyRing: KeyRing | undefined = undefined;
  const { changeFeed, stores } = await followChanges(dependencies, revocations, () => keyRing?.forget());
  const { users, clients, resources, grants, refreshTokens, changes } = stores;
  const audit = createAuditLog({ store: stores.audit, clock, logger });
  keyRing = await openKeyRing({
    store: stores.signingKeys,
    clock,
    encryptionKeys: dependencies.keyEncryptionKeys,
    logger,
    audit,
    tokenLifetimeSeconds: MAXIMUM_ACCESS_TOKEN_LIFETIME,
  });
  if (lab) keyRing = withFaults(keyRing, lab.faults);
  const opaqueTokens = createOpaqueAccessTokens(dependencies.keyEncryptionKeys);
  const issueAccessToken = createAccessTokenIssuer({ issuer, keyRing, opaqueTokens, clock, lifetime: config.ACCESS_TOKEN_LIFETIME });
  const findToken = createTokenFinder({ issuer, clock, keyRing, opaqueTokens, revocations, clients, users, resources, refreshTokens });
  const codes = createAuthorizationCodes({ store: shortLived, clock, lifetimeSeconds: config.AUTHORIZATION_CODE_LIFETIME });
  const hashingQueue = createHashingQueue();
  const userSessions = createUserSessions({
    sessions: stores.sessions,
    grants,
    shortLived,
    revocations,
    audit,
    clock,
  });
  const lastUsed = createLastUsed({ clients, clock, logger });
  const checkAssertion = createAssertionCheck({
    audiences: [issuer, ...(config.ACCEPT_TOKEN_ENDPOINT_AUDIENCE ? [issuer + authorizationServerRoutes.token] : [])],
    clock,
    keysOf: createClientKeys({ fetch: createGuardedFetch({ allowLoopback: config.FETCH_LOOPBACK }), clock }),
    store: shortLived,
  });
  const lifetimes = { idle: config.REFRESH_TOKEN_IDLE_LIFETIME, absolute: config.REFRESH_TOKEN_ABSOLUTE_LIFETIME };
  const accessTokenLifetime = MAXIMUM_ACCESS_TOKEN_LIFETIME;
  const { onAccessToken } = dependencies.hooks ?? {};
  const askHook = onAccessToken && createAccessTokenHook({ onAccessToken, timeout: config.HOOKS_TIMEOUT, audit });
  const issuing = { resources, revocations, issueAccessToken, askHook, audit, clock, lifetimes };
  const grantHandlers = new Map([
    ['authorization_code', authorizationCodeGrant({ ...issuing, codes, grants, accessTokenLifetime })],
    ['refresh_token', refreshTokenGrant({ ...issuing, refreshTokens })],
    ['client_credentials', clientCredentialsGrant({ resources, issueAccessToken, askHook })],
  ]);

  const housekeeping = startHousekeeping({
    store: stores.housekeeping,
    removeUnusedClients: createUnusedClientRemoval({ clients, revocations, audit, clock, lifetime: config.UNUSED_CLIENT_LIFETIME }),
    whatGoes: whatGoes({ accessTokenLifetime: MAXIMUM_ACCESS_TOKEN_LIFETIME, auditRetention: config.AUDIT_RETENTION }),
    interval: config.HOUSEKEEPING_INTERVAL,
    clock,
    logger,
  });

  const app = await createApp({ logger, https, trustedProxies: config.TRUSTED_PROXIES, bodyLimit: BODY_LIMIT_BYTES, errorHandler });
  lab?.register(app);
  app.decorate('changeFeed', changeFeed);
  app.decorate('audit', audit);
  app.addHook('onClose', async () => {
    changeFeed.close();
    await housekeeping.close();
    await audit.close();
    await lastUsed.close();
    await Promise.all([stores.close(), shortLived.close()]);
  });
  await registerForms(app, BODY_LIMIT_BYTES);
  const authenticateClient = oncePerRequest(
    app,
    createClientAuthentication({
      clients,
      clock,
      checkAssertion,
      throttle: createFailureThrottle({ store: shortLived, clock, name: 'client', ...CLIENT_FAILURES }),
      lastUsed,
      audit,
    }),
  );
  const counters = createRequestCounters(shortLived, clock);
  await registerRateLimits(app, { limits: config.RATE_LIMITS, counters, clock, authenticateClient });
  const refuseTheRest = refuseOtherMethods(app);

  /** What programs in a browser may call. */
  const registerOpenEndpoints = async (endpoints: FastifyInstance): Promise<void> => {
    registerKeyRoutes(endpoints, keyRing);
    registerTokenRoute(endpoints, authenticateClient, grantHandlers);
    registerRevocationRoute(endpoints, { authenticateClient, findToken, grants, changes, revocations, audit, clock });
    if (config.REGISTRATION !== 'off')
      await registerRegistrationRoutes(endpoints, {
        issuer,
        policy: {
          mode: config.REGISTRATION,
          grantTypes: config.REGISTRATION_GRANT_TYPES,
          scopes: config.REGISTRATION_SCOPES,
          redirectHosts: config.REGISTRATION_REDIRECT_HOSTS,
        },
        allowLoopback: config.FETCH_LOOPBACK,
        clients,
        resources,
        initialAccessTokens: stores.initialAccessTokens,
        revocations,
        audit,
        clock,
      });
    registerRevocationFeed(endpoints, { issuer, keyRing, revocations, clock, isCurrent: () => changeFeed.isCurrent() });
  };
  registerHealth(app, { database: () => stores.ping(), 'short-lived store': () => shortLived.ping() });
  await app.register(async (open) => {
    await registerCors(open);
    registerMetadataRoute(open, { issuer, grantTypes: [...grantHandlers.keys()], registration: config.REGISTRATION !== 'off', resources });
    await open.register(registerOpenEndpoints, { prefix: basePath });
  });
  await app.register(
    async (endpoints) => {
      const signIntrospection = createIntrospectionSigner({ issuer, keyRing, clock });
      registerIntrospectionRoute(endpoints, { issuer, authenticateClient, findToken, signIntrospection });
    },
    { prefix: basePath },
  );
  await registerAdministration(app, {
    issuer,
    basePath,
    stores,
    revocations,
    keyRing,
    userSessions,
    hashingQueue,
    audit,
    clock,
    findToken,
  });
  registerPages(app, 'Authorization server', basePath);
  await app.register(
    (pages) =>
      registerPeoplePages(pages, {
        config,
        basePath,
        stores,
        shortLived,
        codes,
        revocations,
        audit,
        clock,
        keyEncryptionKeys: dependencies.keyEncryptionKeys,
        userSessions,
        hashingQueue,
      }),
    { prefix: basePath },
  );
  refuseTheRest();
  app.setNotFoundHandler(notFoundHandler);
  await app.ready();
  return app;
}
