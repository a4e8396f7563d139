import { registerSessions } from '@rolecall/service-kit/sessions';
import type { Clock } from '@rolecall/storage/clock';
import type { ShortLivedStore } from '@rolecall/storage/short-lived-store';
import type { FastifyInstance } from 'fastify';
import { registerAccountRoutes } from './account/routes.ts';
import type { AuditLog } from './audit/audit-log.ts';
import type { AuthorizationCodes } from './authorize/authorization-code.ts';
import { createPendingRequests } from './authorize/pending-requests.ts';
import { registerAuthorizeRoutes } from './authorize/routes.ts';
import type { Config } from './config.ts';
import { registerConsentRoutes } from './consent/routes.ts';
import { createConsentWithdrawal } from './consent/withdraw.ts';
import { createPasswordCheck } from './login/check-password.ts';
import { createDestinations } from './login/destination.ts';
import type { HashingQueue } from './login/hashing-queue.ts';
import { createKnownBrowsers } from './login/known-browsers.ts';
import { createLoginThrottle } from './login/login-throttle.ts';
import { registerLoginRoutes } from './login/routes.ts';
import { registerLogoutRoutes } from './logout/routes.ts';
import { registerPasswordChangeRoutes } from './password-change/routes.ts';
import type { Revocations } from './revocation/revocations.ts';
import type { UserSessions } from './sessions/user-sessions.ts';
import { registerSignUpRoutes } from './sign-up/routes.ts';
import type { Stores } from './stores/types.ts';
import { createFailureThrottle } from './throttle/failure-throttle.ts';

/** Accounts that are asked for from one address. */
const SIGN_UPS = { limit: 20, windowSeconds: 3_600 };

/**
 * Everything that a person sees, with its sessions and what guards it. Wired here, so that app.ts stays an overview.
 *
 * @param pages is a scope of its own: sessions and their hooks are for these routes alone.
 */
export async function registerPeoplePages(
  pages: FastifyInstance,
  options: {
    config: Config;
    /** The path of the issuer, before every path here. */
    basePath: string;
    stores: Stores;
    shortLived: ShortLivedStore;
    codes: AuthorizationCodes;
    revocations: Revocations;
    audit: AuditLog;
    clock: Clock;
    keyEncryptionKeys: readonly Uint8Array[];
    userSessions: UserSessions;
    hashingQueue: HashingQueue;
  },
): Promise<void> {
  const { config, basePath, stores, shortLived, codes, audit, clock, userSessions, hashingQueue } = options;
  const { users, clients } = stores;
  const https = config.ISSUER.startsWith('https:');
  const pendingRequests = createPendingRequests(shortLived, clock, config.INTERACTION_LIFETIME);
  const findDestination = createDestinations({ basePath, clients, pendingRequests });
  const knownBrowsers = createKnownBrowsers({ keys: options.keyEncryptionKeys, https });
  const throttle = createLoginThrottle({ store: shortLived, clock });
  const checkPassword = createPasswordCheck({ users, throttle, knownBrowsers, hashingQueue, audit });
  const login = { basePath, users, findDestination, knownBrowsers, userSessions, audit };

  await registerSessions(pages, {
    cookieName: 'rolecall-authorization-server',
    store: shortLived,
    clock,
    https,
    idleSeconds: config.SESSION_IDLE_LIFETIME,
    anonymousSeconds: config.INTERACTION_LIFETIME,
    isEstablished: (session) => session.user !== undefined,
    absoluteSeconds: config.SESSION_ABSOLUTE_LIFETIME,
  });
  registerAuthorizeRoutes(pages, { ...stores, issuer: config.ISSUER, basePath, clock, codes, pendingRequests, audit });
  registerLoginRoutes(pages, { ...login, checkPassword, signUp: config.SIGN_UP });
  registerConsentRoutes(pages, { ...stores, basePath, pendingRequests, audit });
  registerAccountRoutes(pages, {
    ...stores,
    basePath,
    clock,
    userSessions,
    withdrawConsent: createConsentWithdrawal({ ...stores, revocations: options.revocations, audit, clock }),
    passwordChange: config.PASSWORD_CHANGE,
  });
  registerLogoutRoutes(pages, { basePath, users, userSessions });
  if (config.PASSWORD_CHANGE) registerPasswordChangeRoutes(pages, { basePath, users, checkPassword, hashingQueue, userSessions, audit });
  if (config.SIGN_UP) {
    const signUps = createFailureThrottle({ store: shortLived, clock, name: 'sign-up', ...SIGN_UPS });
    registerSignUpRoutes(pages, { ...login, hashingQueue, throttle: signUps });
  }
}
