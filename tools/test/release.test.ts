import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkContracts } from '../contracts/check.ts';
import { DOCUMENTS, MANIFEST, writeDocuments } from '../contracts/documents.ts';
import { git, lastRelease, RELEASE_FILE } from '../contracts/last-release.ts';
import { setVersion } from '../contracts/set-version.ts';
import { release } from '../release/release.ts';

const SETTINGS = { 'user.name': 'A Test', 'user.email': 'test@example.com', 'commit.gpgsign': 'false', 'tag.gpgsign': 'false' };
const NEEDS = { dependencies: { '@rolecall/contracts': '0.1.0' } };

/** A repository of this file's own: 0.1.0, which had no documents, is recorded as released; then they came. */
let root: string;
let first: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'release-'));
  await git(root, 'init', '--quiet', '--initial-branch', 'main');
  for (const [name, value] of Object.entries(SETTINGS)) await git(root, 'config', name, value);
  await write(MANIFEST, { name: '@rolecall/contracts', version: '0.1.0' });
  await write('apps/a/package.json', { name: 'a', ...NEEDS });
  await write('package-lock.json', { packages: { 'packages/contracts': { version: '0.1.0' }, 'apps/a': { name: 'a', ...NEEDS } } });
  first = await commit('without documents');
  await write(RELEASE_FILE, { version: '0.1.0', commit: first });
  await writeDocuments(root);
  await commit('with documents');
});
afterEach(() => rm(root, { recursive: true }));

async function write(path: string, value: unknown): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), `${JSON.stringify(value, undefined, 2)}\n`);
}
const read = async (path: string) => JSON.parse(await readFile(join(root, path), 'utf8'));

async function commit(message: string): Promise<string> {
  await git(root, 'add', '--all');
  await git(root, 'commit', '--quiet', '--message', message);
  return git(root, 'rev-parse', 'HEAD');
}

async function giveVersion(version: string): Promise<void> {
  await setVersion(root, version);
  await writeDocuments(root);
  await commit(`version ${version}`);
}

describe('what has changed since the last release', () => {
  it('is all new, where that had no documents', async () => {
    const { report, problems } = await checkContracts(root);
    expect(report).toHaveLength(4);
    for (const line of report) expect(line).toMatch(/nothing to compare with, v0\.1\.0 .* everything is new$/);
    expect(problems).toEqual([]);
  });

  it('is nothing, right after a release', async () => {
    await giveVersion('0.2.0');
    await release(root, '0.2.0');
    expect(await checkContracts(root)).toMatchObject({
      report: [expect.stringMatching(/^nothing has changed since v0\.2\.0/)],
      problems: [],
    });
  });

  it.each(['verified', 'v2', 'v9.0.0-rc.1', 'v1.0.0.1x'])('is not since %s: that tag is no release', async (tag) => {
    await git(root, 'tag', 'v0.1.1');
    await write('further.json', {});
    await commit('further');
    await git(root, 'tag', tag);
    expect((await lastRelease(root)).version).toBe('0.1.1');
  });

  it('needs a version that says so where it breaks somebody, who is named', async () => {
    const path = join(DOCUMENTS, 'messages.schema.json');
    await giveVersion('0.2.0');
    const now = await read(path);
    const then = structuredClone(now);
    then.$defs.ClientAssertionHeader.properties.alg.enum.push('HS256');
    await write(path, then);
    await commit('as it was');
    await git(root, 'tag', 'v0.2.0');
    await write(path, now);

    const { report, problems } = await checkContracts(root);
    expect(report).toEqual(['BREAKS client: messages: ClientAssertionHeader/alg is not "HS256" any more']);
    expect(problems).toEqual([
      expect.stringMatching(/^1 breaking changes since v0\.2\.0 \(for: client\), but packages\/contracts is 0\.2\.0/),
    ]);
    await giveVersion('0.2.1');
    expect((await checkContracts(root)).problems).toHaveLength(1);
    await giveVersion('0.3.0');
    expect(await checkContracts(root)).toMatchObject({ report, problems: [] });
  });

  it('cannot be told where the release is not in the clone', async () => {
    await write(RELEASE_FILE, { version: '0.1.0', commit: '0123456789012345678901234567890123456789' });
    expect(await checkContracts(root)).toMatchObject({ report: [expect.stringMatching(/^NOT COMPARED/)], notCompared: true });
  });

  it('cannot be told by documents that are not what the schemas say', async () => {
    await write(join(DOCUMENTS, 'client.openapi.json'), {});
    expect((await checkContracts(root)).problems).toEqual([expect.stringMatching(/client\.openapi\.json .*npm run contracts$/)]);
  });
});

describe('a release', () => {
  it('is recorded, committed and tagged', async () => {
    await giveVersion('0.2.0');
    const released = await git(root, 'rev-parse', 'HEAD');
    await release(root, '0.2.0');
    expect(await read(RELEASE_FILE)).toEqual({ version: '0.2.0', commit: released });
    expect(await git(root, 'status', '--porcelain')).toBe('');
    expect(await git(root, 'log', '-1', '--format=%s %D')).toBe('chore: release 0.2.0 HEAD -> main, tag: v0.2.0');
  });

  it('is found by its tag, and where there are no tags by what was recorded', async () => {
    await giveVersion('0.2.0');
    await release(root, '0.2.0');
    const tagged = await git(root, 'rev-parse', 'HEAD');
    await write('later.json', {});
    await commit('later');
    expect(await lastRelease(root)).toEqual({ version: '0.2.0', commit: tagged });
    await git(root, 'tag', '--delete', 'v0.2.0');
    expect(await lastRelease(root)).toEqual({ version: '0.2.0', commit: await git(root, 'rev-parse', `${tagged}^`) });
  });

  it('is refused of what is not committed, not newer, or of another version, and then nothing is written', async () => {
    await expect(release(root, '0.1.0')).rejects.toThrow('0.1.0 does not come after 0.1.0');
    await expect(release(root, 'next')).rejects.toThrow('next is no version');
    await expect(release(root, '0.2.0')).rejects.toThrow('packages/contracts is 0.1.0');
    await write('later.json', {});
    await expect(release(root, '0.2.0')).rejects.toThrow('not committed');
    expect(await read(RELEASE_FILE)).toEqual({ version: '0.1.0', commit: first });
    expect(await git(root, 'tag')).toBe('');
  });
});

it('a version is set in the manifest, in those that name it, and in the lock file', async () => {
  await setVersion(root, '0.2.0');
  const needs = { dependencies: { '@rolecall/contracts': '0.2.0' } };
  expect(await read(MANIFEST)).toEqual({ name: '@rolecall/contracts', version: '0.2.0' });
  expect(await read('apps/a/package.json')).toEqual({ name: 'a', ...needs });
  expect(await read('package-lock.json')).toEqual({
    packages: { 'packages/contracts': { version: '0.2.0' }, 'apps/a': { name: 'a', ...needs } },
  });
});
