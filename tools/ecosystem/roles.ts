import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RoleSpec } from './role-process.ts';

/** The roles, by the names of their folders. */
export const ROLES = ['authorization-server', 'resource-server', 'sample-client'] as const;

export type RoleName = (typeof ROLES)[number];

/** Where each role is reached. */
export interface Addresses {
  /** The authorization server's issuer identifier. */
  issuer: string;
  /** The resource server's resource identifier. */
  resource: string;
  /** The sample client's base URL. */
  client: string;
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const DEFAULTS: Addresses = { issuer: 'http://localhost:4000', resource: 'http://localhost:4001', client: 'http://localhost:4002' };

/** The addresses that the environment asks for: ISSUER, RESOURCE and BASE_URL, the same variables that each role reads. */
export function addressesFrom(environment: NodeJS.ProcessEnv): Addresses {
  return {
    issuer: environment['ISSUER'] || DEFAULTS.issuer,
    resource: environment['RESOURCE'] || DEFAULTS.resource,
    client: environment['BASE_URL'] || DEFAULTS.client,
  };
}

/** The folder in which each role has a folder of its own. */
export function dataDirectory(environment: NodeJS.ProcessEnv): string {
  return environment['DATA_DIR'] || join(ROOT, '.data');
}

/**
 * The roles as programs of this checkout. Each gets the environment, with what has to differ between them or to fit together:
 * the port follows from the address, `DATA_DIR` becomes a folder for each, and the seeds point at these addresses.
 *
 * @param without the roles that are somebody else's: they are not among those that are answered, and what is seeded is not used with them.
 */
export function roleSpecs(addresses: Addresses, environment: NodeJS.ProcessEnv, without: ReadonlySet<RoleName> = new Set()): RoleSpec[] {
  const { issuer, resource, client } = addresses;
  const shared = {
    ...environment,
    ISSUER: issuer,
    RESOURCE: resource,
    BASE_URL: client,
    // What shows and breaks things is for a developer's machine.
    LAB: environment['LAB'] ?? String(environment['NODE_ENV'] !== 'production'),
    SEEDED_CREDENTIALS: environment['SEEDED_CREDENTIALS'] || String(!without.has('authorization-server')),
  };
  const role = (name: RoleName, address: string, usual: string, own: NodeJS.ProcessEnv = {}): RoleSpec => {
    const port = portOf(address, usual);
    return {
      name,
      entry: join(ROOT, 'apps', name, 'src', 'main.ts'),
      environment: { ...shared, DATA_DIR: join(dataDirectory(environment), name), PORT: port, ...own },
      readyUrl: `http://localhost:${port}/health/ready`,
    };
  };
  const all = [
    role('authorization-server', issuer, DEFAULTS.issuer, {
      SEED_CLIENT_BASE_URL: environment['SEED_CLIENT_BASE_URL'] || client,
      SEED_RESOURCE: environment['SEED_RESOURCE'] || resource,
    }),
    role('resource-server', resource, DEFAULTS.resource),
    role('sample-client', client, DEFAULTS.client),
  ];
  return all.filter(({ name }) => !without.has(name as RoleName));
}

/** A role listens where its address says, unless something else stands in front of it there (https, another machine's name): then on its usual port. */
function portOf(address: string, usual: string): string {
  const url = new URL(URL.canParse(address) ? address : usual);
  const own = url.protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  return own ? url.port || '80' : new URL(usual).port;
}
