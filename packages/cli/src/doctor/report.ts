import type { Finding, PointOfView } from './finding.ts';
import type { Settings } from './settings.ts';

const MARKS = { fits: '✓', 'does not fit': '✗', advice: '!', 'not seen': '?' };
const WIDTH = Math.max(...Object.keys(MARKS).map((verdict) => verdict.length));

/** The findings for people: by point of view, each with what it is called, and what is wrong with why and how to mend it. */
export function report(findings: readonly Finding[], settings: Settings): string {
  const headings: Record<PointOfView, string> = {
    'authorization server': `The authorization server, ${settings.issuer}`,
    'resource server': `The resource server, ${settings.resource}`,
    client: `The client, ${settings.client}`,
    browser: 'A browser between them',
  };
  const sections = Object.entries(headings).flatMap(([view, heading]) => {
    const here = findings.filter((finding) => finding.view === view);
    return here.length === 0 ? [] : [heading, ...here.flatMap(linesOf), ''];
  });
  return `${[...sections, STANDPOINT, summary(findings)].join('\n')}\n`;
}

/** True where nothing is wrong: advice is no fault. */
export function allFits(findings: readonly Finding[]): boolean {
  return findings.every(({ verdict }) => verdict !== 'does not fit');
}

const STANDPOINT =
  'All of it was seen from this machine: inside a container, or on another machine, names can lead elsewhere, localhost always does.';

function linesOf(finding: Finding): string[] {
  const first = `  ${MARKS[finding.verdict]} ${finding.verdict.padEnd(WIDTH)}  ${finding.check}: ${finding.seen}`;
  if (!('why' in finding)) return [first];
  const indent = ' '.repeat(WIDTH + 6);
  return [first, `${indent}why   ${finding.why}`, `${indent}mend  ${finding.mend}`, `${indent}see   ${finding.reference}`];
}

function summary(findings: readonly Finding[]): string {
  const count = (verdict: Finding['verdict']): number => findings.filter((each) => each.verdict === verdict).length;
  const parts = [`${count('fits')} fit`, `${count('does not fit')} ${count('does not fit') === 1 ? 'does' : 'do'} not`];
  if (count('advice') > 0) parts.push(`${count('advice')} to think about`);
  if (count('not seen') > 0) parts.push(`${count('not seen')} not seen`);
  return `${parts.join(', ')}.`;
}
