import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkContracts } from '../contracts/check.ts';
import { contractsVersion } from '../contracts/documents.ts';
import { git, lastRelease, RELEASE_FILE } from '../contracts/last-release.ts';
import { isNewer } from '../contracts/version.ts';

/**
 * Releases a tree: records its commit in `release.json`, commits that and tags it. Publishes nothing.
 *
 * @throws Error that says why it cannot be released.
 */
export async function release(root: string, version: string): Promise<void> {
  if ((await git(root, 'status', '--porcelain')) !== '') throw new Error('there are changes that are not committed');
  const last = await lastRelease(root);
  if (!isNewer(last.version, version)) throw new Error(`${version} does not come after ${last.version}, which was released last`);
  const current = await contractsVersion(root);
  if (current !== version)
    throw new Error(`packages/contracts is ${current}: npm run contracts -- --set-version ${version}, and commit that`);
  const { problems, notCompared } = await checkContracts(root);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  if (notCompared) throw new Error('the last release is not in this clone, so that nothing can be compared with it');

  const commit = await git(root, 'rev-parse', 'HEAD');
  await writeFile(join(root, RELEASE_FILE), `${JSON.stringify({ version, commit }, undefined, 2)}\n`);
  await git(root, 'add', RELEASE_FILE);
  await git(root, 'commit', '--message', `chore: release ${version}`);
  await git(root, 'tag', '--annotate', `v${version}`, '--message', `v${version}`);
}
