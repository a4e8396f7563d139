import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const FIXTURE = fileURLToPath(new URL('./fixtures/service.ts', import.meta.url));

function start(environment: NodeJS.ProcessEnv): { child: ChildProcess; output: () => string; ended: Promise<unknown[]> } {
  const child = spawn(process.execPath, [FIXTURE], { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  // Not "close": it does not come once this side has closed the channel.
  const ended = Promise.all([once(child, 'exit'), child.stdout && once(child.stdout, 'end'), child.stderr && once(child.stderr, 'end')]);
  return { child, output: () => output, ended: ended.then(([exit]) => exit) };
}

async function listeningOn(port: number): Promise<{ port: number; close(): void }> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as { port: number }).port, close: () => server.close() };
}

async function freePort(): Promise<string> {
  const { port, close } = await listeningOn(0);
  close();
  return String(port);
}

describe('a service that cannot start', () => {
  it('tells every wrong setting, a line each', async () => {
    const { ended, output } = start({ PROBLEM: 'settings' });
    expect(await ended).toEqual([1, null]);
    expect(output()).toBe('service: cannot start: PORT must be a number\nservice: cannot start: ISSUER must be https\n');
  });

  it('tells any other cause in one line, without a stack trace', async () => {
    const { ended, output } = start({ PROBLEM: 'database' });
    expect(await ended).toEqual([1, null]);
    expect(output()).toBe('service: cannot start: the database at DATABASE_URL cannot be used: connection refused\n');
  });

  it('says which port is taken', async () => {
    const { port, close } = await listeningOn(0);
    const { ended, output } = start({ PORT: String(port) });
    expect(await ended).toEqual([1, null]);
    close();
    expect(output()).toBe(`service: cannot start: port ${port} is already in use (PORT chooses another)\n`);
  });
});

describe('a service that is told to stop', () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`answers what is under way, releases its stores and ends well (${signal})`, async () => {
      const port = await freePort();
      const { child, ended, output } = start({ PORT: port });
      await once(child, 'message');
      const answer = fetch(`http://127.0.0.1:${port}/slow`);
      await once(child, 'message');
      child.kill(signal);
      // Told twice, as by a second Ctrl-C.
      child.kill(signal);
      expect(await (await answer).text()).toBe('answered');
      expect(await ended).toEqual([0, null]);
      expect(output()).toBe('stores released\n');
    });
  }

  it('stops also when the process that started it is gone', async () => {
    const { child, ended, output } = start({ PORT: await freePort() });
    await once(child, 'message');
    child.disconnect();
    expect(await ended).toEqual([0, null]);
    expect(output()).toBe('stores released\n');
  });

  it('does not even start when the process that started it was gone before', async () => {
    const { child, ended } = start({ PORT: await freePort() });
    child.disconnect();
    const [code] = await ended;
    expect([0, 1]).toContain(code);
  });
});
