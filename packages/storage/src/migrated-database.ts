import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { InMemoryBlob } from './in-memory-blob.ts';
import { openMigratedDatabase } from './open-migrated-database.ts';

/** Counted up where copies change in another way than by their migrations and their program. */
const FORMAT = 2;

/** Of the CRC-32 at the end of a copy, which tells what a crash or a disk has left incomplete. */
const CHECKSUM_BYTES = 4;

/**
 * An embedded database that has all migrations of a folder and nothing else, for `loadDataDir` of a `DatabaseLocation`: opening a copy takes a tenth
 * of the time that making one takes. It is made once, and kept in a folder under a name that the migrations and the version of the embedded Postgres
 * decide. A copy that cannot be read is made anew; a folder that cannot be written costs time and nothing else.
 *
 * @param migrations a Prisma `migrations` folder.
 * @param folder where copies are kept; undefined: nowhere. Whoever can write there decides what is in the database.
 */
export async function migratedDatabase(migrations: string, folder: string | undefined): Promise<Blob> {
  if (folder === undefined) return new InMemoryBlob(await make(migrations));
  const file = join(folder, `${await nameOf(migrations)}.tar`);
  const kept = await readFile(file).then(verified, () => undefined);
  if (kept !== undefined) return new InMemoryBlob(kept);
  const made = await make(migrations);
  await keep(file, made).catch(() => {});
  return new InMemoryBlob(made);
}

/**
 * What no copy needs: the two databases from which others would be made, two thirds of all files, and a log that whoever opens the copy would go through.
 * One statement at a time: each has to be a transaction of its own.
 */
const LEAVE_OUT = ['UPDATE pg_database SET datistemplate = false', 'DROP DATABASE template0', 'DROP DATABASE template1', 'CHECKPOINT'];

async function make(migrations: string): Promise<Uint8Array> {
  const database = await openMigratedDatabase({ kind: 'embedded', directory: 'memory://' }, { directory: migrations, mode: 'apply' });
  try {
    for (const statement of LEAVE_OUT) await database.execute(statement);
    return new Uint8Array(await ((await database.dump?.()) as Blob).arrayBuffer());
  } finally {
    await database.close();
  }
}

/** In one step: nobody reads half a file, and of several processes that make it at once any one's will do. */
async function keep(file: string, content: Uint8Array): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const unfinished = join(dirname(file), `${randomUUID()}.part`);
  const checksum = Buffer.alloc(CHECKSUM_BYTES);
  checksum.writeUInt32BE(crc32(content));
  try {
    await writeFile(unfinished, Buffer.concat([content, checksum]), { mode: 0o600 });
    await rename(unfinished, file);
  } finally {
    await rm(unfinished, { force: true });
  }
}

/** What a file holds, or undefined when that is not what was written. */
function verified(file: Buffer): Uint8Array | undefined {
  if (file.length <= CHECKSUM_BYTES) return undefined;
  const content = file.subarray(0, -CHECKSUM_BYTES);
  return file.readUInt32BE(content.length) === crc32(content) ? content : undefined;
}

async function nameOf(migrations: string): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([FORMAT, await embeddedVersion()]));
  for (const name of (await readdir(migrations, { recursive: true })).sort()) {
    if (!name.endsWith('.sql')) continue;
    const sql = await readFile(join(migrations, name));
    hash.update(`\n${name} ${sql.length}\n`).update(sql);
  }
  return hash.digest('hex').slice(0, 32);
}

/** The package does not let its manifest be imported: it is read where the program is. */
async function embeddedVersion(): Promise<string> {
  const program = createRequire(import.meta.url).resolve('@electric-sql/pglite');
  const { version } = JSON.parse(await readFile(join(dirname(program), '..', 'package.json'), 'utf8')) as { version: string };
  return version;
}
