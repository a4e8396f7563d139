import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import type { DatabaseLocation } from '../src/database-location.ts';
import { migrate, pendingMigrations } from '../src/migrations.ts';
import { type Database, openDatabase } from '../src/open-database.ts';
import { testDatabaseLocation } from '../test-support/stores.ts';

let location: DatabaseLocation;
let database: Database;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rolecall-migrations-'));
  location = await testDatabaseLocation();
  database = await openDatabase(location);
});
afterEach(async () => {
  if (location.kind === 'postgres') await database.execute(`DROP SCHEMA "${location.schema}" CASCADE`);
  await database.close();
  await rm(folder, { recursive: true });
});

async function write(name: string, sql: string): Promise<void> {
  await mkdir(join(folder, name), { recursive: true });
  await writeFile(join(folder, name, 'migration.sql'), sql);
}
const writeTwo = async (): Promise<void> => {
  // The second needs the first; written in the other order, as a file system may list them.
  await write('20260102000000_second', 'INSERT INTO plant VALUES (1), (2);');
  await write('20260101000000_first', 'CREATE TABLE plant (id INTEGER PRIMARY KEY);');
};
const tableExists = async (name: string): Promise<boolean> => {
  const [row] = await database.query<{ exists: boolean }>('SELECT to_regclass($1) IS NOT NULL AS "exists"', [name]);
  return row?.exists === true;
};

describe('migrate', () => {
  it('applies what is missing in the order of the names, and nothing twice', async () => {
    await writeTwo();
    expect(await migrate(database, folder)).toEqual(['20260101000000_first', '20260102000000_second']);
    expect(await migrate(database, folder)).toEqual([]);
    await write('20260103000000_third', 'INSERT INTO plant VALUES (3);');
    expect(await migrate(database, folder)).toEqual(['20260103000000_third']);
    expect(await database.query('SELECT id FROM plant ORDER BY id')).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
  });

  it('keeps the record that `prisma migrate deploy` would keep', async () => {
    await write('20260101000000_first', 'CREATE TABLE plant (id INTEGER PRIMARY KEY);');
    await migrate(database, folder);
    const rows = await database.query(
      'SELECT migration_name, checksum, applied_steps_count, finished_at IS NOT NULL AS finished, rolled_back_at, logs FROM _prisma_migrations',
    );
    expect(rows).toEqual([
      {
        migration_name: '20260101000000_first',
        // sha256sum of the file
        checksum: 'a5b30a5785b885ae84cf2e0ab29fa2e9d74a08edcf1a254bcb61342e50618132',
        applied_steps_count: 1,
        finished: true,
        rolled_back_at: null,
        logs: null,
      },
    ]);
  });

  it('refuses to go on when an applied migration was changed', async () => {
    await writeTwo();
    await migrate(database, folder);
    await write('20260101000000_first', 'CREATE TABLE plant (id BIGINT PRIMARY KEY);');
    await write('20260103000000_third', 'INSERT INTO plant VALUES (3);');
    await expect(migrate(database, folder)).rejects.toThrow('20260101000000_first was changed');
    await expect(pendingMigrations(database, folder)).rejects.toThrow('20260101000000_first was changed');
    expect(await database.query('SELECT count(*)::int AS plants FROM plant')).toEqual([{ plants: 2 }]);
  });

  it('leaves nothing behind of a migration that fails, and keeps those before it', async () => {
    await writeTwo();
    await write('20260103000000_broken', 'CREATE TABLE animal (id INTEGER); INSERT INTO plant VALUES (1);');
    await expect(migrate(database, folder)).rejects.toThrow(/20260103000000_broken failed: .*duplicate key/);
    expect(await tableExists('plant')).toBe(true);
    expect(await tableExists('animal')).toBe(false);
    expect(await pendingMigrations(database, folder)).toEqual(['20260103000000_broken']);

    await write('20260103000000_broken', 'CREATE TABLE animal (id INTEGER);');
    expect(await migrate(database, folder)).toEqual(['20260103000000_broken']);
  });

  it('lets a migration take as long as it needs', async () => {
    await write('20260101000000_first', `CREATE TABLE setting AS SELECT current_setting('statement_timeout') AS value;`);
    await migrate(database, folder);
    expect(await database.query('SELECT value FROM setting')).toEqual([{ value: '0' }]);
  });

  it('says which folder is missing', async () => {
    await expect(migrate(database, join(folder, 'nowhere'))).rejects.toThrow('nowhere');
  });
});

describe('pendingMigrations', () => {
  it('names all of them on a new database, and changes nothing', async () => {
    await writeTwo();
    expect(await pendingMigrations(database, folder)).toEqual(['20260101000000_first', '20260102000000_second']);
    expect(await tableExists('_prisma_migrations')).toBe(false);
  });

  it('names what was added since', async () => {
    await writeTwo();
    await migrate(database, folder);
    await write('20260103000000_third', 'SELECT 1');
    expect(await pendingMigrations(database, folder)).toEqual(['20260103000000_third']);
  });
});

if (inject('stores') === 'services') {
  it('works once when several processes migrate the same new database at the same moment', async () => {
    await writeTwo();
    const databases = await Promise.all(Array.from({ length: 5 }, () => openDatabase(location)));
    const applied = await Promise.all(databases.map((each) => migrate(each, folder)));
    expect(applied.flat().sort()).toEqual(['20260101000000_first', '20260102000000_second']);
    await Promise.all(databases.map((each) => each.close()));
  });
} else {
  describe('the folder of an embedded database', () => {
    it('keeps what was written', async () => {
      const directory = join(folder, 'kept');
      const first = await openDatabase({ ...location, kind: 'embedded', directory });
      await first.execute('CREATE TABLE plant AS SELECT 7 AS id');
      await first.close();
      const second = await openDatabase({ kind: 'embedded', directory });
      expect(await second.query('SELECT id FROM plant')).toEqual([{ id: 7 }]);
      await second.close();
    });

    it('is refused to a second one at the same time, which would destroy it', async () => {
      const directory = join(folder, 'shared');
      const first = await openDatabase({ ...location, kind: 'embedded', directory });
      await expect(openDatabase({ kind: 'embedded', directory })).rejects.toThrow(`${directory} is in use by another process`);
      await first.close();
    });

    it('is named when it cannot be used', async () => {
      await writeFile(join(folder, 'file'), '');
      const directory = join(folder, 'file', 'database');
      await expect(openDatabase({ kind: 'embedded', directory })).rejects.toThrow(directory);
    });
  });
}
