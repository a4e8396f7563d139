import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { release } from './release.ts';

// npm run release -- --version 0.2.0: records, commits and tags what is there. Pushing it is for whoever does so.
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const { values } = parseArgs({ options: { version: { type: 'string' } } });

try {
  if (values.version === undefined) throw new Error('which version? npm run release -- --version 1.2.3');
  await release(ROOT, values.version);
  process.stdout.write(`Released: v${values.version}. git push --follow-tags makes it known.\n`);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
