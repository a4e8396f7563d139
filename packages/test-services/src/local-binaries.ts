import { type ChildProcess, execFile, spawn, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { TestServices } from './find-services.ts';
import { freePorts } from './free-ports.ts';

const run = promisify(execFile);
const START_ATTEMPTS = 100;
const START_INTERVAL_MILLISECONDS = 100;

/**
 * Starts `postgres` and `redis-server` from this machine's own programs, on free ports and in a folder that goes with them.
 *
 * @param durable whether what Postgres has committed has to survive a power cut.
 * @throws Error when one of the programs is missing or does not start.
 */
export async function startLocalBinaries(durable: boolean): Promise<TestServices> {
  const postgresBin = await findPostgres();
  const redisServer = await findOnPath('redis-server');
  if (redisServer === undefined) throw new Error('redis-server is not on the PATH');
  const directory = await mkdtemp(join(tmpdir(), 'rolecall-services-'));
  const children: ChildProcess[] = [];
  // A run that breaks off does not come to its tear-down.
  const stopAtExit = (): void => {
    for (const child of children) child.kill('SIGINT');
    rmSync(directory, { recursive: true, force: true });
  };
  process.once('exit', stopAtExit);
  const stop = async (): Promise<void> => {
    process.off('exit', stopAtExit);
    await Promise.all(children.map(end));
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const [postgresPort, redisPort] = (await freePorts(2)) as [number, number];
    const redisUrl = `redis://127.0.0.1:${redisPort}`;
    const databaseUrl = `postgres://postgres@127.0.0.1:${postgresPort}/postgres`;
    const redisOptions = ['--port', String(redisPort), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', directory];
    children.push(startServer(redisServer, redisOptions));
    children.push(await startPostgres(postgresBin, directory, postgresPort, durable));
    await Promise.all([until(() => pingPostgres(databaseUrl)), until(() => pingRedis(redisUrl))]);
    return { databaseUrl, redisUrl, source: 'local binaries', stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startPostgres(bin: string, directory: string, port: number, durable: boolean): Promise<ChildProcess> {
  const data = join(directory, 'postgres');
  // Postgres refuses to run as root: there it becomes the account that Debian's package makes for it.
  const owner = process.getuid?.() === 0 ? await accountOf('postgres') : undefined;
  if (owner) await run('chown', [`${owner.uid}:${owner.gid}`, directory]);
  await chmod(directory, 0o711);
  const credentials = { ...owner, cwd: '/' };
  await run(join(bin, 'initdb'), ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'], credentials);
  const settings = [
    ...(durable ? [] : ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']),
    'listen_addresses=127.0.0.1',
    `unix_socket_directories=`,
  ];
  return startServer(
    join(bin, 'postgres'),
    ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
    credentials,
  );
}

/** Starts a program that keeps neither this process alive nor what it writes. */
function startServer(program: string, parameters: string[], options: SpawnOptions = {}): ChildProcess {
  const child = spawn(program, parameters, { ...options, stdio: 'ignore' });
  child.unref();
  return child;
}

async function accountOf(name: string): Promise<{ uid: number; gid: number }> {
  const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
}

async function findPostgres(): Promise<string> {
  const debian = '/usr/lib/postgresql';
  const versions = await readdir(debian).catch((): string[] => []);
  const newest = versions.map(Number).sort((a, b) => b - a)[0];
  if (newest !== undefined) return join(debian, String(newest), 'bin');
  const initdb = await findOnPath('initdb');
  if (initdb === undefined) throw new Error('initdb and postgres are not on the PATH');
  return join(initdb, '..');
}

async function findOnPath(program: string): Promise<string | undefined> {
  for (const directory of (process.env['PATH'] ?? '').split(delimiter)) {
    const names = await readdir(directory).catch((): string[] => []);
    if (names.includes(program)) return join(directory, program);
  }
  return undefined;
}

async function until(attempt: () => Promise<void>): Promise<void> {
  for (let count = 1; ; count++) {
    try {
      return await attempt();
    } catch (error) {
      if (count === START_ATTEMPTS) throw error;
      await new Promise((resolve) => setTimeout(resolve, START_INTERVAL_MILLISECONDS));
    }
  }
}

async function pingPostgres(url: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await client.end();
}

async function pingRedis(url: string): Promise<void> {
  const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null });
  redis.on('error', () => {});
  try {
    await redis.connect();
    await redis.ping();
  } finally {
    redis.disconnect();
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.ref();
  const ended = once(child, 'exit');
  // Postgres: a fast shutdown that does not wait for its clients. Redis: an ordinary one.
  child.kill('SIGINT');
  await ended;
}
