import type { ReportRow } from '@rolecall/test-services/report';
import type { FoundReport } from './find-reports.ts';

/** How many tests did what, over all projects and stores. */
export type Totals = Pick<ReportRow, 'passed' | 'failed' | 'skipped'>;

const HEADINGS = ['project', 'tests', 'stores', 'passed', 'failed', 'skipped', 'time', ''];
const NUMBERS = new Set([3, 4, 5, 6]);

/**
 * What ran where, a line for each project, kind of tests and kind of stores.
 *
 * @param startedAt when this run began, in milliseconds since the epoch: what is older comes from the cache, its inputs being the same.
 */
export function table(reports: readonly FoundReport[], startedAt: number): string {
  const rows = reports.flatMap((report) =>
    report.rows.map((row) => [
      report.project,
      report.target,
      row.stores || '–',
      String(row.passed),
      String(row.failed),
      String(row.skipped),
      `${(row.milliseconds / 1000).toFixed(1)} s`,
      report.startedAt < startedAt ? 'from cache' : '',
    ]),
  );
  const widths = HEADINGS.map((heading, index) => Math.max(heading.length, ...rows.map((row) => row[index]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => (NUMBERS.has(index) ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0)))
      .join('  ')
      .trimEnd();
  return [line(HEADINGS), line(widths.map((width) => '─'.repeat(width))), ...rows.map(line)].join('\n');
}

/** The sums over all rows. */
export function totals(reports: readonly FoundReport[]): Totals {
  const sums: Totals = { passed: 0, failed: 0, skipped: 0 };
  for (const row of reports.flatMap((report) => report.rows)) {
    sums.passed += row.passed;
    sums.failed += row.failed;
    sums.skipped += row.skipped;
  }
  return sums;
}

const MESSAGE_LENGTH = 300;

/** What failed, each with the beginning of its message: who looks at the end of a long output need not search. Empty if nothing did. */
export function failures(reports: readonly FoundReport[]): string {
  return reports
    .flatMap((report) =>
      report.failures.map(
        ({ name, message }) => `FAILED ${report.project} ${name}\n  ${message.slice(0, MESSAGE_LENGTH).replaceAll('\n', '\n  ')}\n`,
      ),
    )
    .join('\n');
}

/** The last line of a run, for people and for scripts. */
export function verdict({ passed, failed, skipped }: Totals): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
