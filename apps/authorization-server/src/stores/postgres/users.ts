import type { PrismaClient } from '../../generated/prisma/client.ts';
import type { User as UserRow } from '../../generated/prisma/client.ts';
import type { User, UserStore } from '../types.ts';

export function createUserStore(prisma: PrismaClient): UserStore {
  return {
    findByUsername: async (username) => toUser(await prisma.user.findUnique({ where: { username } })),
    find: async (id) => toUser(await prisma.user.findUnique({ where: { id } })),
    addIfAbsent: async (user) => (await prisma.user.createMany({ data: [user], skipDuplicates: true })).count === 1,
    setPasswordHash: async (id, passwordHash, insteadOf) =>
      void (await prisma.user.updateMany({
        where: { id, ...(insteadOf !== undefined && { passwordHash: insteadOf }) },
        data: { passwordHash },
      })),
    setDisabled: async (id, at) =>
      void (await prisma.user.updateMany({ where: { id }, data: { disabledAt: at === undefined ? null : new Date(at) } })),
  };
}

function toUser(row: UserRow | null): User | undefined {
  if (row === null) return undefined;
  const { id, username, passwordHash, name } = row;
  return { id, username, passwordHash, name, disabled: row.disabledAt !== null };
}
