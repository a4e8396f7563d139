import type { State } from './assess.ts';
import type { Chapter, Item } from './catalogue.ts';
import { counts, totals } from './counts.ts';

const INTRODUCTION = `# What is verified

Written by \`npm run conformance\`; do not edit. Every requirement of the three roles and every attack that they are tried with
(\`packages/contracts/src/requirements\`), with the tests that name its id, or why there is none.

★ core: what a role cannot do without · ✗ something has to be refused · *must*, *should*, *optional* as in the source, *decision*: the sources leave room and this
project has decided · \`oidc\`, \`fapi2\`, \`mcp\`, \`idjag\`: holds under that profile only.
`;

/**
 * The report as Markdown, for `docs/`.
 *
 * @param states by id, one for each item of the chapters
 */
export function renderDocument(chapters: readonly Chapter[], states: ReadonlyMap<string, State>): string {
  const summary = chapters.map((chapter) => counts(chapter.title, chapter.sections, states));
  const lines = [
    INTRODUCTION,
    '| | in all | verified | with a reason | open | core | core verified |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...[...summary, totals(summary)].map(
      ({ title, all, verified, withReason, open, core, coreVerified }) =>
        `| ${title} | ${all} | ${verified} | ${withReason} | ${open} | ${core} | ${coreVerified} |`,
    ),
  ];
  for (const { title, sections } of chapters) {
    lines.push('', `## ${title}`);
    for (const section of sections) {
      lines.push('', `### ${section.title}`, '', '| id | requirement | level | verified by | source |', '| --- | --- | --- | --- | --- |');
      lines.push(...section.items.map((item) => row(item, states.get(item.id))));
    }
  }
  return `${[...lines, '', ...linkTargets(chapters, states)].join('\n')}\n`;
}

const UNVERIFIED = '*not verified*';

/** The core ids that a report shows as verified. */
export function verifiedCore(report: string): Set<string> {
  const rows = report.split('\n').filter((line) => !line.includes(UNVERIFIED));
  return new Set(rows.flatMap((line) => /^\| (\S+) ★/.exec(line)?.[1] ?? []));
}

function row({ id, text, level, core, mustReject, profiles, sources }: Item, state: State | undefined): string {
  const marks = [id, ...(core ? ['★'] : []), ...(mustReject ? ['✗'] : [])].join(' ');
  const binding = [level, ...profiles.map((profile) => `\`${profile}\``)].join(' ').trim();
  const reason = state?.reason === undefined ? UNVERIFIED : `${UNVERIFIED}: ${state.reason}`;
  const verified = state?.tests.length ? state.tests.map((path) => `[${nameOf(path)}]`).join(', ') : reason;
  const cited = sources.map(({ label }) => `[${label}]`).join(', ');
  return `| ${[marks, text.replaceAll('|', '\\|'), binding, verified, cited].join(' | ')} |`;
}

/** `apps/authorization-server/test/introspection.test.ts` as `authorization-server/introspection`. */
const nameOf = (path: string): string =>
  path
    .replace(/^(?:apps|packages)\//, '')
    .replace('/test/', '/')
    .replace(/\.test\.ts$|\.ts$/, '');

/** What the names in brackets lead to: Markdown's link reference definitions. */
function linkTargets(chapters: readonly Chapter[], states: ReadonlyMap<string, State>): string[] {
  const targets = new Map<string, string>();
  for (const { tests } of states.values()) for (const path of tests) targets.set(nameOf(path), `../${path}`);
  for (const { sections } of chapters)
    for (const { items } of sections) for (const { sources } of items) for (const { label, url } of sources) targets.set(label, url);
  return [...targets].map(([label, url]) => `[${label}]: ${url}`).sort();
}
