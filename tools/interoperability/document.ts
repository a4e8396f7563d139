import { isViolation, type Result } from '@rolecall/verifier/report';
import { countsInWords, marks, sectionsOf, verdictInWords } from '@rolecall/verifier/reporters/words';
import { inOneLine } from '@rolecall/verifier/reporters/visible';
import type { Contestant } from './servers.ts';
import type { Outcome } from './verify-all.ts';

const INTRODUCTION = `# Who passes what

Written by \`npm run interoperability\`; do not edit. Authorization servers, each as somebody would run it, before [the verifier](../packages/verifier/README.md), with OAuth 2.1 and of the profiles \`oidc\` and \`mcp\` what it offers.

${marks.passed} passed · ${marks.failed} failed · (${marks.failed}) failed, where it only SHOULD be or this project has decided what the standards leave open · ${marks['not applicable']} not applicable: not offered · ${marks['not tried']} not tried: nobody can see it from outside, or it takes something that was not there
`;

/** What depends on who runs it, and when: addresses of this machine, and what stands for secrets. */
const OWN_ADDRESS = /https?:\/\/(?:localhost|127\.0\.0\.1):\d+/g;
const REDACTED = /\[([\w ]+) [0-9a-f]{4}\]/g;

/**
 * The outcomes as Markdown, for `docs/`: the same whenever the same is found out.
 *
 * @param versions by npm package
 */
export function renderDocument(outcomes: readonly Outcome[], versions: ReadonlyMap<string, string>): string {
  // Who has fewer profiles has fewer requirements.
  const [longest] = outcomes.map(({ report }) => report.results).toSorted((a, b) => b.length - a.length);
  const lines = [
    INTRODUCTION,
    '| | version | found | set up |',
    '| --- | --- | --- | --- |',
    ...outcomes.map(
      ({ contestant, report }) =>
        `| ${contestant.name} | ${versionOf(contestant, versions)} | ${countsInWords(report.results)} | ${contestant.setUp} |`,
    ),
    '',
    'To try one of them, or your own: `npx rolecall verify authorization-server --issuer ADDRESS --user NAME`, with what `npx rolecall verify authorization-server --help` says. To write this file again: `npm run interoperability`.',
    '',
    '## By requirement',
  ];
  for (const { name, title, results } of sectionsOf(longest ?? [])) {
    lines.push('', `### ${name}: ${title}`, '');
    lines.push(
      `| id | requirement | ${outcomes.map(({ contestant }) => contestant.name).join(' | ')} |`,
      `| --- | --- |${' :-: |'.repeat(outcomes.length)}`,
    );
    lines.push(
      ...results.map(
        ({ id, requirement }) => `| ${[id, cell(requirement), ...outcomes.map((outcome) => mark(outcome, id))].join(' | ')} |`,
      ),
    );
  }
  lines.push('', '## What each gets wrong', ...outcomes.flatMap(wrong));
  return `${lines.join('\n')}\n`;
}

/** The version in a row of the document, if it has one. */
export const versionOf = ({ npm }: Contestant, versions: ReadonlyMap<string, string>): string =>
  npm === undefined ? 'this repository' : (versions.get(npm) ?? 'unknown');

function mark({ report }: Outcome, id: string): string {
  const result = report.results.find((each) => each.id === id);
  if (result === undefined) return marks['not applicable'];
  return result.verdict === 'failed' && !isViolation(result) ? `(${marks.failed})` : marks[result.verdict];
}

function wrong({ contestant, report }: Outcome): string[] {
  const failed = report.results.filter(({ verdict }) => verdict === 'failed');
  if (failed.length === 0) return ['', `### ${contestant.name}`, '', 'Nothing that was tried.'];
  return [
    '',
    `### ${contestant.name}`,
    ...sectionsOf(failed).flatMap(({ title, results }) => ['', `**${title}**`, '', ...results.flatMap(explained)]),
  ];
}

function explained(result: Result): string[] {
  const { id, requirement, sources, trials } = result;
  const cited = sources.map(({ label, url }) => `[${label}](${url})`).join(', ');
  const level = isViolation(result) ? '' : ` (${verdictInWords(result, {})})`;
  return [
    `- ${id}${level}: ${cell(requirement)} (${cited})`,
    ...trials.filter(({ verdict }) => verdict === 'failed').map(({ title, because = '' }) => `  - ${plain(title)}: ${plain(because)}`),
  ];
}

const plain = (text: string): string => cell(inOneLine(text, 400).replaceAll(OWN_ADDRESS, '').replaceAll(REDACTED, '[$1]'));

/** Text that is nothing but text in Markdown, and fits into a table. */
const cell = (text: string): string => text.replace(/[\\|*_<>[\]`]/g, (character) => (character === '`' ? character : `\\${character}`));
