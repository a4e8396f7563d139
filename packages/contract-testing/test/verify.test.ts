import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { definePact } from '../src/define-pact.ts';
import type { PactFile } from '../src/pact-file.ts';
import { type Change, verify } from '../src/verify.ts';

const pact: PactFile = {
  consumer: { name: 'a-consumer' },
  provider: { name: 'a-provider' },
  interactions: [
    {
      type: 'Synchronous/HTTP',
      description: 'a question',
      providerStates: [{ name: 'ready' }],
      request: { method: 'GET', path: '/' },
      response: { status: 200 },
    },
  ],
  metadata: { pactSpecification: { version: '4.0' } },
};

let server: Server;
let status: number;
beforeEach(async () => {
  status = 200;
  server = createServer((_request, response) => response.writeHead(status).end());
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const ask = (change?: Change, states = { ready: async () => {} }) => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return verify({ url: () => url, states, close: async () => {} }, pact, change);
};

describe('a verification', () => {
  it('finds nothing where there is nothing', async () => {
    expect(await ask()).toEqual([{ name: 'a question, given ready', mismatches: [] }]);
  });

  it('finds what a provider does otherwise', async () => {
    status = 201;
    expect(await ask()).toEqual([{ name: 'a question, given ready', mismatches: ['expected 200 but was 201'] }]);
  });

  it('finds what was changed on the way', async () => {
    const [found] = await ask({ mutate: (answer) => ({ ...answer, status: 404 }) });
    expect(found?.mismatches).toEqual(['expected 200 but was 404']);
  });

  it('does not take a change that cannot be made for one that was noticed', async () => {
    const mutate = () => {
      throw new Error('there is no such member');
    };
    await expect(ask({ mutate })).rejects.toThrow('GET / came to nothing: there is no such member');
  });

  it('does not take a provider that is not there for one that does otherwise', async () => {
    const url = 'http://127.0.0.1:9';
    await expect(verify({ url: () => url, states: { ready: async () => {} }, close: async () => {} }, pact)).rejects.toThrow(
      'came to nothing',
    );
  });

  it('is not one where a state cannot be had, or is not known', async () => {
    await expect(ask({}, { ready: () => Promise.reject(new Error('no')) })).rejects.toThrow('the state "ready" cannot be had: no');
    await expect(ask({}, {} as never)).rejects.toThrow('knows no state "ready"');
  });

  it('writes nothing to the terminal, also where something is found', async () => {
    const program = fileURLToPath(new URL('verify-a-breach.ts', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [program]);
    expect(JSON.parse(stdout)).toEqual(['expected 200 but was 404']);
  });
});

describe('a pact', () => {
  it('is not kept where nothing was expected, as when only this one test is run', () => {
    expect(() => definePact('a-consumer', 'a-provider').keep()).toThrow('nothing was expected');
  });
});
