import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where the document is. */
export const DOCUMENT = 'docs/interoperability.md';

/** The versions of npm packages that are installed, by the lock file. */
export async function installedVersions(root: string): Promise<Map<string, string>> {
  const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version?: string }>;
  };
  return new Map(
    Object.entries(packages).flatMap(([path, { version }]) =>
      version === undefined ? [] : [[path.replace(/^node_modules\//, ''), version]],
    ),
  );
}

/** What to say where the document is not what it should be: the first line that is different. Undefined where it is. */
export function difference(document: string, expected: string): string | undefined {
  if (document === expected) return undefined;
  const [has, needs] = [document, expected].map((text) => text.split('\n'));
  const line = (needs ?? []).findIndex((each, index) => has?.[index] !== each);
  return `${DOCUMENT} is not up to date, from line ${line + 1}: run "npm run interoperability", and look at what has changed.\n- ${has?.[line] ?? ''}\n+ ${needs?.[line] ?? ''}`;
}
