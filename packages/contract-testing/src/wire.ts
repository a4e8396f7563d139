import { once } from 'node:events';
import { createServer, type IncomingMessage, request as send, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer, text } from 'node:stream/consumers';

/** An answer on its way back. */
export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** What becomes of an answer, by the request that it belongs to. */
export type Mutation = (answer: Answer, request: { method: string; path: string }) => Answer;

/** A way to a provider on which answers can be changed. */
export interface Wire {
  url: string;
  close(): Promise<void>;
}

/**
 * Opens one on a free port of this machine: a proxy that passes every request on as it came.
 *
 * @param target where to, asked for each request: a state may bring another instance of the provider into play.
 * @param onFailure is told where a request got no answer, or one that could not be changed: that is nobody's breach of a contract.
 */
export async function openWire(
  target: () => string,
  mutate: Mutation = (answer) => answer,
  onFailure: (error: Error) => void,
): Promise<Wire> {
  const server = createServer((request, response) => {
    pass(target(), request, response, mutate).catch((error: Error) => {
      onFailure(new Error(`${request.method} ${request.url} came to nothing: ${error.message}`, { cause: error }));
      response.writeHead(502).end(error.message);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** These are written anew: a body may have another length now. */
const OF_THE_CONNECTION = new Set(['connection', 'content-length', 'keep-alive', 'transfer-encoding']);

async function pass(target: string, request: IncomingMessage, response: ServerResponse, mutate: Mutation): Promise<void> {
  const { method = 'GET', url: path = '/', headers } = request;
  const outgoing = send(`${target}${path}`, { method, headers });
  outgoing.end(await buffer(request));
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  const answer = { status: incoming.statusCode ?? 0, headers: incoming.headers, body: await text(incoming) };
  const { status, headers: answered, body } = mutate(answer, { method, path });
  const kept = Object.entries(answered).filter(([name, value]) => value !== undefined && !OF_THE_CONNECTION.has(name));
  response.writeHead(status, Object.fromEntries(kept) as Record<string, string | string[]>).end(body);
}
