import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { git, type Release } from '../../contracts/last-release.ts';

const run = promisify(execFile);

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** The apps that have a Prisma client, which is not in git. */
const WITH_DATABASE = ['apps/authorization-server', 'apps/resource-server'];

/** A release as a tree of its own, ready to run. */
export interface ReleasedTree {
  root: string;
  remove(): Promise<void>;
}

/** Takes a release out of this clone, with all that `npm ci` would give it. The release has to be in the clone. */
export async function checkOut(release: Release): Promise<ReleasedTree> {
  const root = await mkdtemp(join(tmpdir(), `rolecall-${release.version}-`));
  const remove = () => rm(root, { recursive: true, force: true });
  try {
    const archive = join(root, 'release.tar');
    await git(ROOT, 'archive', '--output', archive, release.commit);
    await run('tar', ['-xf', archive, '-C', root]);
    if (await canShareModules(root)) await shareModules(root);
    else await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: root });
    for (const app of WITH_DATABASE) await generateClient(root, app);
    return { root, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

interface Lock {
  packages: Record<string, { version?: string; dev?: boolean; link?: boolean }>;
}

/** Does what is installed here serve it too? Where each package that runs is here in a version that promises to be compatible. */
async function canShareModules(root: string): Promise<boolean> {
  const [old, current] = (await Promise.all(
    [root, ROOT].map(async (tree) => JSON.parse(await readFile(join(tree, 'package-lock.json'), 'utf8'))),
  )) as [Lock, Lock];
  return Object.entries(old.packages).every(([path, { version, dev, link }]) => {
    if (dev === true || link === true || version === undefined || !path.includes('node_modules/')) return true;
    return compatibleVersions(version) === compatibleVersions(current.packages[path]?.version ?? '');
  });
}

/** `1` of 1.2.3, `0.2` of 0.2.3 (semver §4, §8). */
const compatibleVersions = (version: string): string | undefined => /^(?:0\.\d+|[1-9]\d*)/.exec(version)?.[0];

/** Links each installed package into the tree; but the workspaces are the tree's own. */
async function shareModules(root: string): Promise<void> {
  const folders = ['tools', ...(await foldersIn(root, 'apps')), ...(await foldersIn(root, 'packages'))];
  const modules = join(root, 'node_modules');
  await mkdir(join(modules, '@rolecall'), { recursive: true });
  for (const name of await readdir(join(ROOT, 'node_modules')))
    if (name !== '@rolecall') await symlink(join(ROOT, 'node_modules', name), join(modules, name));
  for (const folder of folders) {
    const { name } = JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8')) as { name: string };
    await symlink(join(root, folder), join(modules, name));
    const own = join(ROOT, folder, 'node_modules');
    const entries = await readdir(own).catch(() => []);
    if (entries.length > 0) await symlink(own, join(root, folder, 'node_modules'));
  }
}

async function foldersIn(root: string, parent: string): Promise<string[]> {
  return (await readdir(join(root, parent))).map((name) => join(parent, name));
}

/** The client of the database: that of this tree where the schema is the same, else made anew. */
async function generateClient(root: string, app: string): Promise<void> {
  const [old, current] = await Promise.all([root, ROOT].map((tree) => readFile(join(tree, app, 'prisma/schema.prisma'), 'utf8')));
  if (old === current) return cp(join(ROOT, app, 'src/generated'), join(root, app, 'src/generated'), { recursive: true });
  // It needs no engine for this, and where only the registry can be reached, there is none to be had.
  const environment = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true' };
  const cli = join(root, 'node_modules/prisma/package.json');
  await run(process.execPath, [join(dirname(cli), 'build/index.js'), 'generate'], { cwd: join(root, app), env: environment });
}
