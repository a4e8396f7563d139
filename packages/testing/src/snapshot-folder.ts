import { lstat, mkdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';

/** Where copies of empty databases are kept: in the `node_modules/.cache` of the project that tests, else in a folder of this account alone. */
export async function defaultSnapshotFolder(): Promise<string> {
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'node_modules'))) return join(folder, 'node_modules', '.cache', 'rolecall-testing');
    if (dirname(folder) === folder) return ownTemporaryFolder();
  }
}

/** What others can write, they decide: a folder that somebody else has made under this name is not used. */
async function ownTemporaryFolder(): Promise<string> {
  const { uid } = userInfo();
  const folder = join(tmpdir(), `rolecall-testing-${uid}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { uid: owner, mode } = await lstat(folder);
  const isOwn = process.platform === 'win32' || (owner === uid && (mode & 0o022) === 0);
  return isOwn ? folder : join(folder, 'not-ours');
}
