import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** The server under test has a core of its own, and the load another one, where the machine lets them. */
const SERVER_CORE = 0;
const LOAD_CORE = 1;

/** Can processes be bound to cores here (Linux, two cores at least)? */
export const canPin = availableParallelism() > LOAD_CORE && succeeds('taskset', ['-V']);

/** Binds this process, every thread of it, to the core of the load. */
export function pinLoad(): void {
  if (canPin) execFileSync('taskset', ['-apc', String(LOAD_CORE), String(process.pid)], { stdio: 'ignore' });
}

export interface RunningProcess {
  pid: number;
  /** The first message that it sent. */
  greeting: unknown;
  ask(message: string): Promise<unknown>;
  stop(): Promise<void>;
}

/**
 * Starts a Node program on the core of the servers, and waits until it has sent a message. What it logs goes nowhere.
 *
 * @param nodeOptions go before the program, for Node itself.
 * @throws Error with what it wrote to standard error, when it ends before.
 */
export async function startPinned(
  program: string,
  environment: Record<string, string>,
  nodeOptions: string[] = [],
): Promise<RunningProcess> {
  const command = [process.execPath, ...nodeOptions, program];
  const [file, ...parameters] = (canPin ? ['taskset', '-c', String(SERVER_CORE), ...command] : command) as [string, ...string[]];
  const child = spawn(file, parameters, {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { PATH: process.env['PATH'], NODE_ENV: 'production', ...environment },
  });
  let problems = '';
  child.stderr?.on('data', (chunk) => (problems += String(chunk)));
  const ended = once(child, 'exit');
  const failed = ended.then(() => Promise.reject(new Error(`${program} has ended: ${problems}`)));
  const [greeting] = (await Promise.race([once(child, 'message'), failed])) as [unknown];
  failed.catch(() => {});
  return {
    pid: child.pid as number,
    greeting,
    ask: async (message) => {
      child.send(message);
      const [reply] = (await once(child, 'message')) as [unknown];
      return reply;
    },
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

const TICKS_PER_SECOND = 100;

/** The processor time that a process has used so far, in seconds; undefined where the machine does not tell. */
export function cpuSeconds(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field, the name, may hold spaces. User and system time are the 14th and 15th.
    const [user, system] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13)
      .map(Number);
    return ((user as number) + (system as number)) / TICKS_PER_SECOND;
  } catch {
    return undefined;
  }
}

function succeeds(program: string, parameters: string[]): boolean {
  try {
    execFileSync(program, parameters, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
