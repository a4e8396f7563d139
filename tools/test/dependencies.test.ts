import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

interface Manifest {
  name: string;
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

/** The packages that a file needs where it runs. Types are gone by then. */
function packagesOf(source: string): string[] {
  const imports = source.matchAll(/^(?:import|export) (?!type\b)[^;]*?\bfrom '([^']+)';|\bimport\('([^']+)'\)|^import '([^']+)';/gm);
  return [...imports]
    .map((found) => found[1] ?? found[2] ?? found[3] ?? '')
    .filter((name) => !name.startsWith('.') && !name.startsWith('node:'))
    .map((name) => /^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name);
}

/** What tests alone use. */
const ONLY_FOR_TESTS = ['test-services', 'contract-testing'].map((name) => join('packages', name));

describe('what runs has what it needs where development dependencies are left out, as in the images', () => {
  const folders = globSync('{apps,packages}/*/package.json', { cwd: ROOT }).map((path) => dirname(path));
  it.each(folders.filter((folder) => !ONLY_FOR_TESTS.includes(folder)))('%s', (folder) => {
    const manifest = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')) as Manifest;
    const known = { ...manifest.dependencies, ...manifest.peerDependencies, ...manifest.optionalDependencies, [manifest.name]: '' };
    const needed = globSync('src/**/*.ts', { cwd: join(ROOT, folder) }).flatMap((file) =>
      packagesOf(readFileSync(join(ROOT, folder, file), 'utf8')),
    );
    expect([...new Set(needed)].filter((name) => !(name in known))).toEqual([]);
  });
});
