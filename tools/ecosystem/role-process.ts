import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';

/** A role's program and what it needs to run. */
export interface RoleSpec {
  /** The role's name, as its own messages begin. */
  name: string;
  /** The program's file, absolute. */
  entry: string;
  environment: NodeJS.ProcessEnv;
  /** Where the role says that it can work: its `/health/ready`. */
  readyUrl: string;
}

/** How a process ended: with a code of its own or by a signal. */
export interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface RoleProcess {
  name: string;
  /** Resolves once the role listens and says that it is ready; rejects when it ends before that. */
  ready: Promise<void>;
  /** Resolves when the process has ended and all that it wrote was read. */
  ended: Promise<Ending>;
  /** Asks the role to close, kills it when it does not do so in time, and resolves when it has ended. May be called again. */
  stop(): Promise<Ending>;
  /** Ends the process as a crash would, without asking. */
  kill(): Promise<Ending>;
}

/** A little more than a role gives itself to close, and less than the three seconds in which all must be over. */
const STOP_TIMEOUT_MILLISECONDS = 2_700;
const READY_INTERVAL_MILLISECONDS = 50;
const READY_ANSWER_TIMEOUT_MILLISECONDS = 3_000;

/** Starts a role as a process of its own. `onLine` gets every line that it writes, standard error included. */
export function startRole(spec: RoleSpec, onLine: (line: string) => void): RoleProcess {
  const child = spawn(process.execPath, [spec.entry], {
    env: spec.environment,
    // The channel tells the role when the process that started it ends, however that happens: it then closes by itself.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // A Ctrl-C reaches every process of the terminal's group at once. In a group of its own the role hears only of the orderly stop.
    detached: true,
  });
  for (const input of [child.stdout, child.stderr]) if (input) createInterface({ input, crlfDelay: Infinity }).on('line', onLine);

  const ended = once(child, 'close').then(([code, signal]): Ending => ({ code, signal }));
  const end = async (signal: NodeJS.Signals): Promise<Ending> => {
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MILLISECONDS);
    try {
      return await ended;
    } finally {
      clearTimeout(timer);
    }
  };
  const ready = untilReady(once(child, 'message'), ended, spec);
  // Whoever never asks for it must not be ended by its rejection.
  ready.catch(() => {});
  return { name: spec.name, ready, ended, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
}

async function untilReady(listening: Promise<unknown>, ended: Promise<Ending>, spec: RoleSpec): Promise<void> {
  const abort = new AbortController();
  const gone = ended.then((ending) => {
    abort.abort();
    throw new Error(`${spec.name} ended before it was ready (${describeEnding(ending)})`);
  });
  // Only a role that says that it listens is asked: on a port that was taken somebody else would answer.
  await Promise.race([listening, gone]);
  await Promise.race([answers(spec.readyUrl, abort.signal), gone]);
}

async function answers(url: string, ended: AbortSignal): Promise<void> {
  while (!ended.aborted) {
    try {
      const response = await fetch(url, { signal: AbortSignal.any([ended, AbortSignal.timeout(READY_ANSWER_TIMEOUT_MILLISECONDS)]) });
      await response.body?.cancel();
      if (response.ok) return;
    } catch {
      // Not yet.
    }
    await delay(READY_INTERVAL_MILLISECONDS);
  }
}

/** The end of a process in words. */
export function describeEnding({ code, signal }: Ending): string {
  return signal === null ? `exit code ${code}` : `signal ${signal}`;
}
