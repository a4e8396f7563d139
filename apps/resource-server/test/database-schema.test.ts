import { fileURLToPath } from 'node:url';
import { migrate } from '@rolecall/storage/migrations';
import { type Database, openDatabase } from '@rolecall/storage/open-database';
import { testDatabaseLocation } from '@rolecall/storage/test-support/stores';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Prisma, PrismaClient } from '../src/generated/prisma/client.ts';

const MIGRATIONS = fileURLToPath(new URL('../prisma/migrations', import.meta.url));

let database: Database;
let prisma: PrismaClient;
beforeAll(async () => {
  database = await openDatabase(await testDatabaseLocation());
  await migrate(database, MIGRATIONS);
  prisma = new PrismaClient({ adapter: database.adapter });
});
afterAll(async () => {
  await prisma.$disconnect();
  await database.close();
});

const NOTE = {
  id: '6f1c1f6e-0d3b-4b43-9a55-0c8a7b9d2e11',
  issuer: 'https://login.example',
  subject: 'alice',
  title: 'A title',
  body: 'A body',
  createdAt: new Date('2026-01-02T03:04:05.678Z'),
  updatedAt: new Date('2026-02-03T04:05:06.789Z'),
};

describe('the migrations, written by hand,', () => {
  it('make the columns that the Prisma schema names, and no others', async () => {
    const columns = await database.query<{ name: string }>(
      `SELECT column_name AS name FROM information_schema.columns WHERE table_name = 'notes' AND table_schema = current_schema()`,
    );
    const expected = Object.keys(Prisma.NoteScalarFieldEnum).map((field) =>
      field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    );
    expect(columns.map(({ name }) => name).sort()).toEqual(expected.sort());
  });

  it('keep every value as it was given, whatever the time zone', async () => {
    await prisma.note.create({ data: NOTE });
    expect(await prisma.note.findUniqueOrThrow({ where: { id: NOTE.id } })).toEqual(NOTE);
    const [row] = await database.query<{ milliseconds: string }>(
      `SELECT (extract(epoch FROM created_at) * 1000)::bigint::text AS milliseconds FROM notes`,
    );
    expect(row?.milliseconds).toBe(String(NOTE.createdAt.getTime()));
  });

  it('allow one note of an id', async () => {
    await expect(prisma.note.create({ data: NOTE })).rejects.toMatchObject({ code: 'P2002' });
  });

  it.each(Object.keys(Prisma.NoteScalarFieldEnum))('allow no note without %s', async (field) => {
    const column = field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    const [row] = await database.query<{ nullable: string }>(
      `SELECT is_nullable AS nullable FROM information_schema.columns
       WHERE table_name = 'notes' AND table_schema = current_schema() AND column_name = $1`,
      [column],
    );
    expect(row?.nullable).toBe('NO');
  });

  it('make the index that a page of a list is read from, without sorting', async () => {
    await database.execute('SET enable_seqscan = off');
    const plan = await database.query<Record<string, string>>(
      `EXPLAIN SELECT * FROM notes WHERE issuer = 'i' AND subject = 's' AND created_at <= now() ORDER BY created_at DESC, id DESC LIMIT 21`,
    );
    const text = plan.map((line) => Object.values(line).join()).join('\n');
    expect(text).toContain('notes_owner_newest_first');
    expect(text).not.toContain('Sort');
  });
});
