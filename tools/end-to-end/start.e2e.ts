import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { slowness } from '@rolecall/test-services/slowness';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { isolatedSurroundings } from './support/ecosystem.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);

let surroundings: Awaited<ReturnType<typeof isolatedSurroundings>>;
let environment: NodeJS.ProcessEnv;
let npm: ChildProcess | undefined;
let output: string;

// One place for all of them, as for whoever starts it day after day: only the first start finds nothing there.
beforeAll(async () => {
  surroundings = await isolatedSurroundings();
  const { issuer, resource, client } = surroundings.addresses;
  environment = { ...process.env, NODE_ENV: 'development', NO_COLOR: '1', ...surroundings.environment };
  Object.assign(environment, { ISSUER: issuer, RESOURCE: resource, BASE_URL: client });
});
afterEach(async () => {
  if (npm?.exitCode === null && npm.signalCode === null) {
    const ended = once(npm, 'close');
    signalGroup('SIGTERM');
    await ended;
  }
});
afterAll(() => surroundings.remove());

/** Runs `npm start` in a process group of its own, as a shell does with what is typed into it. */
function start(extra: NodeJS.ProcessEnv = {}): ChildProcess {
  output = '';
  npm = spawn('npm', ['start'], { cwd: ROOT, env: { ...environment, ...extra }, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [npm.stdout, npm.stderr]) stream?.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  return npm;
}
const banner = (): Promise<void> => expect.poll(() => output, { timeout: 100_000, interval: 20 }).toContain('Ctrl-C stops everything');
/** What Ctrl-C does: the terminal sends the signal to every process of the group. */
const signalGroup = (signal: NodeJS.Signals): boolean => process.kill(-(npm?.pid ?? 0), signal);
const answers = (url: string): Promise<boolean> =>
  fetch(`${url}/health/live`).then(
    (response) => response.ok,
    () => false,
  );
const anyAnswers = async (): Promise<boolean> => (await Promise.all(Object.values(surroundings.addresses).map(answers))).includes(true);

describe('npm start', { timeout: 150_000 }, () => {
  it('is ready within 20 seconds, and the curl command of its banner gets a token', async () => {
    const began = performance.now();
    start();
    await banner();
    expect(performance.now() - began).toBeLessThan(20_000 * slowness());
    const command = output.split('\n').find((line) => line.startsWith('curl') && line.includes('/token')) ?? '';
    const { stdout } = await run('sh', ['-c', command]);
    const token = JSON.parse(stdout) as { access_token: string; token_type: string };
    expect(token).toMatchObject({ token_type: 'Bearer', scope: 'notes:read' });

    const notes = await fetch(`${surroundings.addresses.resource}/notes`, { headers: { authorization: `Bearer ${token.access_token}` } });
    // Not 401: the token is genuine. It stands for a program, and only users have notes.
    expect(notes.status).toBe(403);
  });

  for (const signals of [['SIGINT'], ['SIGINT', 'SIGINT'], ['SIGTERM'], ['SIGHUP']] as NodeJS.Signals[][]) {
    it(`stops everything in under 3 seconds on ${signals.join(' and ')}, and leaves no process`, async () => {
      const child = start();
      await banner();
      const ended = once(child, 'close');
      const began = performance.now();
      for (const signal of signals) signalGroup(signal);
      await ended;
      expect(performance.now() - began).toBeLessThan(3_000 * slowness());
      await expect.poll(anyAnswers).toBe(false);
      expect(output).not.toContain('ended by itself');
    });
  }

  it('stops as fast while it is still starting', async () => {
    const child = start();
    await expect.poll(() => output, { interval: 20 }).toContain('starting');
    const ended = once(child, 'close');
    const began = performance.now();
    signalGroup('SIGINT');
    await ended;
    expect(performance.now() - began).toBeLessThan(3_000 * slowness());
    expect(output).not.toContain('ended by itself');
    expect(await anyAnswers()).toBe(false);
  });

  it('leaves no process when it is killed', async () => {
    const child = start();
    await banner();
    const ended = once(child, 'exit');
    signalGroup('SIGKILL');
    await ended;
    await expect.poll(anyAnswers).toBe(false);
  });

  it('names the role whose port is taken, in one line, and stops the others', async () => {
    const port = Number(new URL(surroundings.addresses.resource).port);
    const other = createServer().listen(port, 'localhost');
    await once(other, 'listening');
    const [code] = await once(start(), 'close');
    other.close();
    expect(code).not.toBe(0);
    expect(output.match(/cannot start/g)).toHaveLength(1);
    expect(output).toContain(`resource-server: cannot start: port ${port} is already in use`);
    expect(output).not.toMatch(/^\s+at /m);
    expect(await answers(surroundings.addresses.issuer)).toBe(false);
  });

  const mistakes: [string, NodeJS.ProcessEnv, RegExp][] = [
    ['a bad variable', { LOG_LEVEL: 'loud' }, /^[a-z-]+: cannot start: LOG_LEVEL must be/m],
    [
      'a database that cannot be reached',
      { DATABASE_URL: 'postgres://127.0.0.1:1/app' },
      /^[a-z-]+: cannot start: .*DATABASE_URL.*ECONNREFUSED/m,
    ],
    ['a Redis that cannot be reached', { REDIS_URL: 'redis://127.0.0.1:1' }, /^[a-z-]+: cannot start: .*REDIS_URL.*ECONNREFUSED/m],
  ];
  for (const [mistake, extra, line] of mistakes) {
    it(`tells of ${mistake} in one line, without a stack trace`, async () => {
      const [code] = await once(start(extra), 'close');
      expect(code).not.toBe(0);
      expect(output).toMatch(line);
      expect(output.match(/cannot start/g)).toHaveLength(1);
      expect(output).not.toMatch(/^\s+at /m);
    });
  }
});

describe('npm run reset', () => {
  it('refuses while the roles run, and starts over after that', async () => {
    const reset = (): Promise<{ stdout: string }> => run('npm', ['run', 'reset', '--silent'], { cwd: ROOT, env: environment });
    const child = start();
    await banner();
    const embedded = environment['DATABASE_URL'] === undefined;
    if (embedded) await expect(reset()).rejects.toThrow('is in use; stop the roles first');
    signalGroup('SIGINT');
    await once(child, 'close');

    const { stdout } = await reset();
    expect(stdout).toContain(embedded ? 'Deleted' : 'Postgres and Redis were left as they are');
    expect((await reset()).stdout).toContain('Nothing is kept');
  });
});
