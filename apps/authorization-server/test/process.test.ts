import { freePort } from '@rolecall/test-services/free-ports';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { failure, processStores as stores, startAndListen } from './support/process.ts';

describe('the authorization server as a process', () => {
  it('starts, is alive and ready, and closes on SIGTERM', async () => {
    const port = String(await freePort());
    const running = await startAndListen({ PORT: port, ISSUER: `http://localhost:${port}`, ...stores() });
    expect(await (await fetch(`${running.url}/health/live`)).json()).toEqual({ status: 'ok' });
    expect(await (await fetch(`${running.url}/health/ready`)).json()).toEqual({
      status: 'ok',
      checks: { database: 'ok', 'short-lived store': 'ok' },
    });
    running.child.kill('SIGTERM');
    expect(await running.exit).toEqual({ code: 0, signal: null });
    for (const line of running.output.stdout.trim().split('\n')) JSON.parse(line);
  });

  it('says in one line that its port is taken', async () => {
    const other = createServer().listen(0, 'localhost');
    await once(other, 'listening');
    onTestFinished(() => void other.close());
    const { port } = other.address() as { port: number };
    expect(await failure({ PORT: String(port), ...stores() })).toBe(
      `authorization-server: cannot start: port ${port} is already in use (PORT chooses another)\n`,
    );
  });

  it('says in one line which variable is wrong', async () => {
    expect(await failure({ PORT: 'x' })).toBe(
      'authorization-server: cannot start: PORT must be a whole number from 1 to 65535 (it is "x")\n',
    );
  });

  it('says in one line that the database cannot be reached', async () => {
    const port = await freePort();
    expect(await failure({ PORT: '4999', DATABASE_URL: `postgres://nobody@127.0.0.1:${port}/x` })).toMatch(
      /^authorization-server: cannot start: the database at DATABASE_URL cannot be used: .*ECONNREFUSED.*\n$/,
    );
  });

  it('says in one line that Redis cannot be reached', async () => {
    const port = await freePort();
    expect(await failure({ PORT: '4999', ...stores(), REDIS_URL: `redis://127.0.0.1:${port}` })).toMatch(
      /^authorization-server: cannot start: Redis at REDIS_URL cannot be reached: .*ECONNREFUSED.*\n$/,
    );
  });

  it('is not for others than this machine while it is seeded, whatever the mode is called', async () => {
    expect(await failure({ NODE_ENV: 'test', ISSUER: 'https://as.example', PORT: '4999', ...stores() })).toBe(
      'authorization-server: cannot start: ISSUER must be on this machine, or NODE_ENV must be production\n',
    );
  });

  it('refuses production on development defaults, a line for each', async () => {
    const lines = (await failure({ NODE_ENV: 'production' })).trim().split('\n');
    expect(lines).toHaveLength(5);
    for (const name of ['ISSUER', 'DATABASE_URL', 'REDIS_URL', 'KEY_ENCRYPTION_KEY', 'TRUSTED_PROXIES'])
      expect(lines).toContainEqual(expect.stringMatching(new RegExp(`^authorization-server: cannot start: ${name} `)));
  });
});
