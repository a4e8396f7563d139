import { readFile } from 'node:fs/promises';
import { join, matchesGlob, relative } from 'node:path';

/** Answers whether a file of the repository is sent to the builder, as `.dockerignore` says: of all patterns that match, the last one counts. */
export async function readIgnoreRules(root: string): Promise<(file: string) => boolean> {
  const text = await readFile(join(root, '.dockerignore'), 'utf8');
  const rules = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => (line.startsWith('!') ? { pattern: line.slice(1), sent: true } : { pattern: line, sent: false }));
  return (file) => {
    const parts = relative(root, file).split('/');
    // A pattern that matches a folder matches all that is in it.
    const paths = parts.map((_, index) => parts.slice(0, index + 1).join('/'));
    const decisive = rules.findLast((rule) => paths.some((path) => matchesGlob(path, rule.pattern)));
    return decisive?.sent ?? true;
  };
}
