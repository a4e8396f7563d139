import { mkdtemp, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PGlite } from '@electric-sql/pglite';
import type { ProvidedContext } from 'vitest';
import type { ViteUserConfig } from 'vitest/config';
import { findServices, type NoServices, type TestServices } from './find-services.ts';
import { patience } from './patience.ts';
import { reportTo } from './report.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** On which stores this run of the tests works. */
    stores: 'embedded' | 'services';
    /** How many instances of a server share these stores, where a test asks for one. */
    instances: number;
    databaseUrl: string;
    redisUrl: string;
    /** A file with an empty embedded database: opening a copy takes a tenth of the time that making one takes. */
    emptyDatabase: string;
  }
}

declare global {
  /** What the configuration started; the global teardown, in the same process, stops it. */
  var rolecallTestServices: TestServices | NoServices | undefined;
}

export interface StoresTests {
  /** Which files are tests, as patterns. */
  include?: string[];
  /** Runs every test a third time, on servers that are two instances behind a round-robin proxy, on Postgres and Redis. */
  twoInstances?: boolean;
  /** The name of the report in `reports/`: the target that the tests belong to. */
  report?: string;
  /** On the embedded stores alone: for tests of what is the same on all. */
  embeddedOnly?: boolean;
  /** Variables of the environment that tests see. */
  env?: Record<string, string>;
}

/**
 * The Vitest configuration of a project whose tests use stores: every test runs twice, on the embedded stores and on Postgres and Redis.
 * On a machine without these the second run is left out, loudly (with `REQUIRE_SERVICES=1` that is an error).
 */
export async function configureVitest(tests: StoresTests = {}) {
  const {
    include = ['test/**/*.test.ts', 'src/**/*.test.ts'],
    report = 'test',
    twoInstances = false,
    embeddedOnly = false,
    env = {},
  } = tests;
  const emptyDatabase = await dumpEmptyDatabase();
  const projects = [project('embedded', include, { stores: 'embedded', instances: 1, databaseUrl: '', redisUrl: '', emptyDatabase })];
  const services = embeddedOnly ? undefined : (globalThis.rolecallTestServices ??= await findServices());
  if (services?.source === 'none') process.stderr.write(`\nNOT RUN on Postgres and Redis: ${services.message}\n\n`);
  else if (services !== undefined) {
    const provided = { stores: 'services', databaseUrl: services.databaseUrl, redisUrl: services.redisUrl, emptyDatabase } as const;
    projects.push(project('services', include, { ...provided, instances: 1 }));
    if (twoInstances) projects.push(project('two instances', include, { ...provided, instances: 2 }));
  }
  return {
    test: {
      projects,
      env,
      // One for each core, none left out: tests wait for their servers and stores more than they compute.
      maxWorkers: availableParallelism(),
      reporters: ['default', reportTo(`reports/${report}.json`)],
    },
  } satisfies ViteUserConfig;
}

function project(name: string, include: string[], provide: ProvidedContext) {
  return {
    extends: true as const,
    test: {
      name,
      include,
      // What makes sense only where the stores outlive the process.
      exclude: provide.stores === 'embedded' ? ['**/*.services.test.ts'] : [],
      provide,
      globalSetup: fileURLToPath(new URL('./global-teardown.ts', import.meta.url)),
      ...patience,
    },
  };
}

async function dumpEmptyDatabase(): Promise<string> {
  const database = new PGlite('memory://');
  // A dump of a database that is still starting never ends.
  await database.waitReady;
  const dump = await database.dumpDataDir('none');
  await database.close();
  const file = join(await mkdtemp(join(tmpdir(), 'rolecall-test-')), 'empty-database.tar');
  await writeFile(file, Buffer.from(await dump.arrayBuffer()));
  return file;
}
