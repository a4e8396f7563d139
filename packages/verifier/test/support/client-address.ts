import { reservePort } from '@rolecall/testing/reserved-ports';

/** An address for a client that is started and stopped again and again. */
export interface ClientAddress {
  url: string;
  port: number;
  /** Gives the port to the client. Until the first time it is held, so that no played server gets it. */
  take(): Promise<void>;
}

export async function clientAddress(): Promise<ClientAddress> {
  const { port, release } = await reservePort();
  let held = true;
  return {
    ...{ url: `http://localhost:${port}`, port },
    take: async () => {
      if (held) await release();
      held = false;
    },
  };
}
