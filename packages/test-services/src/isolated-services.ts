import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import pg from 'pg';

/** A database and a Redis that nobody else uses. */
export interface IsolatedServices {
  databaseUrl: string;
  redisUrl: string;
  /** Removes what they hold. */
  drop(): Promise<void>;
}

/** A Redis server has databases 0 to 15; tests that choose a key prefix of their own share number 0. */
const REDIS_DATABASES = 15;

/** Makes a database of its own on the server, and takes a numbered one of Redis, for whole programs, which choose their schemas and keys themselves. */
export async function isolateServices(databaseUrl: string, redisUrl: string): Promise<IsolatedServices> {
  const name = `rolecall_${randomBytes(6).toString('hex')}`;
  await onServer(databaseUrl, `CREATE DATABASE ${name}`);
  const database = new URL(databaseUrl);
  database.pathname = `/${name}`;

  const redis = new Redis(redisUrl);
  const taken = await redis.incr('rolecall-test-databases');
  redis.disconnect();
  const own = new URL(redisUrl);
  own.pathname = `/${(taken % REDIS_DATABASES) + 1}`;
  await flush(own.toString());

  return {
    databaseUrl: database.toString(),
    redisUrl: own.toString(),
    drop: async () => {
      await flush(own.toString());
      await onServer(databaseUrl, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query(statement).finally(() => client.end());
}

async function flush(url: string): Promise<void> {
  const redis = new Redis(url);
  await redis.flushdb();
  redis.disconnect();
}
