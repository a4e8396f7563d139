import { isViolation, type Report, type Result, type Strictness } from '../report.ts';
import { messageLines } from './exchange-text.ts';
import { inOneLine, visible } from './visible.ts';
import { type Section, sectionsOf, verdictInWords } from './words.ts';

/** The report as JUnit XML, which CI systems read: a suite for each group, a case for each requirement. What was not tried or does not count is skipped, with the reason. */
export function renderJunit(report: Report, strictness: Strictness = {}): string {
  const sections = sectionsOf(report.results);
  const totals = { name: `${report.role} ${report.subject}`, ...countsOf(report.results, strictness), time: seconds(report.milliseconds) };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes(totals)}>`,
    ...sections.flatMap((section) => suite(section, report, strictness)),
    '</testsuites>',
    '',
  ].join('\n');
}

function suite({ name, title, results }: Section, { startedAt }: Report, strictness: Strictness): string[] {
  const described = {
    name: `${name} ${title}`,
    ...countsOf(results, strictness),
    timestamp: startedAt,
    time: seconds(durationOf(results)),
  };
  return [`  <testsuite${attributes(described)}>`, ...results.map((result) => testCase(result, strictness)), '  </testsuite>'];
}

function testCase(result: Result, strictness: Strictness): string {
  const { id, group, requirement, verdict, because = '' } = result;
  const head = `    <testcase${attributes({ classname: group, name: `${id} ${requirement}`, time: seconds(durationOf([result])) })}`;
  if (verdict === 'passed') return `${head}/>`;
  const message = isViolation(result, strictness) ? because : `${verdictInWords(result, strictness)}: ${because}`;
  if (!isViolation(result, strictness)) return `${head}><skipped${attributes({ message })}/></testcase>`;
  return `${head}><failure${attributes({ message, type: result.level })}>${escaped(details(result))}</failure></testcase>`;
}

/** Everything that shows a failure, as plain text. */
function details({ trials, sources }: Result): string {
  return [
    ...sources.map(({ label, url }) => `${label} ${url}`),
    ...trials
      .filter(({ verdict }) => verdict === 'failed')
      .flatMap(({ title, because = '', exchanges }) => ['', `${title}: ${because}`, ...exchanges.flatMap(messageLines)]),
  ].join('\n');
}

function countsOf(results: readonly Result[], strictness: Strictness): Record<string, number> {
  const failures = results.filter((result) => isViolation(result, strictness)).length;
  const skipped = results.filter(({ verdict }) => verdict !== 'passed').length - failures;
  return { tests: results.length, failures, errors: 0, skipped };
}

/** A check that judges several requirements counts for each of them. */
const durationOf = (results: readonly Result[]): number =>
  results.flatMap(({ trials }) => trials).reduce((sum, trial) => sum + trial.milliseconds, 0);

const seconds = (milliseconds: number): string => (milliseconds / 1_000).toFixed(3);

function attributes(values: Record<string, string | number>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escaped(inOneLine(String(value)))}"`)
    .join('');
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

/** XML 1.0 §2.2 has no place at all for most control characters: {@link visible} has taken them away. */
const escaped = (text: string): string => visible(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
