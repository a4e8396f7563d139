import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePorts } from '@rolecall/test-services/free-ports';
import { slowness } from '@rolecall/test-services/slowness';
import type { RoleSpec } from '../ecosystem/role-process.ts';
import { supervise, type Supervisor } from '../ecosystem/supervisor.ts';

const fixture = (name: string): string => fileURLToPath(new URL(`./fixtures/${name}.ts`, import.meta.url));

let ports: number[];
let supervisor: Supervisor | undefined;
let lines: string[];
let becameReady: string[];

beforeEach(async () => {
  ports = await freePorts(3);
  supervisor = undefined;
  lines = [];
  becameReady = [];
});
afterEach(async () => {
  supervisor?.stop();
  await supervisor?.finished;
});

/** Roles `first`, `second` and `third`, which behave as told; a file other than the usual stand-in where one is named. */
function start(behaviours: readonly string[], entry = fixture('role')): Supervisor {
  const names = ['first', 'second', 'third'];
  const specs = behaviours.map((behaviour, index): RoleSpec => {
    const name = names[index] ?? '';
    const environment = { ...process.env, NAME: name, BEHAVIOUR: behaviour, PORT: String(ports[index]) };
    return { name, entry, environment, readyUrl: `http://localhost:${ports[index]}/` };
  });
  supervisor = supervise(specs, {
    onReady: (role) => becameReady.push(role),
    onLine: (role, line) => lines.push(`${role} ${line}`),
  });
  return supervisor;
}
const pids = (): number[] => lines.flatMap((line) => (/ pid (\d+)$/.exec(line)?.[1] ? [Number(line.split(' ').at(-1))] : []));
const alive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
const get = (index: number, path: string): Promise<unknown> => fetch(`http://localhost:${ports[index]}${path}`).catch(() => undefined);

describe('while all is well', () => {
  it('is ready when every role says that it is, and not when it merely listens', async () => {
    await start(['well', 'well', 'well']).ready;
    expect(becameReady.sort()).toEqual(['first', 'second', 'third']);
    expect(pids().every(alive)).toBe(true);
  });

  it('stops every role when asked, and leaves no process', async () => {
    const { ready, stop, finished } = start(['well', 'well', 'well']);
    await ready;
    stop();
    expect(await finished).toBeUndefined();
    expect(pids()).toHaveLength(3);
    expect(pids().filter(alive)).toEqual([]);
  });

  it('is not broken by being asked to stop again', async () => {
    const { ready, stop, finished } = start(['well', 'well']);
    await ready;
    stop();
    stop();
    expect(await finished).toBeUndefined();
    stop();
    expect(lines.filter((line) => line.endsWith('asked to stop'))).toHaveLength(2);
  });

  it('stops roles that are still starting', async () => {
    const { stop, finished } = start(['well', 'well', 'well']);
    stop();
    expect(await finished).toBeUndefined();
    expect(pids().filter(alive)).toEqual([]);
  });

  it('kills a role that does not stop, so that all is over within three seconds', async () => {
    const { ready, stop, finished } = start(['well', 'stubborn']);
    await ready;
    const began = performance.now();
    stop();
    expect(await finished).toBeUndefined();
    expect(performance.now() - began).toBeLessThan(3_000 * slowness());
    expect(pids().filter(alive)).toEqual([]);
  });
});

describe('when a role ends by itself', () => {
  it('names it and stops the others', async () => {
    const { ready, finished } = start(['well', 'well', 'well']);
    await ready;
    await get(1, '/die');
    expect(await finished).toMatchObject({
      role: 'second',
      lines: ['second: ended by itself (exit code 3)', expect.stringMatching('pid')],
    });
    expect(pids().filter(alive)).toEqual([]);
  });

  it('names it also when something from outside killed it', async () => {
    const { ready, finished } = start(['well', 'well']);
    await ready;
    process.kill(pids()[0] ?? 0, 'SIGKILL');
    expect((await finished)?.lines[0]).toMatch(/: ended by itself \(signal SIGKILL\)$/);
  });

  it('tells the reasons that it gives for not starting, and nothing else', async () => {
    const failure = await start(['well', 'cannot start', 'well']).finished;
    expect(failure).toEqual({
      role: 'second',
      lines: ['second: cannot start: this is wrong', 'second: cannot start: that is wrong too'],
    });
    expect(pids().filter(alive)).toEqual([]);
  });

  it('shows what it wrote last when it gives no reason', async () => {
    const failure = await start(['well', 'crash']).finished;
    expect(failure?.lines[0]).toBe('second: ended by itself (exit code 1)');
    expect(failure?.lines.join('\n')).toContain('a mistake in the program');
  });
});

describe('a taken port', () => {
  it('is told in one line, and the one who has it is not taken for the role', async () => {
    const other = createServer((_request, response) => response.end('ok')).listen(ports[0], 'localhost');
    await once(other, 'listening');
    const failure = await start(['first'], fixture('service')).finished;
    expect(failure?.lines).toEqual([expect.stringContaining(`port ${ports[0]} is already in use`)]);
    expect(becameReady).toEqual([]);
    other.close();
  });
});

describe('when the supervisor itself is killed', () => {
  for (const role of ['role', 'service']) {
    it(`its roles end too (${role})`, async () => {
      const child = spawn(process.execPath, [fixture('supervise'), fixture(role), String(ports[0])], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      for await (const line of createInterface({ input: child.stdout })) {
        if (line === 'ready') break;
      }
      child.kill('SIGKILL');
      await once(child, 'exit');
      await expect.poll(() => get(0, '/')).toBeUndefined();
    });
  }
});
