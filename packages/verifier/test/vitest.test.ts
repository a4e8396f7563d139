import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

interface Tests {
  testResults: { assertionResults: { title: string; status: string; failureMessages: string[] }[] }[];
}

const VITEST = join(createRequire(import.meta.url).resolve('vitest/package.json'), '../vitest.mjs');
const FIXTURES = join(import.meta.dirname, 'fixtures');

/** Tests that fail are run in a process of their own. */
async function runFixture(): Promise<Tests> {
  const folder = await mkdtemp(join(tmpdir(), 'verifier-vitest-'));
  try {
    const file = join(folder, 'report.json');
    const words = ['run', '--config', join(FIXTURES, 'vitest.config.ts'), '--root', FIXTURES, '--reporter', 'json', '--outputFile', file];
    // It ends with 1, because a test fails.
    await new Promise((resolve) => execFile(process.execPath, [VITEST, ...words], { env: { PATH: process.env['PATH'] } }, resolve));
    return JSON.parse(await readFile(file, 'utf8')) as Tests;
  } finally {
    await rm(folder, { recursive: true });
  }
}

it('a server is described by a test for each requirement, and fails with what shows it', async () => {
  const { testResults } = await runFixture();
  const tests = new Map(testResults.flatMap(({ assertionResults }) => assertionResults.map((each) => [each.title.slice(0, 10), each])));
  expect(Object.fromEntries([...tests].map(([id, { status }]) => [id, status]))).toEqual({
    'AS-META-01': 'passed',
    'AS-META-02': 'failed',
    'AS-META-09': 'skipped',
    'AS-META-10': 'skipped',
  });
  const [message = ''] = tests.get('AS-META-02')?.failureMessages ?? [];
  expect(message).toContain('> GET http://127.0.0.1:');
  expect(message).toContain('the issuer is');
  expect(message).toContain('RFC 8414 §');
  expect(message).not.toContain('\u001b');
});
