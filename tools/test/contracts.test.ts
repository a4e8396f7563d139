import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { checkContracts } from '../contracts/check.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

describe('the documents of the contract', () => {
  it('are what the schemas say (else: npm run contracts), and break nobody without a version that says so (npm run contracts -- --check tells whom)', async () => {
    const { problems, report, notCompared } = await checkContracts(ROOT);
    expect(problems).toEqual([]);
    if (!notCompared) return;
    process.stderr.write(`\n${report.join('\n')}\n\n`);
    expect(process.env['REQUIRE_SERVICES'], report.join()).not.toBe('1');
  });
});
