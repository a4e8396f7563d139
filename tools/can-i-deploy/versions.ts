import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { PactFile } from '@rolecall/contract-testing/pact-file';

const execute = promisify(execFile);

export const PACTS = 'packages/contracts/pacts';

/** A name that is safe in a tag, and is no option of git's. */
const NAME = /^[a-z0-9][a-z0-9-]*$/;

/** What is deployed where, as git tags say it: `deployed/<environment>/<role>` is the version of a role that runs in an environment. */
export interface DeployedVersions {
  /** The commit of a role in an environment; undefined when nobody has recorded one. */
  commitOf(role: string): Promise<string | undefined>;
  /** The pacts of a version, by the names of their files. */
  pactsAt(commit: string): Promise<Map<string, PactFile>>;
  /** Records that the commit that is checked out is deployed. @returns the tag. @throws Error where there is something that is not committed. */
  record(role: string): Promise<string>;
}

/** @param root the folder of the repository. @throws Error for a name that cannot be part of a tag. */
export function deployedVersions(root: string, environment: string): DeployedVersions {
  const git = async (...words: string[]) => (await execute('git', words, { cwd: root, maxBuffer: 64 * 1024 * 1024 })).stdout;
  const tagOf = (role: string): string => {
    for (const name of [environment, role]) if (!NAME.test(name)) throw new Error(`"${name}" cannot be part of a tag`);
    return `deployed/${environment}/${role}`;
  };

  return {
    commitOf: async (role) => {
      const found = await git(
        'for-each-ref',
        '--format=%(if)%(*objectname)%(then)%(*objectname)%(else)%(objectname)%(end)',
        `refs/tags/${tagOf(role)}`,
      );
      return found.trim() || undefined;
    },
    pactsAt: async (commit) => {
      const names = (await git('ls-tree', '--name-only', commit, `${PACTS}/`)).split('\n').filter((name) => name.endsWith('.json'));
      const read = async (name: string) =>
        [name.slice(PACTS.length + 1), JSON.parse(await git('show', `${commit}:${name}`)) as PactFile] as const;
      return new Map(await Promise.all(names.map(read)));
    },
    record: async (role) => {
      const changes = await git('status', '--porcelain');
      if (changes !== '') throw new Error('what is not committed is not deployed: commit it first');
      await git('tag', '--force', tagOf(role), 'HEAD');
      return tagOf(role);
    },
  };
}
