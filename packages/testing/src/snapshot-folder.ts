import { existsSync } from 'node:fs';
import { lstat, mkdir } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';

/** Where copies of empty databases are kept: in the `node_modules/.cache` of the project that tests, else in a folder of this account alone. Undefined: nowhere. */
export async function defaultSnapshotFolder(): Promise<string | undefined> {
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'node_modules'))) return join(folder, 'node_modules', '.cache', 'rolecall-testing');
    if (dirname(folder) === folder) return ownFolder(join(tmpdir(), `rolecall-testing-${userInfo().username}`));
  }
}

/** Makes a folder that nobody else can write to. Undefined where there is one that somebody else can: what is in it, they decide. */
export async function ownFolder(folder: string): Promise<string | undefined> {
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch(() => {});
  const found = await lstat(folder).catch(() => undefined);
  // Windows has no such modes, and a temporary folder for each account.
  const isOwn = process.platform === 'win32' || (found?.uid === userInfo().uid && (found.mode & 0o022) === 0);
  return found?.isDirectory() && isOwn ? folder : undefined;
}
