import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { tryLock } from '@rolecall/storage/folder-lock';
import { addressesFrom, dataDirectory, roleSpecs } from './ecosystem/roles.ts';

// Deletes what the roles keep on this machine, so that the next start begins with nothing but the seeds.
const directory = dataDirectory(process.env);
const roles = roleSpecs(addressesFrom(process.env), process.env).map((spec) => spec.name);

// Only what the roles made: DATA_DIR may be a folder that holds other things too.
const mine = (await entriesOf(directory)).filter((entry) => roles.some((role) => entry === role || entry === `${role}.lock`));
const inUse = await lockedBelow(directory, mine);
if (inUse !== undefined) {
  process.stderr.write(`reset: ${inUse} is in use; stop the roles first\n`);
  process.exit(1);
}
for (const entry of mine) await rm(join(directory, entry), { recursive: true, force: true });
process.stdout.write(mine.length === 0 ? `Nothing is kept in ${directory}.\n` : `Deleted what the roles kept in ${directory}.\n`);

if (process.env['DATABASE_URL'] || process.env['REDIS_URL']) {
  process.stdout.write(`Postgres and Redis were left as they are. To empty them too:
  psql "$DATABASE_URL" -c 'DROP SCHEMA IF EXISTS authorization_server, resource_server CASCADE'
  redis-cli -u "$REDIS_URL" FLUSHDB
`);
}

async function entriesOf(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
}

/** The first embedded database that a running role works in. */
async function lockedBelow(folder: string, entries: readonly string[]): Promise<string | undefined> {
  const inside = await Promise.all(
    entries
      .filter((entry) => !entry.endsWith('.lock'))
      .map(async (entry) => (await entriesOf(join(folder, entry))).map((name) => join(entry, name))),
  );
  for (const file of [...entries, ...inside.flat()].filter((entry) => entry.endsWith('.lock')).map((entry) => join(folder, entry))) {
    const unlock = tryLock(file);
    if (unlock === undefined) return file.slice(0, -'.lock'.length);
    unlock();
  }
  return undefined;
}
