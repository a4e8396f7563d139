import { execFileSync } from 'node:child_process';
import { copyFile, glob, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { packedManifest } from './manifest.ts';
import { DIST, MANIFEST, PACKAGE, WORKSPACE_MANIFEST } from './places.ts';

// Before `npm pack`: in this repository the guard is TypeScript, which Node runs as it is, but not in other people's node_modules. So it is compiled,
// together with the few files of the other packages that it needs, and its manifest is exchanged for one that says so, until postpack.
const manifest = JSON.parse(await readFile(MANIFEST, 'utf8')) as Record<string, unknown>;
if (manifest['devDependencies'] === undefined) throw new Error('the manifest was exchanged before and not put back: node pack/restore.ts');

await rm(DIST, { recursive: true, force: true });
execFileSync('tsc', ['-p', 'tsconfig.pack.json'], { cwd: PACKAGE, stdio: 'inherit' });
for await (const file of glob('**/*.{js,d.ts}', { cwd: DIST })) await makeRelative(join(DIST, file));

await copyFile(MANIFEST, WORKSPACE_MANIFEST);
await writeFile(MANIFEST, `${JSON.stringify(packedManifest(manifest), undefined, 2)}\n`);

/** The other packages lie beside the guard now; declarations still name the files that they were made of. */
async function makeRelative(file: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  const relativeTo = (name: string, path: string) => {
    const way = relative(dirname(file), join(DIST, name, 'src', `${path}.js`));
    return `'${way.startsWith('.') ? way : `./${way}`}'`;
  };
  await writeFile(
    file,
    text
      .replace(/['"]@rolecall\/(contracts|storage)\/([\w/-]+)['"]/g, (_match, name: string, path: string) => relativeTo(name, path))
      .replace(/(from ['"]\.[^'"]*)\.ts(['"])/g, '$1.js$2'),
  );
}
