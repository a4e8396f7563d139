import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { countsInWords } from '@rolecall/verifier/reporters/words';
import { difference, DOCUMENT, installedVersions } from './check.ts';
import { renderDocument } from './document.ts';
import { verifyAll } from './verify-all.ts';

// Verifies our authorization server and others' and writes docs/interoperability.md. With --check it writes nothing and fails where it would have to.
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const outcomes = await verifyAll();
for (const { contestant, report } of outcomes) process.stdout.write(`${contestant.name}: ${countsInWords(report.results)}\n`);
const expected = renderDocument(outcomes, await installedVersions(ROOT));
const problem = difference(await readFile(join(ROOT, DOCUMENT), 'utf8').catch(() => ''), expected);
if (problem !== undefined && process.argv.includes('--check')) {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 1;
} else if (problem !== undefined) {
  await writeFile(join(ROOT, DOCUMENT), expected);
  process.stdout.write(`Written: ${DOCUMENT}\n`);
}
