import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab } from '@rolecall/lab/lab';
import { problemsOf, type Service } from '@rolecall/service-kit/run-service';
import type { DatabaseLocation } from '@rolecall/storage/database-location';
import { migratedDatabase } from '@rolecall/storage/migrated-database';
import { EcosystemError } from './ecosystem-error.ts';
import type { CompleteOptions, RoleName } from './options.ts';
import { type ReservedPort, reservePort } from './reserved-ports.ts';

/** Where the roles are, or would be. */
export interface Addresses {
  issuer: string;
  resource: string;
  client: string;
}

/** A role that listens. */
export interface RunningRole {
  lab: Lab;
  close(): Promise<void>;
}

type Started = Service & { lab: Lab | undefined };
type Environment = Record<string, string>;
interface StartOptions {
  database?: DatabaseLocation;
  logDestination?: { write(text: string): void };
}

/** The port that was asked for, or a free one that stays reserved until the role listens. */
export function portFor(asked: number | undefined): Promise<ReservedPort> {
  return asked === undefined ? reservePort() : Promise.resolve({ port: asked, release: async () => {} });
}

/** Starts one role with its real `main`'s steps, and waits until it listens. */
export async function startRole(
  role: RoleName,
  addresses: Addresses,
  { port, release }: ReservedPort,
  options: CompleteOptions,
  snapshotFolder: string | undefined,
): Promise<RunningRole> {
  const { logLevel } = options;
  const environment = {
    NODE_ENV: 'test',
    HOST: 'localhost',
    PORT: String(port),
    ISSUER: addresses.issuer,
    LAB: 'true',
    // Silent on standard output; but the record of exchanges has what is logged.
    LOG_LEVEL: logLevel === 'silent' ? 'info' : logLevel,
  };
  const logDestination = logLevel === 'silent' ? { write: () => {} } : undefined;
  let service: Started | undefined;
  try {
    service = await STARTS[role]({ environment, addresses, options, snapshotFolder, log: logDestination && { logDestination } });
    const { app, host, lab } = service;
    await release();
    await app.listen({ host, port });
    return { lab: lab as Lab, close: () => app.close() };
  } catch (error) {
    await release();
    await service?.app.close();
    throw inWords(error, role, port);
  }
}

interface RoleStart {
  environment: Environment;
  addresses: Addresses;
  options: CompleteOptions;
  snapshotFolder: string | undefined;
  log: StartOptions | undefined;
}

/** Only what is started is loaded. */
const STARTS: Record<RoleName, (given: RoleStart) => Promise<Started>> = {
  'authorization-server': async ({ environment, addresses, options, snapshotFolder, log }) => {
    const { MIGRATIONS } = await import('@rolecall/authorization-server/open-stores');
    const [{ start }, database] = await Promise.all([
      import('@rolecall/authorization-server/start'),
      databaseOf('authorization-server', MIGRATIONS, options, snapshotFolder),
    ]);
    const own = {
      SEED_CLIENT_BASE_URL: addresses.client,
      SEED_RESOURCE: addresses.resource,
      // Tests ask for more tokens a minute than people do.
      RATE_LIMITS: 'off',
      // What is in memory needs no key that outlives it.
      ...(options.folder === undefined
        ? { KEY_ENCRYPTION_KEY: randomBytes(32).toString('base64url') }
        : { DATA_DIR: join(options.folder, 'authorization-server') }),
    };
    return start({ ...environment, ...own, ...options.environment.authorizationServer }, { ...database, ...log });
  },
  'resource-server': async ({ environment, addresses, options, snapshotFolder, log }) => {
    const { MIGRATIONS } = await import('@rolecall/resource-server/open-stores');
    const [{ start }, database] = await Promise.all([
      import('@rolecall/resource-server/start'),
      databaseOf('resource-server', MIGRATIONS, options, snapshotFolder),
    ]);
    const own = {
      RESOURCE: addresses.resource,
      ...(options.folder !== undefined && { DATA_DIR: join(options.folder, 'resource-server') }),
    };
    return start({ ...environment, ...own, ...options.environment.resourceServer }, { ...database, ...log });
  },
  client: async ({ environment, addresses, options, log }) => {
    const { start } = await import('@rolecall/sample-client/start');
    const own = { BASE_URL: addresses.client, RESOURCE: addresses.resource };
    return start({ ...environment, ...own, ...options.environment.client }, log);
  },
};

/** A database in memory or in a folder, begun as a copy of one that has its migrations; or the one that the environment names. */
async function databaseOf(
  role: 'authorization-server' | 'resource-server',
  migrations: string,
  { folder, environment }: CompleteOptions,
  snapshotFolder: string | undefined,
): Promise<StartOptions> {
  const given = role === 'authorization-server' ? environment.authorizationServer : environment.resourceServer;
  if (given?.['DATABASE_URL'] !== undefined) return {};
  const directory = folder === undefined ? 'memory://' : join(folder, role, 'database');
  const isNew = !existsSync(join(directory, 'PG_VERSION'));
  return { database: { kind: 'embedded', directory, ...(isNew && { loadDataDir: await migratedDatabase(migrations, snapshotFolder) }) } };
}

const PORT_OPTIONS: Record<RoleName, string> = {
  'authorization-server': 'authorizationServer',
  'resource-server': 'resourceServer',
  client: 'client',
};

function inWords(error: unknown, role: RoleName, port: number): EcosystemError {
  if (error instanceof EcosystemError) return error;
  if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE')
    return new EcosystemError(
      'port_taken',
      `port ${port}, where the ${role} is to listen, is taken: say another in ports.${PORT_OPTIONS[role]}, or none for a free one`,
      { cause: error },
    );
  return new EcosystemError('cannot_start', `the ${role} cannot start: ${problemsOf(error).join('; ')}`, { cause: error });
}
