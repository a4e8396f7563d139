import { groups } from '@rolecall/contracts/requirements/catalogue';
import type { Verdict } from '../finding.ts';
import { countVerdicts, isConformant, isViolation, type Report, type Result, type Strictness } from '../report.ts';

/** In the order in which people look for them. */
export const verdicts = ['failed', 'passed', 'not tried', 'not applicable'] as const satisfies readonly Verdict[];

/** For tables, where there is no room for a word. */
export const marks: Record<Verdict, string> = { passed: '✓', failed: '✗', 'not applicable': '–', 'not tried': '?' };

/** The results for one group of the catalogue. */
export interface Section<Item = Result> {
  /** `AS-CODE` */
  name: string;
  /** What the group is about. */
  title: string;
  results: Item[];
}

/** Results, or requirements, by group in the order of the catalogue. */
export function sectionsOf<Item extends { group: string }>(results: readonly Item[]): Section<Item>[] {
  return groups
    .map(({ name, title }) => ({ name, title, results: results.filter(({ group }) => group === name) }))
    .filter((section) => section.results.length > 0);
}

/** `failed`, and where that does not count, why. */
export function verdictInWords(result: Result, strictness: Strictness): string {
  if (result.verdict !== 'failed' || isViolation(result, strictness)) return result.verdict;
  return result.level === 'should' ? 'failed, only a SHOULD' : 'failed, only a decision of Rolecall’s';
}

/** `3 failed, 120 passed, 20 not tried, 31 not applicable` */
export function countsInWords(results: readonly Result[]): string {
  const counts = countVerdicts(results);
  return verdicts
    .filter((verdict) => counts[verdict] > 0)
    .map((verdict) => `${counts[verdict]} ${verdict}`)
    .join(', ');
}

/** The whole report in a word or two. */
export function conclusion(report: Report, strictness: Strictness): string {
  const { passed, failed } = countVerdicts(report.results);
  if (passed + failed === 0) return 'nothing could be verified';
  return isConformant(report, strictness) ? 'conformant' : 'not conformant';
}

/** `OAuth 2.1` and the profiles beside it. */
export const profilesInWords = ({ profiles }: Report): string => ['OAuth 2.1', ...profiles].join(', ');

/** What no implementation can do without and could not be tried: as long as there is any, "conformant" says little. Undefined where there is none. */
export function untriedInWords({ results }: Report): string | undefined {
  // Of what cannot be seen from outside, or was left out on purpose, nothing was tried.
  const untried = results.filter(({ core, verdict, trials }) => core && verdict === 'not tried' && trials.length > 0);
  return untried.length === 0 ? undefined : `Core requirements that could not be tried: ${untried.map(({ id }) => id).join(', ')}`;
}

/** What the run has left at the server, for somebody to take away. Undefined where that is nothing. */
export function leftInWords({ left = [] }: Report): string | undefined {
  return left.length === 0 ? undefined : `Left behind, because the server let nobody delete them: ${left.join(', ')}`;
}
