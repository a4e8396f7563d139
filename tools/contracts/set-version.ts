import { glob, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { contractsVersion } from './documents.ts';

const NAME = '@rolecall/contracts';
const DEPENDENCIES = ['dependencies', 'devDependencies', 'peerDependencies'] as const;

type Manifest = { name?: string; version?: string } & Partial<Record<(typeof DEPENDENCIES)[number], Record<string, string>>>;

/** Gives the contracts a version, in their manifest, in those of whoever depends on them, and in the lock file. */
export async function setVersion(root: string, version: string): Promise<void> {
  const before = await contractsVersion(root);
  const change = (manifest: Manifest, isContracts = manifest.name === NAME): void => {
    if (isContracts) manifest.version = version;
    for (const kind of DEPENDENCIES) {
      const needed = manifest[kind];
      if (needed?.[NAME] === before) needed[NAME] = version;
    }
  };
  for await (const path of glob('{packages/*,apps/*,tools}/package.json', { cwd: root }))
    await edit(join(root, path), (manifest: Manifest) => change(manifest));
  await edit(join(root, 'package-lock.json'), ({ packages }: { packages: Record<string, Manifest> }) => {
    for (const [path, entry] of Object.entries(packages)) change(entry, path === 'packages/contracts');
  });
}

async function edit<Content>(file: string, change: (content: Content) => void): Promise<void> {
  const before = await readFile(file, 'utf8');
  const content = JSON.parse(before) as Content;
  change(content);
  const after = `${JSON.stringify(content, undefined, 2)}\n`;
  if (after !== before) await writeFile(file, after);
}
