import { randomBytes } from 'node:crypto';
import type { Clock } from '@rolecall/storage/clock';
import type { ShortLivedStore } from '@rolecall/storage/short-lived-store';
import type { FastifyBaseLogger } from 'fastify';
import { type Access, newAccess } from '../access/access.ts';
import { hasEndpoint } from '../discovery/endpoint.ts';
import type { Peers } from '../discovery/peers.ts';
import { PeerError } from '../peer-error.ts';
import { withoutUnknownOfflineAccess } from '../sign-in/scope.ts';
import { requestDeviceTokens } from '../token/device-grant.ts';
import type { TokenEndpoint } from '../token/endpoint.ts';
import { TokenRefusedError } from '../token/refused.ts';
import { type DeviceAuthorization, requestDeviceAuthorization } from './device-authorization.ts';

/** Access for a device on which nobody can log in (RFC 8628). All but `find` and `drop` throw PeerError when a server that is needed cannot be reached or used. */
export interface DeviceFlow {
  /** Can the authorization server do it? */
  isOffered(): Promise<boolean>;
  /** Begins. @returns where it is kept. @throws TokenRefusedError when the authorization server refuses. */
  start(): Promise<string>;
  find(id: string): Promise<DeviceAuthorization | undefined>;
  /**
   * Asks the authorization server, if it is time for that, whether the user has decided. However many ask at once, over all instances: one of them does.
   *
   * @returns access for the one caller that got it, else how it stands. Undefined when it is not there any more.
   */
  ask(id: string): Promise<{ access: Access } | { pending: DeviceAuthorization } | undefined>;
  drop(id: string): Promise<void>;
}

export interface DeviceFlowDependencies extends TokenEndpoint {
  peers: Peers;
  store: ShortLivedStore;
  clock: Clock;
  logger: FastifyBaseLogger;
  /** Told of access that nobody wants any more: it came when the user had cancelled. */
  discard: (access: Access) => void;
  /** Seconds that one question may take at most. */
  longestSeconds: number;
}

/** RFC 8628 §3.5: so much longer is every wait after `slow_down`. */
const SLOWER_SECONDS = 5;
/** Doubled no further than this: the user is waiting. */
const LONGEST_DOUBLED_SECONDS = 60;
/** How it ended can be read for so long. */
const AFTERWARDS_SECONDS = 600;

export function createDeviceFlow({ peers, store, logger, discard, longestSeconds, ...endpoint }: DeviceFlowDependencies): DeviceFlow {
  const { clock } = endpoint;
  const find = (id: string) => store.get<DeviceAuthorization>(keyOf(id));
  const lifetime = ({ expiresAt }: DeviceAuthorization) => Math.max(0, Math.ceil((expiresAt - clock.now()) / 1000)) + AFTERWARDS_SECONDS;

  /** One question, and what comes of it. */
  const askOnce = async (
    id: string,
    before: DeviceAuthorization,
  ): Promise<{ access: Access } | { pending: DeviceAuthorization } | undefined> => {
    const now = await outcome(before);
    if ('access' in now) {
      if ((await store.take(keyOf(id))) !== undefined) return now;
      discard(now.access);
      return undefined;
    }
    const pending = { ...before, ...now, askAt: clock.now() + (now.intervalSeconds ?? before.intervalSeconds) * 1000 };
    await store.replace(keyOf(id), pending, lifetime(pending));
    return { pending };
  };

  const outcome = async (before: DeviceAuthorization): Promise<{ access: Access } | Partial<DeviceAuthorization>> => {
    const { issuer, resource, requestedScope, deviceCode, dpopKey, intervalSeconds } = before;
    try {
      const tokens = await requestDeviceTokens(endpoint, await peers.at(issuer), { deviceCode, resource, dpopKey });
      return { access: newAccess(tokens, { issuer, resource, requestedScope, dpopKey }) };
    } catch (error) {
      if (error instanceof TokenRefusedError) return afterRefusal(error, intervalSeconds);
      if (!(error instanceof PeerError)) throw error;
      // RFC 8628 §3.5: a server that does not answer is asked less and less often.
      logger.warn({ err: error }, 'it could not be asked whether the user has decided');
      return { intervalSeconds: lessOften(intervalSeconds) };
    }
  };

  return {
    isOffered: async () => hasEndpoint(await peers.authorizationServer(), 'device_authorization_endpoint'),
    start: async () => {
      const [server, api] = await Promise.all([peers.authorizationServer(), peers.resourceServer()]);
      const scope = withoutUnknownOfflineAccess(api?.scopes_supported?.join(' '), server.scopes_supported);
      const authorization = await requestDeviceAuthorization(endpoint, server, { resource: peers.resource, scope });
      const id = randomBytes(32).toString('base64url');
      await store.set(keyOf(id), authorization, lifetime(authorization));
      return id;
    },
    find,
    ask: async (id) => {
      const before = await find(id);
      if (before === undefined || before.end !== undefined) return before && { pending: before };
      if (before.expiresAt <= clock.now()) return { pending: { ...before, end: { kind: 'expired' } } };
      if (before.askAt > clock.now() || !(await store.claim(markOf(id), longestSeconds))) return { pending: before };
      try {
        // Somebody else may have asked between the two.
        const latest = await find(id);
        if (latest === undefined || latest.askAt > clock.now()) return latest && { pending: latest };
        return await askOnce(id, latest);
      } finally {
        // What was answered must not be lost with it.
        await store
          .delete(markOf(id))
          .catch((error: unknown) => logger.warn({ err: error }, 'the mark of a question stays until it expires'));
      }
    },
    drop: (id) => store.delete(keyOf(id)),
  };
}

function afterRefusal({ refusal }: TokenRefusedError, intervalSeconds: number): Partial<DeviceAuthorization> {
  switch (refusal.error) {
    case 'authorization_pending':
      return {};
    case 'slow_down':
      return { intervalSeconds: intervalSeconds + SLOWER_SECONDS };
    case 'temporarily_unavailable':
      return { intervalSeconds: lessOften(intervalSeconds) };
    case 'access_denied':
      return { end: { kind: 'denied' } };
    case 'expired_token':
      return { end: { kind: 'expired' } };
    default:
      return { end: { kind: 'refused', refusal } };
  }
}

const lessOften = (intervalSeconds: number) => Math.max(intervalSeconds, Math.min(intervalSeconds * 2, LONGEST_DOUBLED_SECONDS));

const keyOf = (id: string) => `device:${id}`;
const markOf = (id: string) => `asking-for-device:${id}`;
