import { glob, readFile, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Report } from '@rolecall/test-services/report';

/** A project's report on one of its targets. */
export interface FoundReport extends Report {
  project: string;
  /** `test`, `contract-consumer`, `contract-provider` or `e2e`. */
  target: string;
}

const PATTERN = '{apps,packages}/*/reports/*.json';
const TOOLS_PATTERN = 'tools/reports/*.json';

/** Removes what earlier runs left, so that a suite that does not come to its end cannot be taken for one that did. */
export async function removeReports(root: string): Promise<void> {
  for await (const file of glob([PATTERN, TOOLS_PATTERN], { cwd: root })) await rm(join(root, file));
}

/** All reports, in the order of their projects. */
export async function findReports(root: string): Promise<FoundReport[]> {
  const files = await Array.fromAsync(glob([PATTERN, TOOLS_PATTERN], { cwd: root }));
  return Promise.all(
    files.sort().map(async (file) => {
      const report = JSON.parse(await readFile(join(root, file), 'utf8')) as Report;
      return { ...report, project: basename(dirname(dirname(file))), target: basename(file, '.json') };
    }),
  );
}
