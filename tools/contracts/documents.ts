import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { contractDocuments } from '@rolecall/contracts/documents/documents';

/** Where the documents are, from the root of the repository. */
export const DOCUMENTS = 'packages/contracts/documents';
export const MANIFEST = 'packages/contracts/package.json';

export const documentNames = Object.keys(contractDocuments('0.0.0'));

/** The version of the contracts in a tree. */
export async function contractsVersion(root: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(root, MANIFEST), 'utf8')) as { version: string };
  return version;
}

/** The names of the documents in a tree that are not as the schemas have them. */
export async function outdatedDocuments(root: string): Promise<string[]> {
  const documents = contractDocuments(await contractsVersion(root));
  const kept = await Promise.all(Object.keys(documents).map((name) => readFile(join(root, DOCUMENTS, name), 'utf8').catch(() => '')));
  return Object.entries(documents).flatMap(([name, text], index) => (kept[index] === text ? [] : [name]));
}

export async function writeDocuments(root: string): Promise<void> {
  const documents = contractDocuments(await contractsVersion(root));
  await mkdir(join(root, DOCUMENTS), { recursive: true });
  await Promise.all(Object.entries(documents).map(([name, text]) => writeFile(join(root, DOCUMENTS, name), text)));
}
