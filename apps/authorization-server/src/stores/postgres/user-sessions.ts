import type { PrismaClient, UserSession as Row } from '../../generated/prisma/client.ts';
import type { UserSession, UserSessionStore } from '../types.ts';

export function createUserSessionStore(prisma: PrismaClient): UserSessionStore {
  return {
    add: async ({ id, userId, userAgent, address, createdAt, expiresAt }, passwordHash, instead) => {
      // The user stays locked until this is recorded: a change that comes at the same time waits, and finds the session, or has come first, and is seen.
      const add = prisma.$executeRaw`
        INSERT INTO user_sessions (id, user_id, user_agent, address, created_at, expires_at)
        SELECT ${id}, id, ${userAgent ?? null}, ${address ?? null}, ${new Date(createdAt)}::timestamptz, ${new Date(expiresAt)}::timestamptz
        FROM users WHERE id = ${userId} AND password_hash = ${passwordHash} AND disabled_at IS NULL FOR SHARE`;
      if (instead === undefined) return (await add) === 1;
      const former = { userId, user: { sessions: { some: { id } } } };
      const [added] = await prisma.$transaction([
        add,
        prisma.userSession.deleteMany({ where: { id: instead, ...former } }),
        prisma.grant.updateMany({ where: { sessionId: instead, ...former }, data: { sessionId: id } }),
      ]);
      return added === 1;
    },
    listOf: async (userId, now) => {
      const rows = await prisma.userSession.findMany({
        where: { userId, expiresAt: { gt: new Date(now) } },
        orderBy: { createdAt: 'desc' },
      });
      return rows.map(toSession);
    },
    remove: async (ids) => void (await prisma.userSession.deleteMany({ where: { id: { in: [...ids] } } })),
  };
}

function toSession({ id, userId, userAgent, address, createdAt, expiresAt }: Row): UserSession {
  return {
    id,
    userId,
    createdAt: createdAt.getTime(),
    expiresAt: expiresAt.getTime(),
    ...(userAgent !== null && { userAgent }),
    ...(address !== null && { address }),
  };
}
