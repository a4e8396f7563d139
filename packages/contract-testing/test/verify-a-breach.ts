import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { verify } from '../src/verify.ts';

// Verifies a provider that is not as it should be, and writes what was found, and nothing else.
const server = createServer((_request, response) => response.writeHead(404).end());
await once(server.listen(0, '127.0.0.1'), 'listening');
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const [found] = await verify(
  { url: () => url, states: {}, close: async () => {} },
  {
    consumer: { name: 'a-consumer' },
    provider: { name: 'a-provider' },
    interactions: [
      { type: 'Synchronous/HTTP', description: 'a question', request: { method: 'GET', path: '/' }, response: { status: 200 } },
    ],
    metadata: {},
  },
);
process.stdout.write(JSON.stringify(found?.mismatches));
server.closeAllConnections();
server.close();
