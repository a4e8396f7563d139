import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const TEST_FILES = [
  'apps/*/test/**/*.test.ts',
  '{apps,packages}/*/contract/**/*.ts',
  'packages/*/test/**/*.test.ts',
  'packages/*/examples/**/*.test.ts',
  'tools/**/*.{test,e2e}.ts',
];
const ID = /(?<![A-Za-z0-9-])(?:(?:AS|RS|C)-[A-Z]+|SEC)-\d+(?![A-Za-z0-9])/g;

/** The ids in a text, each once: in the name of a test, in a row of `it.each`, in a comment. */
export const idsIn = (text: string): string[] => [...new Set(text.match(ID))];

/**
 * Which test files name which ids.
 *
 * @param root the folder of the repository
 * @returns from id to paths in the repository, both sorted
 */
export async function findNamedIds(root: string): Promise<Map<string, string[]>> {
  const paths: string[] = [];
  for await (const path of glob(TEST_FILES, { cwd: root, exclude: (name) => name.endsWith('node_modules') })) paths.push(path);
  const named = new Map<string, string[]>();
  for (const path of paths.sort())
    for (const id of idsIn(await readFile(join(root, path), 'utf8'))) named.set(id, [...(named.get(id) ?? []), path]);
  return new Map([...named].sort(([one], [other]) => (one < other ? -1 : 1)));
}
