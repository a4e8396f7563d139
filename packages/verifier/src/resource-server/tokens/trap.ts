import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { ResourceServer } from '../subject.ts';

/** An address to which nobody should be led. */
export interface Trap {
  address: string;
  visits(): number;
  close(): Promise<void>;
}

/** The played issuer has one; otherwise this machine does, for resource servers that run on it. */
export async function openTrap({ tokens: { played } }: ResourceServer): Promise<Trap> {
  if (played !== undefined) {
    const before = played.asked('elsewhere');
    return { address: played.elsewhere, visits: () => played.asked('elsewhere') - before, close: async () => {} };
  }
  let visits = 0;
  const server = createServer((_request, response) => {
    visits += 1;
    response.writeHead(404).end();
  });
  server.listen(0, 'localhost');
  await once(server, 'listening');
  return {
    address: `http://localhost:${(server.address() as AddressInfo).port}/keys`,
    visits: () => visits,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
