import { freePort } from '@rolecall/test-services/free-ports';
import { once } from 'node:events';
import { describe, expect, inject, it } from 'vitest';
import { failureOf, startProcess, takenPort } from './support/process.ts';
import { startScriptedServer } from './support/scripted-server.ts';

const HOST = '127.0.0.1';

/** Redis where this run of the tests has one. */
const stores = () => (inject('stores') === 'services' ? { REDIS_URL: inject('redisUrl') } : {});

describe('the client as a process', () => {
  it('tells of a taken port in one line and ends with code 1', async () => {
    const port = await takenPort();
    const { code, stdout, stderr } = await failureOf(startProcess({ HOST, PORT: String(port), ...stores() }));
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toBe(`sample-client: cannot start: port ${port} is already in use (PORT chooses another)\n`);
  });

  it('tells of a bad variable in one line for each, without a stack trace', async () => {
    const { code, stderr } = await failureOf(startProcess({ PORT: 'x', ISSUER: 'nowhere' }));
    expect(code).toBe(1);
    expect(stderr.trimEnd().split('\n').sort()).toEqual([
      expect.stringMatching(/^sample-client: cannot start: ISSUER /),
      expect.stringMatching(/^sample-client: cannot start: PORT /),
    ]);
  });

  it('refuses to start in production on the defaults of development, naming each', async () => {
    const { code, stderr } = await failureOf(startProcess({ NODE_ENV: 'production' }));
    expect(code).toBe(1);
    expect(stderr.trimEnd().split('\n')).toHaveLength(6);
  });

  it('tells that Redis cannot be reached, without its password', async () => {
    const address = `redis://:hunter2@127.0.0.1:${await freePort()}`;
    const { code, stderr } = await failureOf(startProcess({ HOST, PORT: String(await freePort()), REDIS_URL: address }));
    expect(code).toBe(1);
    expect(stderr).toMatch(/^sample-client: cannot start: Redis at REDIS_URL cannot be reached: [^\n]+\n$/);
    expect(stderr).not.toContain('hunter2');
  });

  it('starts while the other roles are down, and ends on SIGTERM once the requests under way are answered', async () => {
    const port = await freePort();
    const api = await startScriptedServer(() => {
      child.kill('SIGTERM');
      return { status: 404, body: 'none' };
    });
    const child = startProcess({ HOST, PORT: String(port), ISSUER: api.origin, RESOURCE: api.origin, ...stores() });
    await once(child, 'message');
    const exited = once(child, 'exit');
    const [page] = await Promise.all([fetch(`http://${HOST}:${port}/`), exited]);
    expect(page.status).toBe(503);
    expect(await page.text()).toContain('The authorization server is not available');
    expect(await exited).toEqual([0, null]);
  });

  it('ends when the process that started it is gone', async () => {
    const child = startProcess({ HOST, PORT: String(await freePort()), ...stores() });
    await once(child, 'message');
    const exited = once(child, 'exit');
    child.disconnect();
    expect(await exited).toEqual([0, null]);
  });
});
