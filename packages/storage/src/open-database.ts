import { mkdir } from 'node:fs/promises';
import { PGlite } from '@electric-sql/pglite';
import { PrismaPg } from '@prisma/adapter-pg';
import type { SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { PrismaPGlite } from 'pglite-prisma-adapter';
import pg from 'pg';
import type { DatabaseLocation } from './database-location.ts';
import { lockFileOf, tryLock } from './folder-lock.ts';

/** A connected database: plain SQL for migrations, and the driver adapter that a Prisma client is made with. */
export interface Database {
  adapter: SqlDriverAdapterFactory;
  /** Runs one or more statements without parameters, as a migration file has them. */
  execute(sql: string): Promise<void>;
  /** Runs one statement with `$1` … parameters. Prepared once per connection: its text must be one of a few. */
  query<Row>(sql: string, parameters?: unknown[]): Promise<Row[]>;
  /** Runs `work` while no other process runs work under the same lock on this database. */
  exclusively(work: () => Promise<void>): Promise<void>;
  /** Only of an embedded one: all that is in it, as an archive that another one can be opened with. */
  dump?: () => Promise<Blob>;
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_MILLISECONDS = 5_000;
/** How long the server works on a statement, and how much longer this side waits for a server that has fallen silent. */
const STATEMENT_TIMEOUT_MILLISECONDS = 5_000;
const ANSWER_TIMEOUT_MILLISECONDS = STATEMENT_TIMEOUT_MILLISECONDS + 1_000;
/** How long a statement waits for a row that somebody else works on: what shares a statement with it waits, too. */
const LOCK_TIMEOUT_MILLISECONDS = 2_000;

/** The embedded Postgres with a cache of pages that fits a developer's data: the usual 128 MB would be cleared at every start, in a third of the time that it takes. */
const EMBEDDED_START = [...PGlite.defaultStartParams, '-c', 'shared_buffers=16MB'];

/** One number for all of ours: `pg_advisory_lock` takes a number, and only migrations are guarded by it. */
const MIGRATION_LOCK = 7_265_231;

/**
 * Opens the database and makes sure that it answers.
 *
 * @throws Error naming `DATABASE_URL` or the folder, when it cannot be reached or opened.
 */
export async function openDatabase(location: DatabaseLocation, onError: (error: Error) => void = () => {}): Promise<Database> {
  return location.kind === 'postgres' ? openPostgres(location, onError) : openEmbedded(location);
}

async function openPostgres(location: Extract<DatabaseLocation, { kind: 'postgres' }>, onError: (error: Error) => void): Promise<Database> {
  if (!/^[a-z_][a-z0-9_]*$/.test(location.schema)) throw new Error(`DATABASE_URL: "${location.schema}" is not a usable schema name`);
  const url = new URL(location.url);
  const options = [url.searchParams.get('options'), `-c search_path=${location.schema}`].filter(Boolean).join(' ');
  url.searchParams.delete('options');
  const connection = {
    connectionString: url.href,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MILLISECONDS,
    keepAlive: true,
    options,
  };
  const pool = new pg.Pool({
    ...connection,
    statement_timeout: STATEMENT_TIMEOUT_MILLISECONDS,
    query_timeout: ANSWER_TIMEOUT_MILLISECONDS,
    lock_timeout: LOCK_TIMEOUT_MILLISECONDS,
  });
  // Without a listener an idle connection's end (a restarted server) would end this process too.
  pool.on('error', onError);
  try {
    await pool.query(`CREATE SCHEMA IF NOT EXISTS "${location.schema}"`);
  } catch (error) {
    const { code } = error as { code?: string };
    // Two processes that create the same schema at the same moment: one of them is told so, and both have it. An account that may not create one has had it made.
    if (code !== '23505' && code !== '42P06' && code !== '42501') {
      await pool.end();
      throw new Error(`the database at DATABASE_URL cannot be used: ${describeConnectionError(error)}`, { cause: error });
    }
  }
  // Named statements are parsed and planned once per connection instead of once per query.
  const nameOf = statementNames();
  return {
    adapter: new PrismaPg(pool, { schema: location.schema, statementNameGenerator: ({ sql }) => nameOf(sql) }),
    execute: (sql) => withoutTimeouts(connection, async (client) => void (await client.query(sql))),
    query: async (text, values = []) => (await pool.query({ name: nameOf(text), text, values })).rows,
    // The lock belongs to the connection and ends with it.
    exclusively: (work) =>
      withoutTimeouts(connection, async (client) => {
        await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
        await work();
      }),
    close: () => pool.end(),
  };
}

/** A connection of its own for migrations: these may take long, and whoever waits for them too. */
async function withoutTimeouts(configuration: pg.ClientConfig, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client(configuration);
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

async function openEmbedded(location: Extract<DatabaseLocation, { kind: 'embedded' }>): Promise<Database> {
  const unlock = await ownFolder(location.directory);
  const pglite = new PGlite(location.directory, {
    startParams: EMBEDDED_START,
    ...(location.loadDataDir && { loadDataDir: location.loadDataDir }),
  });
  try {
    await pglite.waitReady;
  } catch (cause) {
    unlock();
    throw new Error(`the embedded database in ${location.directory} cannot be opened: ${(cause as Error).message}`, { cause });
  }
  return {
    adapter: new PrismaPGlite(pglite),
    execute: async (sql) => void (await pglite.exec(sql)),
    query: async (sql, parameters) => (await pglite.query(sql, parameters)).rows as never,
    // The folder belongs to this process alone.
    exclusively: (work) => work(),
    dump: () => pglite.dumpDataDir('none'),
    close: async () => {
      await pglite.close();
      unlock();
    },
  };
}

/** The embedded database does not look whether another process works in its folder; two at once would destroy it. */
async function ownFolder(directory: string): Promise<() => void> {
  if (directory.includes('://')) return () => {};
  let unlock: (() => void) | undefined;
  try {
    await mkdir(directory, { recursive: true });
    unlock = tryLock(lockFileOf(directory));
  } catch (cause) {
    throw new Error(`the folder ${directory} of the embedded database cannot be used: ${(cause as Error).message}`, { cause });
  }
  if (unlock === undefined) throw new Error(`the embedded database in ${directory} is in use by another process`);
  return unlock;
}

function statementNames(): (sql: string) => string {
  const names = new Map<string, string>();
  return (sql) => {
    let name = names.get(sql);
    if (name === undefined) {
      name = `s${names.size}`;
      names.set(sql, name);
    }
    return name;
  };
}

function describeConnectionError(error: unknown): string {
  // A refused connection to a name with several addresses is an AggregateError with an empty message.
  if (error instanceof AggregateError) return error.errors.map((each: Error) => each.message).join(', ');
  return (error as Error).message;
}
