import { freePort } from '@rolecall/test-services/free-ports';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { createMovableClock } from '@rolecall/storage/test-support/movable-clock';
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { startAuthorizationServer } from '@rolecall/resource-guard/test-support/authorization-server';
import { ownDatabase, type RunningProcess, spawnService } from './support/spawn-service.ts';

const PRODUCTION = {
  NODE_ENV: 'production',
  ISSUER: 'https://login.example',
  RESOURCE: 'https://api.example',
  TRUSTED_PROXIES: '10.0.0.0/8',
};

// Each test starts processes, and a machine that runs other tests beside them takes its time over that.
vi.setConfig({ testTimeout: 60_000 });

let database: Awaited<ReturnType<typeof ownDatabase>>;
const running: RunningProcess[] = [];
beforeEach(async () => {
  database = await ownDatabase();
});
afterEach(async () => {
  for (const { child, ended } of running.splice(0)) {
    child.kill('SIGKILL');
    await ended;
  }
  await database.remove();
});

function start(environment: Record<string, string>, file: 'main.ts' | 'migrate.ts' = 'main.ts'): RunningProcess {
  const started = spawnService(file, { HOST: '127.0.0.1', LOG_FORMAT: 'json', ...environment });
  running.push(started);
  return started;
}

async function expectRefusal(environment: Record<string, string>, ...lines: RegExp[]): Promise<void> {
  const { code, stderr } = await start(environment).ended;
  expect(code).toBe(1);
  const written = stderr.trimEnd().split('\n');
  expect(written, stderr).toHaveLength(lines.length);
  for (const [index, line] of lines.entries()) expect(written[index]).toMatch(line);
}

describe('the process', () => {
  it('starts without an authorization server, keeps notes over a restart, and closes on SIGTERM', async () => {
    const port = String(await freePort());
    const resource = `http://127.0.0.1:${port}`;
    const authorizationServer = await startAuthorizationServer(createMovableClock(), resource);
    const environment = { ...database.environment, PORT: port, ISSUER: authorizationServer.issuer, RESOURCE: resource };
    const headers = { authorization: `Bearer ${await authorizationServer.token()}`, 'content-type': 'application/json' };

    const first = start(environment);
    await first.listening;
    expect(authorizationServer.requests).toEqual([]);
    const added = await fetch(`${resource}/notes`, { method: 'POST', headers, body: '{"title":"Kept"}' });
    expect(added.status).toBe(201);
    first.child.kill('SIGTERM');
    const { code, stdout, stderr } = await first.ended;
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).not.toContain(headers.authorization.slice(7));

    const second = start(environment);
    await second.listening;
    const found = await fetch(added.headers.get('location') as string, { headers });
    expect(await found.json()).toMatchObject({ title: 'Kept' });
    second.child.kill('SIGINT');
    expect((await second.ended).code).toBe(0);
    await authorizationServer.close();
  });

  it('SEC-58: answers a request that is under way before it ends', async () => {
    const port = await freePort();
    const authorizationServer = await startAuthorizationServer(createMovableClock(), 'http://localhost:4001');
    const { child, listening, ended } = start({ ...database.environment, PORT: String(port), ISSUER: authorizationServer.issuer });
    await listening;
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    const token = await authorizationServer.token();
    const reached = new Promise<void>((resolve) =>
      authorizationServer.behave('/.well-known/oauth-authorization-server', (response) => {
        // The token is being judged: now the service is told to stop, and only then its question is answered.
        child.kill('SIGTERM');
        child.stdout?.on('data', (text: string) => {
          if (!text.includes('"closing"')) return;
          response.end(JSON.stringify(authorizationServer.metadata));
          resolve();
        });
      }),
    );
    socket.write(`GET /notes HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`);
    await reached;
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).toString()).toMatch(/^HTTP\/1\.1 200 .*\{"notes":\[\]\}$/s);
    expect((await ended).code).toBe(0);
    await authorizationServer.close();
  });

  it('says that a port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    await expectRefusal(
      { ...database.environment, PORT: String(port) },
      new RegExp(`^resource-server: cannot start: port ${port} is already in use`),
    );
    other.close();
    await once(other, 'close');
  });

  it('names every variable that is wrong', async () => {
    await expectRefusal(
      { PORT: 'x', RESOURCE: 'notes' },
      /^resource-server: cannot start: PORT must be .*"x"/,
      /^resource-server: cannot start: RESOURCE must be .*"notes"/,
    );
  });

  it('says that the database cannot be reached', async () => {
    const url = `postgres://notes:hunter2@127.0.0.1:${await freePort()}/notes`;
    await expectRefusal({ DATABASE_URL: url }, /^resource-server: cannot start: (?!.*hunter2).*DATABASE_URL.*ECONNREFUSED/);
  });

  it('says that Redis cannot be reached', async () => {
    const url = `redis://:hunter2@127.0.0.1:${await freePort()}`;
    await expectRefusal(
      { ...database.environment, REDIS_URL: url },
      /^resource-server: cannot start: (?!.*hunter2).*REDIS_URL.*ECONNREFUSED/,
    );
  });

  it('refuses the development defaults in production, each in a line', async () => {
    await expectRefusal({ NODE_ENV: 'production' }, /DATABASE_URL/, /ISSUER/, /RESOURCE/, /REDIS_URL/, /TRUSTED_PROXIES/);
  });
});

/** Production has no embedded database, so there is nothing of this to be seen on one. */
if (inject('stores') === 'services') {
  it('refuses to start in production while migrations are pending, and starts once they are applied', async () => {
    const environment = { ...PRODUCTION, ...database.environment, REDIS_URL: inject('redisUrl'), PORT: String(await freePort()) };
    await expectRefusal(environment, /^resource-server: cannot start: the database lacks 1 migration.*_init.*npm run migrate/);
    expect(await start(environment, 'migrate.ts').ended).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^resource-server: applied \d+_init\n$/),
      stderr: '',
    });
    expect(await start(environment, 'migrate.ts').ended).toMatchObject({ code: 0, stdout: 'resource-server: no migration is pending\n' });
    const { child, listening, ended } = start(environment);
    await listening;
    child.kill('SIGTERM');
    expect((await ended).code).toBe(0);
  });
}

describe('migrating', () => {
  it('names what is in its way in one line', async () => {
    const url = `postgres://127.0.0.1:${await freePort()}/notes`;
    for (const environment of [{ DATABASE_URL: url }, { NODE_ENV: 'production' }])
      expect(await start(environment as Record<string, string>, 'migrate.ts').ended).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/^resource-server: cannot migrate: [^\n]*DATABASE_URL[^\n]*\n$/),
      });
  });
});
