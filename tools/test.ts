import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findServices, type NoServices, SOURCE_VARIABLE, type TestServices } from '@rolecall/test-services/find-services';
import { findChromium } from '@rolecall/verifier/person/find-chromium';
import { findReports, removeReports } from './test-run/find-reports.ts';
import { failures, table, totals, verdict } from './test-run/table.ts';

// Runs every test of every project, then the contracts between the roles, then the end-to-end suite, on one Postgres and Redis for all of them, and says what ran where.
const ROOT = fileURLToPath(new URL('../', import.meta.url));
const BINARIES = join(ROOT, 'node_modules', '.bin');
const startedAt = Date.now();

const services = await findServices().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
const origin = [describe(services), ...(findChromium() === undefined ? ['NOT RUN in a browser: there is no Chromium.'] : [])].join('\n');
process.stdout.write(`${origin}\n`);

let running: ChildProcess | undefined;
let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    interrupted = true;
    running?.kill(signal);
  });
}

await removeReports(ROOT);
let succeeded = true;
try {
  for (const target of ['test', 'contract-consumer', 'contract-provider', 'e2e'])
    if (!interrupted) succeeded = (await runTarget(target, environment(services))) && succeeded;
} finally {
  if (services.source !== 'none') await services.stop();
}

const reports = await findReports(ROOT);
const sums = totals(reports);
// A suite that broke off left no report, or not a failed test in it.
if (!succeeded && sums.failed === 0) {
  sums.failed = 1;
  process.stdout.write('\nA suite did not come to its end: see above.\n');
}
process.stdout.write(`\n${failures(reports)}\n${table(reports, startedAt)}\n\n${origin}\n${verdict(sums)}\n`);
process.exit(sums.failed > 0 || interrupted ? 1 : 0);

async function runTarget(target: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  running = spawn(join(BINARIES, 'nx'), ['run-many', '-t', target, '--outputStyle=static', '--parallel=2'], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [code] = await once(running, 'close');
  running = undefined;
  return code === 0;
}

function environment(found: TestServices | NoServices): NodeJS.ProcessEnv {
  return {
    ...process.env,
    // The projects' own Node, also where this was not started by npm.
    PATH: [BINARIES, process.env['PATH']].join(delimiter),
    NX_DAEMON: 'false',
    NX_TUI: 'false',
    [SOURCE_VARIABLE]: found.source,
    ...(found.source !== 'none' && { TEST_DATABASE_URL: found.databaseUrl, TEST_REDIS_URL: found.redisUrl }),
  };
}

function describe(found: TestServices | NoServices): string {
  if (found.source === 'none') return `NOT RUN on Postgres and Redis: ${found.message}.`;
  return `Postgres and Redis come from ${found.source === 'environment' ? 'TEST_DATABASE_URL and TEST_REDIS_URL' : found.source}.`;
}
