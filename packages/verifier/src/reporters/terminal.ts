import { styleText } from 'node:util';
import { isViolation, type Report, type Result, type Strictness } from '../report.ts';
import type { Trial } from '../report.ts';
import { shortLines } from './exchange-text.ts';
import { inOneLine } from './visible.ts';
import { conclusion, countsInWords, leftInWords, profilesInWords, sectionsOf, untriedInWords, verdictInWords } from './words.ts';

export interface TerminalOptions extends Strictness {
  /** Whether to colour what the words say. */
  colour?: boolean | undefined;
}

type Format = Parameters<typeof styleText>[0];
type Paint = (format: Format, text: string) => string;

/** Of a failed check as many of its last exchanges are shown; all are in the other reports. */
const EXCHANGES = 2;

/** The report for a terminal or a log: by group what was found out, with what shows it where it failed. Nothing that the other side said can steer the terminal. */
export function renderTerminal(report: Report, { strict, colour = false }: TerminalOptions = {}): string {
  const paint: Paint = (format, text) => (colour ? styleText(format, text, { validateStream: false }) : text);
  const { role, subject, results, milliseconds } = report;
  const concluded = conclusion(report, { strict });
  const remarks = [untriedInWords(report), leftInWords(report)].filter((remark) => remark !== undefined);
  const failed = results.filter(({ verdict }) => verdict === 'failed');
  const good = concluded === 'conformant';
  return [
    `${paint('bold', role)} ${inOneLine(subject)} (${profilesInWords(report)})`,
    ...sectionsOf(results).flatMap((section) => [
      '',
      paint('bold', `${section.name}  ${section.title}`),
      ...section.results.flatMap((result) => resultLines(result, { strict }, paint)),
    ]),
    '',
    ...(failed.length === 0 ? [] : [`failed: ${failed.map(({ id }) => id).join(', ')}`]),
    ...remarks.map((remark) => inOneLine(remark)),
    `${paint(['bold', good ? 'green' : 'red'], concluded)}: ${countsInWords(results)} in ${(milliseconds / 1_000).toFixed(1)} s`,
    '',
  ].join('\n');
}

function resultLines(result: Result, strictness: Strictness, paint: Paint): string[] {
  const { id, requirement, verdict, because, trials, sources } = result;
  const words = verdictInWords(result, strictness);
  const first = `  ${paint(formatOf(result, strictness), words.padEnd(14))}  ${id}  ${requirement}`;
  if (verdict === 'passed') return [first];
  if (verdict !== 'failed') return [first, `${INDENT}${paint('dim', inOneLine(because ?? ''))}`];
  return [
    first,
    ...trials.filter((trial) => trial.verdict === 'failed').flatMap((trial) => trialLines(trial, paint)),
    ...sources.map(({ label, url }) => INDENT + paint('dim', `${label} ${url}`)),
  ];
}

const INDENT = ' '.repeat(18);

function trialLines({ title, because, exchanges }: Trial, paint: Paint): string[] {
  return [
    `${INDENT}${inOneLine(title)}: ${inOneLine(because ?? '')}`,
    ...exchanges.slice(-EXCHANGES).flatMap((exchange) => {
      const [asked, answered] = shortLines(exchange);
      return [`${INDENT}  ${paint('dim', '→')} ${asked}`, `${INDENT}  ${paint('dim', '←')} ${answered}`];
    }),
  ];
}

function formatOf(result: Result, strictness: Strictness): Format {
  switch (result.verdict) {
    case 'passed':
      return 'green';
    case 'failed':
      return isViolation(result, strictness) ? ['red', 'bold'] : 'yellow';
    case 'not tried':
      return 'yellow';
    case 'not applicable':
      return 'dim';
  }
}
