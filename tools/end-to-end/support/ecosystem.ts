import type {} from '@rolecall/test-services/vitest-config';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isolateServices } from '@rolecall/test-services/isolated-services';
import { inject } from 'vitest';
import { freePorts } from '@rolecall/test-services/free-ports';
import { type Ending, type RoleProcess, startRole } from '../../ecosystem/role-process.ts';
import { type Addresses, roleSpecs } from '../../ecosystem/roles.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** A role that a test may stop, kill and start again. */
export interface TestRole {
  url: string;
  /** Every line that it has written, over all its starts. */
  lines: readonly string[];
  /** Starts it and resolves when it is ready. Rejects with what it wrote when it does not come so far. */
  start(): Promise<void>;
  /** Ends it in order. */
  stop(): Promise<Ending>;
  /** Ends it as a crash would. */
  kill(): Promise<Ending>;
}

export interface Ecosystem {
  authorizationServer: TestRole;
  resourceServer: TestRole;
  sampleClient: TestRole;
  addresses: Addresses;
  /** What the roles were given beside their addresses: where their stores are. */
  environment: NodeJS.ProcessEnv;
  /** Ends every role and removes what they kept. */
  stop(): Promise<void>;
}

/** Free addresses on this machine, and stores that nobody else uses, of the kind that this run works on. */
export async function isolatedSurroundings(): Promise<{ addresses: Addresses; environment: NodeJS.ProcessEnv; remove(): Promise<void> }> {
  const [issuer, resource, client] = (await freePorts(3)).map((port) => `http://localhost:${port}`) as [string, string, string];
  const directory = await mkdtemp(join(tmpdir(), 'rolecall-e2e-'));
  const services = inject('stores') === 'services' ? await isolateServices(inject('databaseUrl'), inject('redisUrl')) : undefined;
  return {
    addresses: { issuer, resource, client },
    environment: { DATA_DIR: directory, ...(services && { DATABASE_URL: services.databaseUrl, REDIS_URL: services.redisUrl }) },
    remove: async () => {
      await services?.drop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/**
 * Starts the three roles as processes on free ports, with seeds that fit, and waits until all are ready.
 *
 * @param extra further environment variables, for all of them.
 * @param treeOf in which tree a role's program is, by its name. This one, unless it is said.
 */
export async function startEcosystem(extra: NodeJS.ProcessEnv = {}, treeOf: (role: string) => string = () => ROOT): Promise<Ecosystem> {
  const { addresses, environment, remove } = await isolatedSurroundings();
  const specs = roleSpecs(addresses, { PATH: process.env['PATH'], LOG_FORMAT: 'json', ...environment, ...extra });
  const urls = [addresses.issuer, addresses.resource, addresses.client];
  const roles = specs.map((spec, index) =>
    testRole(urls[index] ?? '', (onLine) => startRole({ ...spec, entry: join(treeOf(spec.name), relative(ROOT, spec.entry)) }, onLine)),
  );
  const stop = async (): Promise<void> => {
    await Promise.all(roles.map((role) => role.stop()));
    await remove();
  };
  try {
    await Promise.all(roles.map((role) => role.start()));
  } catch (error) {
    await stop();
    throw error;
  }
  const [authorizationServer, resourceServer, sampleClient] = roles as [TestRole, TestRole, TestRole];
  return { authorizationServer, resourceServer, sampleClient, addresses, environment, stop };
}

function testRole(url: string, spawnRole: (onLine: (line: string) => void) => RoleProcess): TestRole {
  const lines: string[] = [];
  let running: RoleProcess | undefined;
  const notStarted: Ending = { code: null, signal: null };
  return {
    url,
    lines,
    start: async () => {
      running = spawnRole((line) => lines.push(line));
      await running.ready.catch((error: Error) => {
        throw new Error([error.message, ...lines].join('\n'));
      });
    },
    stop: async () => (await running?.stop()) ?? notStarted,
    kill: async () => (await running?.kill()) ?? notStarted,
  };
}
