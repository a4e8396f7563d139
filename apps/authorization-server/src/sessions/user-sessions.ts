import { sessionHash, sessionKey } from '@rolecall/service-kit/sessions';
import type { Clock } from '@rolecall/storage/clock';
import type { ShortLivedStore } from '@rolecall/storage/short-lived-store';
import type { FastifyReply, FastifyRequest, Session } from 'fastify';
import type { AuditLog } from '../audit/audit-log.ts';
import type { LoggedIn } from '../authorize/next-step.ts';
import { MAXIMUM_SESSION_LIFETIME } from '../config.ts';
import type { Revocations } from '../revocation/revocations.ts';
import type { GrantStore, UserSession, UserSessionStore } from '../stores/types.ts';
import { deviceOf } from './device.ts';

/** The sessions in which users are logged in: each of them in one browser. */
export interface UserSessions {
  /**
   * Logs a user in, in this browser, under a new session id: one that somebody planted before is worth nothing after it.
   *
   * @param passwordHash the one that was checked. Where the user has another one by now, or has been disabled, the answer is false, and nobody is logged in here.
   */
  start(request: FastifyRequest, user: Omit<LoggedIn, 'authenticatedAt'>, passwordHash: string): Promise<boolean>;
  /** Those that are alive, the newest first, each with when it was last used (milliseconds since the epoch). */
  listOf(userId: string): Promise<(UserSession & { seenAt: number })[]>;
  /** Logs out here, and what depends on this session ends with it. */
  endThis(request: FastifyRequest, reply: FastifyReply): Promise<void>;
  /** Ends one of a user's sessions, wherever it is. False when there is none. */
  end(request: FastifyRequest, userId: string, id: string): Promise<boolean>;
  /** Ends all of a user's sessions. */
  endAll(request: FastifyRequest, userId: string): Promise<void>;
  /** The same, but this one goes on. @param options.grantsOfThis whether what depends on this one ends all the same. */
  endAllButThis(request: FastifyRequest, userId: string, options: { grantsOfThis: boolean }): Promise<void>;
}

/** What a session of this request is known by. */
export function thisSession(request: FastifyRequest): string {
  return sessionHash(request.session.sessionId);
}

export function createUserSessions(options: {
  sessions: UserSessionStore;
  grants: GrantStore;
  shortLived: ShortLivedStore;
  revocations: Revocations;
  audit: AuditLog;
  clock: Clock;
}): UserSessions {
  const { sessions, grants, shortLived, revocations, audit, clock } = options;

  /** What the application in a browser was granted goes with the session (RFC 10017). */
  async function endGrants(request: FastifyRequest, of: Parameters<GrantStore['revokeOfBrowserApplications']>[0]): Promise<void> {
    const now = clock.now();
    for (const grant of await grants.revokeOfBrowserApplications(of, now)) {
      await revocations.announce('grant', grant, now);
      audit.record(request, { type: 'grant_revoked', userId: of.userId, grant });
    }
  }

  async function idsOf(userId: string): Promise<string[]> {
    return (await sessions.listOf(userId, clock.now())).map(({ id }) => id);
  }

  /** The session first: a list without it must not hide one that is alive. */
  async function remove(ids: readonly string[]): Promise<void> {
    await Promise.all(ids.map((id) => shortLived.delete(sessionKey(id))));
    await sessions.remove(ids);
  }

  return {
    start: async (request, user, passwordHash) => {
      const { userId } = user;
      const former = request.session.user && { userId: request.session.user.userId, id: thisSession(request) };
      await request.session.regenerate(['browser']);
      const now = clock.now();
      const session = {
        id: thisSession(request),
        userId,
        ...deviceOf(request),
        createdAt: now,
        expiresAt: now + MAXIMUM_SESSION_LIFETIME * 1000,
      };
      const started = await sessions.add(session, passwordHash, former?.userId === userId ? former.id : undefined);
      if (started) request.session.user = { ...user, authenticatedAt: now };
      if (former === undefined || (started && former.userId === userId)) return started;
      await sessions.remove([former.id]);
      await endGrants(request, { userId: former.userId, session: former.id });
      return started;
    },
    listOf: async (userId) => {
      const all = await sessions.listOf(userId, clock.now());
      const alive = await shortLived.getAll<Session>(all.map(({ id }) => sessionKey(id)));
      return all.flatMap((session, index) =>
        alive[index] === undefined ? [] : [{ ...session, seenAt: alive[index].seenAt ?? session.createdAt }],
      );
    },
    endThis: async (request, reply) => {
      const { user } = request.session;
      const id = thisSession(request);
      await reply.endSession();
      if (user === undefined) return;
      await sessions.remove([id]);
      await endGrants(request, { userId: user.userId, session: id });
      audit.record(request, { type: 'logout', userId: user.userId });
    },
    end: async (request, userId, id) => {
      if (!(await idsOf(userId)).includes(id)) return false;
      await remove([id]);
      await endGrants(request, { userId, session: id });
      audit.record(request, { type: 'logout', userId });
      return true;
    },
    endAll: async (request, userId) => {
      await remove(await idsOf(userId));
      await endGrants(request, { userId });
      audit.record(request, { type: 'logout_everywhere', userId });
    },
    endAllButThis: async (request, userId, { grantsOfThis }) => {
      const here = thisSession(request);
      await remove((await idsOf(userId)).filter((id) => id !== here));
      await endGrants(request, { userId, ...(!grantsOfThis && { exceptSession: here }) });
      audit.record(request, { type: 'logout_everywhere', userId });
    },
  };
}
