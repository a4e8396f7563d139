import type { Verdict } from '../../src/finding.ts';
import type { Report } from '../../src/report.ts';

/** What has failed, and checks that have failed themselves: with what shows it. */
export function wrongIn({ results }: Report) {
  return results.flatMap(({ id, trials }) =>
    trials
      .filter(({ verdict, because }) => verdict === 'failed' || because?.includes('the check itself has failed'))
      .map(({ title, because, exchanges }) => ({ id, title, because, exchanges })),
  );
}

/** The requirements with a verdict, sorted. */
export function idsWith({ results }: Report, wanted: Verdict): string[] {
  return results
    .filter(({ verdict }) => verdict === wanted)
    .map(({ id }) => id)
    .sort();
}
