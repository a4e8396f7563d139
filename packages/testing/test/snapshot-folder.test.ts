import { chmod, mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { defaultSnapshotFolder, ownFolder } from '../src/snapshot-folder.ts';

let temporary: string;
beforeEach(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'rolecall-testing-'));
  onTestFinished(() => rm(temporary, { recursive: true, force: true }));
});

it('is in the node_modules of the project that tests', async () => {
  expect(await defaultSnapshotFolder()).toMatch(/node_modules[/\\]\.cache[/\\]rolecall-testing$/);
});

it('is, elsewhere, a folder that this account alone can write to', async () => {
  const folder = join(temporary, 'own');
  expect(await ownFolder(folder)).toBe(folder);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  expect(await ownFolder(folder)).toBe(folder);
});

it('is nowhere where others could put something in its place', async () => {
  const open = join(temporary, 'open');
  await mkdir(open);
  await chmod(open, 0o777);
  expect(await ownFolder(open)).toBeUndefined();
  const link = join(temporary, 'link');
  await symlink(temporary, link);
  expect(await ownFolder(link)).toBeUndefined();
  const file = join(temporary, 'file');
  await writeFile(file, '');
  expect(await ownFolder(file)).toBeUndefined();
});
