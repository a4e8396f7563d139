import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { testDatabaseLocation } from '@rolecall/storage/test-support/stores';
import { inject } from 'vitest';

export interface RunningProcess {
  child: ChildProcess;
  /** Resolves when the service says that it listens; rejects when it ends before. */
  listening: Promise<void>;
  /** Resolves when the process has ended, with all that it wrote. */
  ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
}

/** Runs one of the service's files as a process, with these variables and no others but PATH. */
export function spawnService(file: 'main.ts' | 'migrate.ts', environment: Record<string, string>): RunningProcess {
  const child = spawn(process.execPath, [fileURLToPath(new URL(`../../src/${file}`, import.meta.url))], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) child[name]?.setEncoding('utf8').on('data', (text: string) => (written[name] += text));
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...written }));
  const listening = Promise.race([
    once(child, 'message').then(() => {}),
    ended.then(({ stderr }) => Promise.reject(new Error(`ended before it listened: ${stderr}`))),
  ]);
  // A test that waits for the end alone has no use for this rejection.
  listening.catch(() => {});
  return { child, listening, ended };
}

/** Variables that give a process a database of its own, of the kind that this run works on. `remove` cleans up after it. */
export async function ownDatabase(): Promise<{ environment: Record<string, string>; remove: () => Promise<void> }> {
  const location = await testDatabaseLocation();
  if (location.kind === 'postgres')
    return { environment: { DATABASE_URL: `${location.url}?schema=${location.schema}` }, remove: async () => {} };
  const directory = await mkdtemp(join(tmpdir(), 'rolecall-resource-server-'));
  const data = join(directory, 'data');
  await mkdir(data, { mode: 0o700 });
  // Unpacked it is there in a moment; a process that makes it anew takes seconds.
  await promisify(execFile)('tar', ['-xf', inject('emptyDatabase'), '-C', data]);
  return { environment: { DATA_DIR: data }, remove: () => rm(directory, { recursive: true, force: true }) };
}
