import type { Note, PrismaClient } from '../../generated/prisma/client.ts';
import type { NoteStore, Owner, StoredNote } from '../types.ts';

/** The {@link NoteStore} on Prisma: Postgres, or its embedded twin. Every method is one statement. */
export function createNoteStore(prisma: PrismaClient): NoteStore {
  return {
    list: async (owner, { limit, after }) => {
      const where = after && {
        // "Before in time, or at the same time with a lesser id", said so that the index can begin at the right place.
        createdAt: { lte: after.createdAt },
        OR: [{ createdAt: { lt: after.createdAt } }, { id: { lt: after.id } }],
      };
      const rows = await prisma.note.findMany({
        where: { ...ownedBy(owner), ...where },
        orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
        take: limit,
      });
      return rows.map(stored);
    },

    create: async (owner, note) => stored(await prisma.note.create({ data: { ...ownedBy(owner), ...note } })),

    find: async (owner, id) => {
      const row = await prisma.note.findFirst({ where: { ...ownedBy(owner), id } });
      return row === null ? undefined : stored(row);
    },

    replace: async (owner, id, { title, body }, updatedAt) => {
      const [row] = await prisma.note.updateManyAndReturn({ where: { ...ownedBy(owner), id }, data: { title, body, updatedAt } });
      return row && stored(row);
    },

    remove: async (owner, id) => {
      const { count } = await prisma.note.deleteMany({ where: { ...ownedBy(owner), id } });
      return count > 0;
    },
  };
}

const ownedBy = ({ issuer, subject }: Owner) => ({ issuer, subject });

const stored = ({ id, title, body, createdAt, updatedAt }: Note): StoredNote => ({ id, title, body, createdAt, updatedAt });
