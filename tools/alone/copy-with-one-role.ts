import { execFile } from 'node:child_process';
import { cp, lstat, mkdir, readdir, readlink, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type RoleName, ROLES } from '../ecosystem/roles.ts';

const run = promisify(execFile);

/**
 * Copies a checkout as it is, with what was not committed yet and without what Git ignores, and without the folders of the other two roles.
 *
 * @param root of the checkout.
 * @param into a folder, which is made.
 */
export async function copyWithOneRole(root: string, role: RoleName, into: string): Promise<void> {
  const { stdout } = await run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    maxBuffer: 64 * 1024 * 1024,
  });
  const others = ROLES.filter((each) => each !== role).map((each) => `apps/${each}/`);
  for (const file of stdout.split('\0').filter((each) => each !== '' && !others.some((folder) => each.startsWith(folder)))) {
    // Git still lists what was deleted a moment ago.
    if ((await lstat(join(root, file)).catch(() => undefined)) === undefined) continue;
    await mkdir(dirname(join(into, file)), { recursive: true });
    await cp(join(root, file), join(into, file), { verbatimSymlinks: true });
  }
}

/** Gives a copy what npm has installed in the checkout. Packages of the repository itself are the copy's own: those of roles that are not there lead nowhere. */
export async function linkInstalledPackages(root: string, into: string): Promise<void> {
  for (const folder of ['', ...(await workspaces(into))]) {
    const from = join(root, folder, 'node_modules');
    const to = join(into, folder, 'node_modules');
    for (const name of await entriesOf(from)) {
      await mkdir(to, { recursive: true });
      // What tools keep there belongs to the checkout.
      if (name.startsWith('.') && name !== '.bin') continue;
      if (name === '@rolecall') await copyLinks(join(from, name), join(to, name));
      else await symlink(join(from, name), join(to, name));
    }
  }
}

async function workspaces(root: string): Promise<string[]> {
  const folders = await Promise.all(
    ['apps', 'packages'].map(async (each) => (await readdir(join(root, each))).map((name) => join(each, name))),
  );
  return [...folders.flat(), 'tools'];
}

async function copyLinks(from: string, to: string): Promise<void> {
  await mkdir(to);
  for (const name of await readdir(from)) await symlink(await readlink(join(from, name)), join(to, name));
}

async function entriesOf(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
}
