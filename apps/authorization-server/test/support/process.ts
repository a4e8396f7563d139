import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, inject, onTestFinished } from 'vitest';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

export interface Running {
  child: ChildProcess;
  url: string;
  output: { stdout: string; stderr: string };
  exit: Promise<{ code: number | null; signal: string | null }>;
}

/** Starts the program as a process of its own. It ends with the test. */
async function start(environment: Record<string, string>): Promise<Running> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'rolecall-as-'));
  const child = spawn(process.execPath, [MAIN], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { PATH: process.env['PATH'], DATA_DIR: dataDirectory, LOG_FORMAT: 'json', ...environment },
  });
  const output = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk) => (output.stdout += String(chunk)));
  child.stderr?.on('data', (chunk) => (output.stderr += String(chunk)));
  const exit = once(child, 'close').then(([code, signal]) => ({ code, signal }));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exit;
    await rm(dataDirectory, { recursive: true, force: true });
  });
  return { child, url: `http://localhost:${environment['PORT']}`, output, exit };
}

/** The same, once it listens. */
export async function startAndListen(environment: Record<string, string>): Promise<Running> {
  const running = await start(environment);
  const ended = running.exit.then(() => Promise.reject(new Error(running.output.stderr)));
  await Promise.race([once(running.child, 'message'), ended]);
  ended.catch(() => {});
  return running;
}

/** What the process needs to work on the stores of this run. */
export function processStores(schema = `test_${randomBytes(6).toString('hex')}`): Record<string, string> {
  return inject('stores') === 'services'
    ? { DATABASE_URL: `${inject('databaseUrl')}?schema=${schema}`, REDIS_URL: inject('redisUrl') }
    : {};
}

/** What a process that cannot start says. */
export async function failure(environment: Record<string, string>): Promise<string> {
  const running = await start(environment);
  expect(await running.exit).toEqual({ code: 1, signal: null });
  expect(running.output.stderr).not.toMatch(/^\s+at /m);
  return running.output.stderr;
}
