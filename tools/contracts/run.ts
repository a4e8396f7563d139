import { fileURLToPath } from 'node:url';
import { DOCUMENTS, outdatedDocuments, writeDocuments } from './documents.ts';

// Writes the documents of the contract from its schemas.
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const outdated = await outdatedDocuments(ROOT);
await writeDocuments(ROOT);
for (const name of outdated) process.stdout.write(`Written: ${DOCUMENTS}/${name}\n`);
