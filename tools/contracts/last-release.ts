import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Where it is recorded what was released last, for clones without tags. */
export const RELEASE_FILE = 'packages/contracts/release.json';

/** Others may begin with a v, too; and what comes before a release is none. */
const RELEASE_TAGS = ['--match', 'v[0-9]*.[0-9]*.[0-9]*', '--exclude', '*[!v0-9.]*'];

export interface Release {
  version: string;
  commit: string;
}

/** The output of a git command, without the line break at its end. Rejects where git says no. */
export async function git(root: string, ...parameters: string[]): Promise<string> {
  const { stdout } = await run('git', parameters, { cwd: root, maxBuffer: 64 * 1024 * 1024 });
  return stdout.trimEnd();
}

/** The last release: the latest tag `v…` that the checkout comes from; where there is none, as in a shallow clone, what `release.json` has recorded. */
export async function lastRelease(root: string): Promise<Release> {
  const tag = await git(root, 'describe', '--tags', ...RELEASE_TAGS, '--abbrev=0').catch(() => undefined);
  if (tag === undefined) return JSON.parse(await readFile(join(root, RELEASE_FILE), 'utf8')) as Release;
  return { version: tag.slice(1), commit: await git(root, 'rev-parse', `${tag}^{commit}`) };
}

/** Is the release's commit in this clone? */
export async function isHere(root: string, { commit }: Release): Promise<boolean> {
  return git(root, 'cat-file', '-e', `${commit}^{commit}`).then(
    () => true,
    () => false,
  );
}

/** A file as it was released, or undefined where it was not there. The release has to be in this clone. */
export async function releasedFile(root: string, { commit }: Release, path: string): Promise<string | undefined> {
  if ((await git(root, 'ls-tree', '--name-only', commit, '--', path)) === '') return undefined;
  return git(root, 'show', `${commit}:${path}`);
}
