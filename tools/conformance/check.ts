import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Assessment, assess } from './assess.ts';
import type { Chapter } from './catalogue.ts';
import { renderDocument, verifiedCore } from './document.ts';
import { findNamedIds } from './named-ids.ts';
import type { Reason } from './reasons.ts';

/** Where the report is, in the repository. */
export const REPORT = 'docs/conformance.md';

export interface Result extends Assessment {
  /** The report as it should be. */
  report: string;
  /** Whether the one on disk is that. */
  upToDate: boolean;
}

/**
 * Reads the tests of a repository and compares them with the catalogue and with the report of last time.
 *
 * @param root the folder of the repository
 * @param forgotten core ids that may lose their tests, this once
 */
export async function check(root: string, chapters: Chapter[], reasons: Reason[], forgotten: readonly string[] = []): Promise<Result> {
  const old = await readFile(join(root, REPORT), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const before = verifiedCore(old);
  for (const id of forgotten) before.delete(id);
  const assessment = assess(chapters, await findNamedIds(root), reasons, before);
  const report = renderDocument(chapters, assessment.states);
  return { ...assessment, report, upToDate: report === old };
}
