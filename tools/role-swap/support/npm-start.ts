import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished } from 'vitest';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

export interface Started {
  /** All that was written so far. */
  output(): string;
  /** Resolves when this was written. */
  says(text: string): Promise<void>;
  /** Resolves with the exit code. */
  ended: Promise<number | null>;
}

/** Runs `npm start -- …` on stores of its own until the end of the test. */
export async function npmStart(parameters: string[], environment: NodeJS.ProcessEnv = {}): Promise<Started> {
  const directory = await mkdtemp(join(tmpdir(), 'rolecall-role-swap-'));
  const child = spawn('npm', ['start', '--', ...parameters], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], NO_COLOR: '1', DATA_DIR: directory, ...environment },
    // In a group of its own, as what is typed into a shell is: a signal reaches npm and what it has started.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  const ended = once(child, 'close').then(([code]): number | null => code);
  onTestFinished(async () => {
    stop(child);
    await ended;
    await rm(directory, { recursive: true, force: true });
  });
  return {
    output: () => output,
    says: (text) => expect.poll(() => output, { timeout: 40_000, interval: 20 }).toContain(text),
    ended,
  };
}

function stop(child: ChildProcess): void {
  if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGINT');
}
