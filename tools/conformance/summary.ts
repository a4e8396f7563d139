import type { State } from './assess.ts';
import type { Chapter } from './catalogue.ts';
import { type Counts, counts, totals } from './counts.ts';

const HEADINGS = ['', 'in all', 'verified', 'reason', 'open', 'core', 'core verified'];

/** The numbers for a terminal: a line for each role and, below it, for each of its groups. */
export function summary(chapters: readonly Chapter[], states: ReadonlyMap<string, State>): string {
  const perChapter = chapters.map((chapter) => counts(chapter.title, chapter.sections, states));
  const rows = chapters.flatMap(({ sections }, index) => [
    ...perChapter.slice(index, index + 1).map(cells),
    ...sections.map((section) => cells(counts(`  ${section.title}`, [section], states))),
  ]);
  const lines = [HEADINGS, ...rows, cells(totals(perChapter))];
  const widths = HEADINGS.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const cells = ({ title, all, verified, withReason, open, core, coreVerified }: Counts): string[] => [
  title,
  ...[all, verified, withReason, open, core, coreVerified].map(String),
];
