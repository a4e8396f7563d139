import { expect, it } from 'vitest';
import type { FoundReport } from '../test-run/find-reports.ts';
import { failures, table, totals, verdict } from '../test-run/table.ts';

const row = { passed: 12, failed: 0, skipped: 0, milliseconds: 1_234 };
const reports: FoundReport[] = [
  {
    project: 'storage',
    target: 'test',
    startedAt: 2_000,
    rows: [
      { stores: 'embedded', ...row },
      { stores: 'services', ...row, failed: 1 },
    ],
    failures: [{ name: 'services test/storage.test.ts > takes once', message: 'expected 2\nto be 1' }],
  },
  { project: 'tools', target: 'e2e', startedAt: 500, rows: [{ stores: '', ...row, skipped: 2 }], failures: [] },
];

it('has a line for each project and kind of stores, and tells what comes from the cache', () => {
  expect(table(reports, 1_000).split('\n')).toEqual([
    'project  tests  stores    passed  failed  skipped   time',
    '───────  ─────  ────────  ──────  ──────  ───────  ─────  ──────────',
    'storage  test   embedded      12       0        0  1.2 s',
    'storage  test   services      12       1        0  1.2 s',
    'tools    e2e    –             12       0        2  1.2 s  from cache',
  ]);
});

it('ends with the sums', () => {
  expect(verdict(totals(reports))).toBe('36 passed, 1 failed, 2 skipped');
  expect(verdict(totals([]))).toBe('0 passed, 0 failed');
});

it('names what failed, and why', () => {
  expect(failures(reports)).toBe('FAILED storage services test/storage.test.ts > takes once\n  expected 2\n  to be 1\n');
  expect(failures([])).toBe('');
});
