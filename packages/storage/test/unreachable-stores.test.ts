import { once } from 'node:events';
import { createServer } from 'node:net';
import { freePort } from '@rolecall/test-services/free-ports';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../src/open-database.ts';
import { openShortLivedStore } from '../src/open-short-lived-store.ts';

describe('a database that cannot be reached', () => {
  it('is reported with the name of its variable and the cause', async () => {
    const url = `postgres://someone:secret@127.0.0.1:${await freePort()}/app`;
    await expect(openDatabase({ kind: 'postgres', url, schema: 'role' })).rejects.toThrow(/DATABASE_URL.*ECONNREFUSED/);
  });

  it('is reported with a cause also where its name has several addresses', async () => {
    const url = `postgres://localhost:${await freePort()}/app`;
    await expect(openDatabase({ kind: 'postgres', url, schema: 'role' })).rejects.toThrow(/DATABASE_URL.*ECONNREFUSED/);
  });

  it('is reported without its password', async () => {
    const url = `postgres://someone:hunter2@127.0.0.1:${await freePort()}/app`;
    const error: unknown = await openDatabase({ kind: 'postgres', url, schema: 'role' }).catch((reason: unknown) => reason);
    expect(String(error)).not.toContain('hunter2');
  });

  it('is not even asked when the schema could not be a name', async () => {
    await expect(openDatabase({ kind: 'postgres', url: 'postgres://localhost/app', schema: 'a"; DROP' })).rejects.toThrow(
      /DATABASE_URL.*not a usable schema name/,
    );
  });
});

describe('a Redis that cannot be reached', () => {
  it('is reported with the name of its variable and the cause', async () => {
    const redisUrl = `redis://:hunter2@127.0.0.1:${await freePort()}`;
    const error: unknown = await openShortLivedStore({ redisUrl, keyPrefix: '' }).catch((reason: unknown) => reason);
    expect(String(error)).toMatch(/REDIS_URL.*ECONNREFUSED/);
    expect(String(error)).not.toContain('hunter2');
  });

  it('is reported when something else listens there', async () => {
    const server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    await expect(openShortLivedStore({ redisUrl: `redis://127.0.0.1:${port}`, keyPrefix: '' })).rejects.toThrow(/REDIS_URL/);
    server.close();
  });
});
