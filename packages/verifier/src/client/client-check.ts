import { check, type Check } from '../check.ts';
import type { Client } from './subject.ts';

type Run = (client: Client) => Promise<void>;

const reset = ({ issuer, attacker, api, elsewhere }: Client): void => {
  for (const stage of [issuer, attacker, elsewhere]) stage.reset();
  api?.reset();
};

/** A check of what a client sends when a sign-in begins: whatever comes of it. */
export function requestCheck(ids: string, title: string, run: Run): Check<Client> {
  return check<Client>(ids, title, async (client) => {
    reset(client);
    await run(client);
  });
}

/** A check of a client at which a right sign-in works: with all others it is not tried. It begins with played servers that behave well. */
export function clientCheck(ids: string, title: string, run: Run): Check<Client> {
  return check<Client>(ids, title, async (client) => {
    reset(client);
    await client.baseline();
    reset(client);
    await run(client);
  });
}

/** The same, on a client that has read nothing yet. What it has read then is forgotten afterwards. @param run has to play what is read, and then to start the client. */
export function newClientCheck(ids: string, title: string, run: Run): Check<Client> {
  return clientCheck(ids, title, async (client) => {
    try {
      await run(client);
    } finally {
      reset(client);
      if (client.target.launch !== undefined) await client.startAnew();
    }
  });
}
