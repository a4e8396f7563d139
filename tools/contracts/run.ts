import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { checkContracts } from './check.ts';
import { DOCUMENTS, outdatedDocuments, writeDocuments } from './documents.ts';
import { setVersion } from './set-version.ts';

// Writes the documents of the contract from its schemas. With --check it writes nothing: it says what has changed since the last release and whom that breaks,
// and fails where the version does not say so. --set-version 0.2.0 gives the contracts a version, everywhere.
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const { values } = parseArgs({ options: { check: { type: 'boolean' }, 'set-version': { type: 'string' } } });

if (values.check) {
  const { report, problems, notCompared } = await checkContracts(ROOT);
  if (notCompared && process.env['REQUIRE_SERVICES'] === '1') problems.push('REQUIRE_SERVICES=1, but nothing could be compared');
  for (const line of report) process.stdout.write(`${line}\n`);
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  if (problems.length > 0) process.exit(1);
} else {
  if (values['set-version'] !== undefined) await setVersion(ROOT, values['set-version']);
  const outdated = await outdatedDocuments(ROOT);
  await writeDocuments(ROOT);
  for (const name of outdated) process.stdout.write(`Written: ${DOCUMENTS}/${name}\n`);
}
