import type { PrismaClient, UserSession as Row } from '../../generated/prisma/client.ts';
import type { UserSession, UserSessionStore } from '../types.ts';

export function createUserSessionStore(prisma: PrismaClient): UserSessionStore {
  return {
    add: async ({ createdAt, expiresAt, ...session }, instead) => {
      const add = prisma.userSession.create({ data: { ...session, createdAt: new Date(createdAt), expiresAt: new Date(expiresAt) } });
      if (instead === undefined) return void (await add);
      await prisma.$transaction([
        add,
        prisma.userSession.deleteMany({ where: { id: instead, userId: session.userId } }),
        prisma.grant.updateMany({ where: { sessionId: instead, userId: session.userId }, data: { sessionId: session.id } }),
      ]);
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
