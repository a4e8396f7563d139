import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compareMessages, type Consequence } from './compare/compare-messages.ts';
import { compareOpenApi } from './compare/compare-openapi.ts';
import { contractsVersion, DOCUMENTS, documentNames, outdatedDocuments } from './documents.ts';
import { isHere, lastRelease, type Release, releasedFile } from './last-release.ts';
import { announcesBreakage } from './version.ts';

export interface Verdict {
  /** What has changed since the last release, for people. */
  report: string[];
  /** Why the tree cannot be released as it is. */
  problems: string[];
  /** The last release is not in this clone: nothing was compared. */
  notCompared: boolean;
}

/** Compares the documents of a tree with those of the last release: which changes break whom, and whether the version says so. */
export async function checkContracts(root: string): Promise<Verdict> {
  const problems = (await outdatedDocuments(root)).map((name) => `${DOCUMENTS}/${name} is not what the schemas say: npm run contracts`);
  const release = await lastRelease(root);
  const since = `v${release.version} (${release.commit.slice(0, 7)})`;
  if (!(await isHere(root, release)))
    return {
      report: [`NOT COMPARED: the last release, ${since}, is not in this clone (git fetch --unshallow)`],
      problems,
      notCompared: true,
    };

  const report: string[] = [];
  const changes: Consequence[] = [];
  for (const name of documentNames) {
    const before = await releasedFile(root, release, `${DOCUMENTS}/${name}`);
    if (before === undefined) report.push(`${name}: nothing to compare with, ${since} has no such document: everything is new`);
    else changes.push(...compare(name, JSON.parse(before), JSON.parse(await readFile(join(root, DOCUMENTS, name), 'utf8'))));
  }
  report.push(...changes.map(inWords));
  if (report.length === 0) report.push(`nothing has changed since ${since}`);
  return { report, problems: [...problems, ...versionProblems(changes, release, await contractsVersion(root))], notCompared: false };
}

/** @param before a document as it was parsed: which kind it is follows from its name. */
function compare(name: string, before: unknown, after: unknown): Consequence[] {
  const changes =
    name === 'messages.schema.json' ? compareMessages(before as never, after as never) : compareOpenApi(before as never, after as never);
  return changes.map((change) => ({ ...change, where: `${name.replace(/\..*/, '')}: ${change.where}` }));
}

function inWords({ where, what, breaking, breaks }: Consequence): string {
  return breaking ? `BREAKS ${breaks.join(', ')}: ${where} ${what}` : `compatible: ${where} ${what}`;
}

function versionProblems(changes: readonly Consequence[], release: Release, version: string): string[] {
  const breaking = changes.filter((change) => change.breaking);
  if (breaking.length === 0 || announcesBreakage(release.version, version)) return [];
  const broken = [...new Set(breaking.flatMap(({ breaks }) => breaks))].join(', ');
  return [
    `${breaking.length} breaking changes since v${release.version} (for: ${broken}), but packages/contracts is ${version}: npm run contracts -- --set-version with the next ${release.version.startsWith('0.') ? 'minor' : 'major'} version`,
  ];
}
