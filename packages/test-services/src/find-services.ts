import { access } from 'node:fs/promises';
import { startContainers } from './containers.ts';
import { startLocalBinaries } from './local-binaries.ts';

/** A Postgres and a Redis that tests may do with as they like. */
export interface TestServices {
  /** Address of a database in which schemas may be made. */
  databaseUrl: string;
  redisUrl: string;
  /** How they were found, for the table at the end of a test run. */
  source: 'testcontainers' | 'environment' | 'local binaries';
  stop(): Promise<void>;
}

/** No Postgres and Redis on this machine. `message` says what was tried. */
export interface NoServices {
  source: 'none';
  message: string;
}

/** Set by whoever found services for several test runs at once: how, or `none`. The runs then look no further. */
export const SOURCE_VARIABLE = 'ROLECALL_TEST_SERVICES_SOURCE';

/**
 * Finds a Postgres and a Redis: containers where Docker runs, else `TEST_DATABASE_URL` and `TEST_REDIS_URL`, else the programs on this machine, started on free ports.
 *
 * @param options.durable whether a Postgres that is started here has to be as safe, and as slow, as in production; tests do without.
 * @throws Error when nothing is found and `REQUIRE_SERVICES=1` says that there must be.
 */
export async function findServices(
  environment: NodeJS.ProcessEnv = process.env,
  { durable = false }: { durable?: boolean } = {},
): Promise<TestServices | NoServices> {
  const found = alreadyFound(environment);
  if (found !== undefined) return found;
  const reasons: string[] = [];
  if (await dockerAnswers(environment)) {
    try {
      return await startContainers();
    } catch (error) {
      reasons.push(`Docker: ${(error as Error).message}`);
    }
  } else {
    reasons.push('Docker: no engine');
  }

  const { TEST_DATABASE_URL: databaseUrl, TEST_REDIS_URL: redisUrl } = environment;
  if (databaseUrl && redisUrl) return { databaseUrl, redisUrl, source: 'environment', stop: async () => {} };
  reasons.push('environment: TEST_DATABASE_URL and TEST_REDIS_URL are not both set');

  try {
    return await startLocalBinaries(durable);
  } catch (error) {
    reasons.push(`local programs: ${(error as Error).message}`);
  }
  const message = `no Postgres and Redis for tests (${reasons.join('; ')})`;
  if (environment['REQUIRE_SERVICES'] === '1') throw new Error(`REQUIRE_SERVICES=1, but ${message}`);
  return { source: 'none', message };
}

function alreadyFound(environment: NodeJS.ProcessEnv): TestServices | NoServices | undefined {
  const { TEST_DATABASE_URL: databaseUrl, TEST_REDIS_URL: redisUrl, [SOURCE_VARIABLE]: source } = environment;
  if (source === 'none') return { source, message: 'no Postgres and Redis for tests (see the beginning of this run)' };
  if (!databaseUrl || !redisUrl) return undefined;
  if (source !== 'testcontainers' && source !== 'environment' && source !== 'local binaries') return undefined;
  return { databaseUrl, redisUrl, source, stop: async () => {} };
}

/** Looks for a socket before anything heavy is loaded: most machines that lack Docker are told apart in a millisecond. */
async function dockerAnswers(environment: NodeJS.ProcessEnv): Promise<boolean> {
  if (environment['DOCKER_HOST']) return true;
  try {
    await access('/var/run/docker.sock');
    return true;
  } catch {
    return false;
  }
}
