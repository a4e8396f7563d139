import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from './open-database.ts';

interface Migration {
  name: string;
  sql: string;
  /** SHA-256 of the file, as Prisma records it. */
  checksum: string;
}

/** The table that `prisma migrate deploy` keeps, column for column, so that either tool can go on where the other stopped. */
const MIGRATIONS_TABLE = `
CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  "id" VARCHAR(36) PRIMARY KEY NOT NULL,
  "checksum" VARCHAR(64) NOT NULL,
  "finished_at" TIMESTAMPTZ,
  "migration_name" VARCHAR(255) NOT NULL,
  "logs" TEXT,
  "rolled_back_at" TIMESTAMPTZ,
  "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(),
  "applied_steps_count" INTEGER NOT NULL DEFAULT 0
)`;

/**
 * Applies the migrations of a Prisma `migrations` folder that the database does not have yet, in the order of their names,
 * each in a transaction of its own. Several processes may call it at once: one works, the others wait.
 *
 * @returns the names of those applied now.
 * @throws Error when an applied migration's file has changed since, or one fails.
 */
export async function migrate(database: Database, migrationsDirectory: string): Promise<string[]> {
  const applied: string[] = [];
  await database.exclusively(async () => {
    await database.execute(MIGRATIONS_TABLE);
    for (const migration of await pending(database, migrationsDirectory)) {
      await apply(database, migration);
      applied.push(migration.name);
    }
  });
  return applied;
}

/**
 * The names of the migrations that the database lacks. Changes nothing.
 *
 * @throws Error when an applied migration's file has changed since.
 */
export async function pendingMigrations(database: Database, migrationsDirectory: string): Promise<string[]> {
  const [table] = await database.query<{ exists: boolean }>(`SELECT to_regclass('_prisma_migrations') IS NOT NULL AS "exists"`);
  const all = table?.exists ? await pending(database, migrationsDirectory) : await read(migrationsDirectory);
  return all.map((migration) => migration.name);
}

async function pending(database: Database, directory: string): Promise<Migration[]> {
  const rows = await database.query<{ migration_name: string; checksum: string }>(
    'SELECT migration_name, checksum FROM "_prisma_migrations" WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
  );
  const checksums = new Map(rows.map((row) => [row.migration_name, row.checksum]));
  return (await read(directory)).filter((migration) => {
    const checksum = checksums.get(migration.name);
    if (checksum !== undefined && checksum !== migration.checksum)
      throw new Error(`migration ${migration.name} was changed after it had been applied to this database`);
    return checksum === undefined;
  });
}

async function read(directory: string): Promise<Migration[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const sql = await readFile(join(directory, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

async function apply(database: Database, migration: Migration): Promise<void> {
  const values = [randomUUID(), migration.checksum, migration.name].map((value) => `'${value.replaceAll("'", "''")}'`).join(', ');
  try {
    // Statements that are sent together are one transaction: all of the migration and its record, or nothing.
    // A statement of a migration may take as long as a large table needs.
    await database.execute(`SET LOCAL statement_timeout = 0;
${migration.sql};
INSERT INTO "_prisma_migrations" (id, checksum, migration_name, finished_at, applied_steps_count) VALUES (${values}, now(), 1)`);
  } catch (cause) {
    throw new Error(`migration ${migration.name} failed: ${(cause as Error).message}`, { cause });
  }
}
