import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { catalogue } from './catalogue.ts';
import { check, REPORT } from './check.ts';
import { reasons } from './reasons.ts';
import { summary } from './summary.ts';

// Which requirement is verified by which test: prints the numbers and writes docs/conformance.md. With --check it writes nothing and fails where it would have to.
// --forget AS-PAR-01 lets a core requirement lose its tests on purpose.
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const { values } = parseArgs({ options: { check: { type: 'boolean' }, forget: { type: 'string', multiple: true } } });

const { states, problems, report, upToDate } = await check(ROOT, catalogue, reasons, values.forget);
process.stdout.write(`${summary(catalogue, states)}\n`);
if (!upToDate && values.check) problems.push(`${REPORT} is not up to date: npm run conformance`);
for (const problem of problems) process.stderr.write(`${problem}\n`);
// A report that forgets what was verified would not tell of it next time.
if (problems.length > 0) process.exit(1);
if (!upToDate) {
  await writeFile(join(ROOT, REPORT), report);
  process.stdout.write(`Written: ${REPORT}\n`);
}
