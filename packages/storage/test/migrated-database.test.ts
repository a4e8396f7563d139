import { cp, mkdtemp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { migratedDatabase } from '../src/migrated-database.ts';
import { pendingMigrations } from '../src/migrations.ts';
import { openDatabase } from '../src/open-database.ts';

// Making a database takes seconds, and these make several.
vi.setConfig({ testTimeout: 60_000 });

let folder: string;
let migrations: string;
beforeEach(async () => {
  const temporary = await mkdtemp(join(tmpdir(), 'rolecall-storage-'));
  onTestFinished(() => rm(temporary, { recursive: true, force: true }));
  folder = join(temporary, 'copies');
  migrations = join(temporary, 'migrations');
  await mkdir(join(migrations, '1_tea'), { recursive: true });
  await writeFile(join(migrations, '1_tea', 'migration.sql'), 'CREATE TABLE tea (name text)');
});

/** What a copy has: the tables, and the migrations that it lacks. */
async function contentOf(copy: Blob): Promise<{ tables: string[]; pending: string[] }> {
  const database = await openDatabase({ kind: 'embedded', directory: 'memory://', loadDataDir: copy });
  try {
    const rows = await database.query<{ name: string }>("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1");
    return { tables: rows.map(({ name }) => name), pending: await pendingMigrations(database, migrations) };
  } finally {
    await database.close();
  }
}

const WITH_TEA = { tables: ['_prisma_migrations', 'tea'], pending: [] };

it('is made once: what is kept is what is opened', async () => {
  expect(await contentOf(await migratedDatabase(migrations, folder))).toEqual(WITH_TEA);
  const [name] = await readdir(folder);
  const before = await readFile(join(folder, name as string));
  expect(await contentOf(await migratedDatabase(migrations, folder))).toEqual(WITH_TEA);
  expect(await readdir(folder)).toEqual([name]);
  expect((await readFile(join(folder, name as string))).equals(before)).toBe(true);
});

it('is made anew where the file is cut off, changed or empty', async () => {
  await migratedDatabase(migrations, folder);
  const [name] = await readdir(folder);
  const file = join(folder, name as string);
  const whole = await readFile(file);
  const changed = Buffer.from(whole);
  changed[changed.length >> 1] = (changed[changed.length >> 1] as number) ^ 1;
  for (const broken of [whole.subarray(0, whole.length - 10_000), changed, Buffer.alloc(0)]) {
    await writeFile(file, broken);
    expect(await contentOf(await migratedDatabase(migrations, folder))).toEqual(WITH_TEA);
    expect((await readFile(file)).equals(broken)).toBe(false);
  }
});

it('is another one when a migration is added or changed', async () => {
  await migratedDatabase(migrations, folder);
  await cp(join(migrations, '1_tea'), join(migrations, '2_milk'), { recursive: true });
  await writeFile(join(migrations, '2_milk', 'migration.sql'), 'CREATE TABLE milk (fat int)');
  expect(await contentOf(await migratedDatabase(migrations, folder))).toEqual({
    tables: ['_prisma_migrations', 'milk', 'tea'],
    pending: [],
  });
  expect(await readdir(folder)).toHaveLength(2);
});

it('does without where the folder cannot be written', async () => {
  const file = join(folder, '..', 'a-file');
  await writeFile(file, '');
  expect(await contentOf(await migratedDatabase(migrations, join(file, 'copies')))).toEqual(WITH_TEA);
});

it('is whole for all of those that make it at the same time', async () => {
  const copies = await Promise.all([migratedDatabase(migrations, folder), migratedDatabase(migrations, folder)]);
  for (const copy of copies) expect(await contentOf(copy)).toEqual(WITH_TEA);
  expect(await readdir(folder)).toHaveLength(1);
});
