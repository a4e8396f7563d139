import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '@rolecall/storage/clock';
import type { ShortLivedStore } from '@rolecall/storage/short-lived-store';
import type { FastifyBaseLogger } from 'fastify';
import { PeerError } from '../peer-error.ts';
import { TokenRefusedError } from '../token/refused.ts';
import type { Access } from './access.ts';
import type { AccessStore } from './access-store.ts';

export type RefreshableAccess = Access & { refreshToken: string };

export interface RenewalDependencies {
  store: ShortLivedStore;
  accesses: AccessStore;
  clock: Clock;
  logger: FastifyBaseLogger;
  /** Asks the authorization server. */
  refresh: (access: RefreshableAccess) => Promise<Access>;
  /** Told of access that nobody has any use for: what came for a session that had ended meanwhile. */
  discard: (access: Access) => void;
  /** Seconds that one refresh may take at most. */
  longestSeconds: number;
}

/** Keeps access fresh. Both answer undefined when it has ended: there are no tokens any more, and the user has to be asked again. */
export interface Renewal {
  /**
   * The access to use now, renewed if it is about to expire. While a renewal fails and the token is good, that goes on being used.
   *
   * @throws PeerError when it has expired and cannot be renewed just now. Nothing is lost by that.
   */
  current(id: string): Promise<Access | undefined>;
  /**
   * What replaces access that the API refuses. Whoever was refused with an older state than the one that is kept gets that one, without another refresh.
   *
   * @throws PeerError when it cannot be renewed just now. Nothing is lost by that.
   */
  replacementOf(id: string, refused: RefreshableAccess): Promise<Access | undefined>;
}

/** After a failure tokens that are still good are used as they are for so long: not every page must wait for a server that is down. */
const PAUSE_SECONDS = 10;

/** With these answers the refresh token can never be used, while nothing is said about the access token. Whatever else goes wrong may be well in a moment. */
const USELESS = new Set(['unauthorized_client', 'unsupported_grant_type', 'invalid_scope', 'invalid_target']);

/** How often another instance's refresh is looked after. */
const POLL_MILLISECONDS = 50;

/**
 * One refresh at a time for each access, over all instances that share a store: whoever is first sets a mark in one atomic step, all others wait for what it stores.
 * Two with the same refresh token would look like theft to a server that rotates them (RFC 9700 §4.14.2).
 */
export function createRenewal(dependencies: RenewalDependencies): Renewal {
  const { store, accesses, clock, logger, longestSeconds } = dependencies;
  const underWay = new Map<string, Promise<Access | undefined>>();

  /** One wait for each access in this process, however many requests need it. */
  const renew = (id: string, old: RefreshableAccess): Promise<Access | undefined> => {
    const key = `${id} ${old.renewals}`;
    const shared = underWay.get(key);
    if (shared !== undefined) return shared;
    const work = renewInTurn(id, old).finally(() => underWay.delete(key));
    underWay.set(key, work);
    return work;
  };

  const renewInTurn = async (id: string, old: RefreshableAccess): Promise<Access | undefined> => {
    // The mark outlives the longest refresh: only who died while holding it lets it expire.
    const deadline = performance.now() + longestSeconds * 1000;
    while (!(await store.claim(markOf(id), longestSeconds + 5))) {
      if (performance.now() > deadline) throw new PeerError('authorization server', 'a refresh that was begun elsewhere did not end');
      await pause(POLL_MILLISECONDS);
      const latest = await accesses.find(id);
      if (latest?.renewals !== old.renewals) return latest;
    }
    try {
      const latest = await accesses.find(id);
      return latest?.renewals === old.renewals && isRefreshable(latest) ? await refreshAndKeep(id, latest) : latest;
    } finally {
      await store.delete(markOf(id)).catch((error: unknown) => logger.warn({ err: error }, 'the mark of a refresh stays until it expires'));
    }
  };

  const refreshAndKeep = async (id: string, old: RefreshableAccess): Promise<Access | undefined> => {
    try {
      const renewed = await dependencies.refresh(old);
      if (await accesses.replace(id, renewed)) return renewed;
      dependencies.discard(renewed);
      return undefined;
    } catch (error) {
      if (!(error instanceof TokenRefusedError)) throw error;
      const { error: code } = error.refusal;
      // It is about to be logged.
      if (code.includes(old.refreshToken)) throw new PeerError('authorization server', 'the refusal repeats the refresh token');
      logger.info({ refusal: code }, 'the authorization server refuses to refresh');
      if (code === 'invalid_grant') return end(id);
      if (!USELESS.has(code)) throw new PeerError('authorization server', error.message);
      const { refreshToken: _, renewAt: __, ...rest } = old;
      return (await accesses.replace(id, rest)) ? rest : undefined;
    }
  };

  const end = async (id: string): Promise<undefined> => void (await accesses.take(id));

  const isGood = ({ expiresAt }: Access): boolean => expiresAt === undefined || expiresAt > clock.now();

  return {
    current: async (id) => {
      const access = await accesses.find(id);
      if (access === undefined || !isRefreshable(access) || access.renewAt === undefined || access.renewAt > clock.now()) return access;
      if (!isGood(access)) return renew(id, access);
      if ((await store.get(pauseOf(id))) !== undefined) return access;
      try {
        return await renew(id, access);
      } catch (error) {
        if (!(error instanceof PeerError)) throw error;
        logger.warn({ err: error }, 'the access token could not be renewed; it is still good');
        await store.set(pauseOf(id), true, PAUSE_SECONDS);
        return access;
      }
    },
    replacementOf: renew,
  };
}

const markOf = (id: string) => `renewing:${id}`;
const pauseOf = (id: string) => `renewal-paused:${id}`;

/** Is there a refresh token? */
export function isRefreshable(access: Access): access is RefreshableAccess {
  return access.refreshToken !== undefined;
}
