import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createHttp } from '../src/http.ts';
import { createRecorder } from '../src/recorder.ts';

let stop: (() => Promise<unknown>) | undefined;
afterEach(async () => stop?.());

/** A server that answers 429 as often as there are values for Retry-After, then 200. */
async function limited(...retryAfter: (string | undefined)[]) {
  const left = [...retryAfter];
  const server = createServer((_request, response) => {
    const none = left.length === 0;
    const value = left.shift();
    if (none) return void response.end('{}');
    response.writeHead(429, value === undefined ? {} : { 'retry-after': value }).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stop = async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  };
  const waited: number[] = [];
  const wait = async (milliseconds: number) => waited.push(milliseconds);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return { waited, ask: () => createHttp({ recorder: createRecorder(), wait }).ask({ url }) };
}

describe('a server that asks to slow down', () => {
  it('is asked again when it says, and what it answers then counts', async () => {
    const { ask, waited } = await limited('7', '60');
    expect((await ask()).status).toBe(200);
    expect(waited).toEqual([7_000, 60_000]);
  });

  it('is given a second where it does not say when', async () => {
    const { ask, waited } = await limited(undefined);
    expect((await ask()).status).toBe(200);
    expect(waited).toEqual([1_000]);
  });

  it.each([
    ['for an hour', ['3600'], 0],
    ['again and again', ['1', '1', '1'], 2],
    ['until a date', ['Wed, 21 Oct 2037 07:28:00 GMT'], 0],
    ['since before', ['-1'], 0],
  ])('proves nothing when it does so %s', async (_case, retryAfter, waits) => {
    const { ask, waited } = await limited(...retryAfter);
    await expect(ask()).rejects.toMatchObject({ verdict: 'not tried', message: expect.stringContaining('429') });
    expect(waited).toHaveLength(waits);
  });
});
