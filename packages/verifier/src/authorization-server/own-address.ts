import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { notTried } from '../finding.ts';
import type { Exchange } from '../exchange.ts';
import type { Recorder } from '../recorder.ts';
import type { AuthorizationServerTarget } from './target.ts';

/** What somebody has asked of the verifier. */
export interface Incoming {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
}

export interface Reply {
  status: number;
  headers?: Record<string, string>;
  body?: string;
  /** Milliseconds to wait before the answer. */
  after?: number;
}

/** Where the server finds the verifier: for documents that it fetches, and messages that it sends. */
export interface OwnAddress {
  /** Answers what comes to a path. @returns its whole address. @throws Finding (`not tried`) where the server cannot get there. */
  serve(path: string, answer: (incoming: Incoming) => Reply): Promise<string>;
  /** Whether somebody has said that the server gets there. A server that is careful sends nothing to its own machine. */
  isCertain: boolean;
  close(): Promise<void>;
}

/** A message to the verifier is never larger. */
const MAXIMUM_CHARACTERS = 100_000;
const MISSING = 'the server has to reach the verifier: say at which public address it listens (url and port)';

/** Listens only once it is needed. A server on this machine reaches it without further words. */
export function createOwnAddress({ issuer, reachable }: AuthorizationServerTarget, recorder: Recorder): OwnAddress {
  const answers = new Map<string, (incoming: Incoming) => Reply>();
  let started: Promise<{ server: Server; url: string }> | undefined;

  const start = async (): Promise<{ server: Server; url: string }> => {
    const server = createServer((request, response) => {
      const answer = (body: string): void => {
        const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
        const incoming = { method: request.method ?? 'GET', path, headers: request.headers, body };
        const reply = answers.get(path)?.(incoming) ?? { status: 404 };
        recorder.record(exchangeOf(incoming, reply));
        setTimeout(() => response.writeHead(reply.status, reply.headers).end(reply.body), reply.after ?? 0);
      };
      readBody(request).then(answer, () => response.destroy());
    });
    await new Promise<void>((resolve) => server.listen(reachable?.port ?? 0, reachable === undefined ? 'localhost' : '0.0.0.0', resolve));
    const { port } = server.address() as AddressInfo;
    return { server, url: reachable?.url ?? `http://localhost:${port}` };
  };

  return {
    isCertain: reachable !== undefined,
    serve: async (path, answer) => {
      if (reachable === undefined && !isOnThisMachine(issuer)) return notTried(MISSING);
      const { url } = await (started ??= start());
      answers.set(path, answer);
      return url + path;
    },
    close: async () => {
      if (started === undefined) return;
      const { server } = await started;
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function isOnThisMachine(issuer: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(new URL(issuer).hostname);
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = '';
  request.setEncoding('utf8');
  for await (const chunk of request) {
    body += String(chunk);
    if (body.length > MAXIMUM_CHARACTERS) break;
  }
  return body;
}

function exchangeOf({ method, path, headers, body }: Incoming, reply: Reply): Exchange {
  const said = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
  return {
    direction: 'received',
    startedAt: Date.now(),
    request: { method, url: path, headers: said, body },
    response: { status: reply.status, headers: Object.entries(reply.headers ?? {}), ...(reply.body !== undefined && { body: reply.body }) },
  };
}
