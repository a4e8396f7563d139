import { once } from 'node:events';
import { createServer } from 'node:net';

/** A TCP port of this machine that nobody else gets until it is given back. */
export interface ReservedPort {
  port: number;
  /** Gives it back: whoever asked for it listens now. */
  release(): Promise<void>;
}

/** Reserves a free port. A port that is only looked up, and used a second later, is sometimes somebody else's by then. */
export async function reservePort(): Promise<ReservedPort> {
  const server = createServer().listen(0, 'localhost');
  await once(server, 'listening');
  return {
    port: (server.address() as { port: number }).port,
    release: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}
