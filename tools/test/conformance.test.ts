import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { catalogue, type Chapter, type Item } from '../conformance/catalogue.ts';
import { check, REPORT } from '../conformance/check.ts';
import { idsIn } from '../conformance/named-ids.ts';
import { type Reason, reasons } from '../conformance/reasons.ts';
import { summary } from '../conformance/summary.ts';

/** Ids of a catalogue of this file's own, put together so that nobody takes them for a requirement that this file verifies. */
const demo = (number: number, group = 'DEMO') => ['AS', group, `0${number}`].join('-');

const item = (id: string, core: boolean): Item => ({
  id,
  text: 'Has a | in it',
  level: 'must',
  core,
  mustReject: core,
  profiles: [],
  sources: [{ label: 'RFC 6749 §5.2', url: 'https://rfc.example/#5.2' }],
});
const chapters: Chapter[] = [
  { title: 'Server', sections: [{ title: 'DEMO: a group', items: [item(demo(1), true), item(demo(2), true), item(demo(3), false)] }] },
];

let root: string;
beforeEach(async () => (root = await mkdtemp(join(tmpdir(), 'conformance-'))));
afterEach(() => rm(root, { recursive: true }));

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}
const runWith = (known: Reason[] = [], forgotten: string[] = []) => check(root, chapters, known, forgotten);

describe('the report of this repository', () => {
  it('is what the tests and the catalogue say: no unknown id, no core requirement lost or unexplained (else: npm run conformance)', async () => {
    const { problems, upToDate } = await check(fileURLToPath(new URL('../../', import.meta.url)), catalogue, reasons);
    expect(problems).toEqual([]);
    expect(upToDate).toBe(true);
  });
});

describe('the ids that a test names', () => {
  it('are found in names, rows and comments, each once', () => {
    const text = `it('${demo(1)} ${demo(2)}: …'); it.each([['${demo(3)}', 1]]); // ${demo(1)}, ${['SEC', '99'].join('-')}`;
    expect(idsIn(text)).toEqual([demo(1), demo(2), demo(3), 'SEC-'.concat('99')]);
  });

  it('are not in other words', () => {
    expect(idsIn('EC-P-256 RS256 BAS-DEMO-01x CVE-2026-1035 AS-GEN C-ARRAY ASVS-1.2')).toEqual([]);
  });

  it('are looked for in the tests of apps, packages, examples and tools, and nowhere else', async () => {
    await write('apps/a/test/deep/er.test.ts', demo(1));
    await write('packages/b/test/b.services.test.ts', demo(1));
    await write('packages/b/examples/c.test.ts', demo(1));
    await write('tools/d.e2e.ts', demo(1));
    for (const path of [
      'apps/a/src/a.ts',
      'apps/a/test/support/s.ts',
      'apps/a/node_modules/x/test/x.test.ts',
      'tools/node_modules/y.test.ts',
    ])
      await write(path, demo(2));
    const { states } = await runWith();
    expect(states.get(demo(1))?.tests).toEqual([
      'apps/a/test/deep/er.test.ts',
      'packages/b/examples/c.test.ts',
      'packages/b/test/b.services.test.ts',
      'tools/d.e2e.ts',
    ]);
    expect(states.get(demo(2))?.tests).toEqual([]);
  });
});

describe('a check', () => {
  it('is content when each core requirement has a test or a reason', async () => {
    await write('apps/a/test/a.test.ts', `${demo(1)} ${demo(2)}`);
    expect((await runWith()).problems).toEqual([]);
    await write('apps/a/test/a.test.ts', demo(1));
    expect((await runWith([{ ids: [demo(2)], reason: 'Not yet.' }])).problems).toEqual([]);
    expect((await runWith()).problems).toEqual([expect.stringContaining(`${demo(2)} is core: it needs a test, or a reason`)]);
  });

  it('names a test whose id does not exist', async () => {
    await write('apps/a/test/a.test.ts', `${demo(1)} ${demo(2)} ${demo(9)} ${demo(1, 'DMEO')}`);
    expect((await runWith()).problems).toEqual([
      `${demo(9)} does not exist; it is named in apps/a/test/a.test.ts.`,
      `${demo(1, 'DMEO')} does not exist; it is named in apps/a/test/a.test.ts.`,
    ]);
  });

  it('remembers by the report what was verified: a core requirement cannot lose its test unnoticed, whatever the reasons say', async () => {
    const known = [{ ids: ['AS-DEMO-*'], reason: 'Not yet.' }];
    await write('apps/a/test/a.test.ts', `${demo(1)} ${demo(3)}`);
    await write(REPORT, (await runWith(known)).report);
    expect((await runWith(known)).problems).toEqual([]);
    await write('apps/a/test/a.test.ts', '');
    expect((await runWith(known)).problems).toEqual([`${demo(1)} is core and was verified; now no test names it.`]);
    expect((await runWith(known, [demo(1)])).problems).toEqual([]);
  });

  it('wants a reason gone that no longer explains anything', async () => {
    await write('apps/a/test/a.test.ts', `${demo(1)} ${demo(2)}`);
    const known = [{ ids: [demo(2), 'AS-DEMO-*', 'AS-GONE-*'], reason: 'Not yet.' }];
    expect((await runWith(known)).problems).toEqual([
      expect.stringContaining(`${demo(2)} has a reason`),
      expect.stringContaining('AS-GONE-* has a reason'),
    ]);
  });

  it('tells when the report on disk is not what it should be', async () => {
    await write('apps/a/test/a.test.ts', demo(1));
    const { report, upToDate } = await runWith();
    expect(upToDate).toBe(false);
    await write(REPORT, report);
    expect((await runWith()).upToDate).toBe(true);
    await write('apps/a/test/a.test.ts', `${demo(1)} ${demo(3)}`);
    expect((await runWith()).upToDate).toBe(false);
  });
});

it('the report has a row for each requirement, with its tests or the reason, and links that lead somewhere', async () => {
  await write('apps/a/test/a.test.ts', demo(1));
  const { report } = await runWith([{ ids: [demo(2)], reason: 'Not yet.' }]);
  expect(report.split('\n').filter((line) => line.startsWith('| AS-') || line.startsWith('['))).toEqual([
    `| ${demo(1)} ★ ✗ | Has a \\| in it | must | [a/a] | [RFC 6749 §5.2] |`,
    `| ${demo(2)} ★ ✗ | Has a \\| in it | must | *not verified*: Not yet. | [RFC 6749 §5.2] |`,
    `| ${demo(3)} | Has a \\| in it | must | *not verified* | [RFC 6749 §5.2] |`,
    '[RFC 6749 §5.2]: https://rfc.example/#5.2',
    '[a/a]: ../apps/a/test/a.test.ts',
  ]);
  expect(report).toContain('| Server | 3 | 1 | 1 | 1 | 2 | 1 |');
});

it('the summary has the same numbers for a terminal', async () => {
  await write('apps/a/test/a.test.ts', demo(1));
  const { states } = await runWith();
  expect(summary(chapters, states).split('\n')).toEqual([
    '                 in all  verified  reason  open  core  core verified',
    'Server                3         1       0     2     2              1',
    '  DEMO: a group       3         1       0     2     2              1',
    'Together              3         1       0     2     2              1',
  ]);
});
