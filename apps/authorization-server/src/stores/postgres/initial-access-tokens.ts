import type { InitialAccessToken as Row, PrismaClient } from '../../generated/prisma/client.ts';
import type { InitialAccessToken, InitialAccessTokenStore } from '../types.ts';

export function createInitialAccessTokenStore(prisma: PrismaClient): InitialAccessTokenStore {
  return {
    add: async ({ id, note, hash, expiresAt, createdAt }) => {
      const expires = expiresAt === undefined ? null : new Date(expiresAt);
      await prisma.initialAccessToken.create({ data: { id, note, hash, expiresAt: expires, createdAt: new Date(createdAt) } });
    },
    list: async () => (await prisma.initialAccessToken.findMany({ orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] })).map(toToken),
    remove: async (id) => (await prisma.initialAccessToken.deleteMany({ where: { id } })).count === 1,
    find: async (hash) => {
      const row = await prisma.initialAccessToken.findUnique({ where: { hash } });
      return row === null ? undefined : toToken(row);
    },
  };
}

function toToken({ id, note, hash, expiresAt, createdAt }: Row): InitialAccessToken {
  return { id, note, hash, createdAt: createdAt.getTime(), ...(expiresAt !== null && { expiresAt: expiresAt.getTime() }) };
}
