import { Prisma, type PrismaClient } from '../../generated/prisma/client.ts';
import type { User as UserRow } from '../../generated/prisma/client.ts';
import type { User, UserStore } from '../types.ts';
import { endGrants } from './end-grants.ts';

export function createUserStore(prisma: PrismaClient): UserStore {
  return {
    findByUsername: async (username) => {
      const row = await prisma.user.findUnique({ where: { username } });
      return row === null ? undefined : toUser(row);
    },
    find: async (id) => {
      const row = await prisma.user.findUnique({ where: { id } });
      return row === null ? undefined : toUser(row);
    },
    list: async ({ after, limit }) => {
      const rows = await prisma.user.findMany({
        ...(after !== undefined && { where: { username: { gt: after } } }),
        orderBy: { username: 'asc' },
        take: limit,
      });
      return rows.map(toUser);
    },
    addIfAbsent: async (user) => (await prisma.user.createMany({ data: [user], skipDuplicates: true })).count === 1,
    setPasswordHash: async (id, passwordHash, insteadOf) =>
      (
        await prisma.user.updateMany({
          where: { id, ...(insteadOf !== undefined && { passwordHash: insteadOf }) },
          data: { passwordHash },
        })
      ).count === 1,
    rename: async (id, { username, name }) => {
      try {
        const data = { ...(username !== undefined && { username }), ...(name !== undefined && { name }) };
        return (await prisma.user.updateMany({ where: { id }, data })).count === 1 ? 'renamed' : 'absent';
      } catch (error) {
        if (isTaken(error)) return 'taken';
        throw error;
      }
    },
    setDisabled: async (id, at) => {
      const changed = await prisma.$transaction([
        ...(at === undefined ? endGrants(prisma, { userId: id }, Date.now()) : []),
        prisma.user.updateMany({
          where: { id, disabledAt: at === undefined ? { not: null } : null },
          data: { disabledAt: at === undefined ? null : new Date(at) },
        }),
      ]);
      return changed.at(-1)?.count === 1;
    },
    remove: async (id) => (await prisma.user.deleteMany({ where: { id } })).count === 1,
  };
}

/** Breaks a unique constraint (Prisma's P2002). */
function isTaken(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002';
}

export function toUser({ id, username, passwordHash, name, disabledAt }: UserRow): User {
  return { id, username, passwordHash, name, disabled: disabledAt !== null };
}
