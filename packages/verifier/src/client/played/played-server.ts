import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Exchange } from '../../exchange.ts';
import { notTried } from '../../finding.ts';
import type { Recorder } from '../../recorder.ts';

/** A request that a played server has got. */
export interface Received {
  method: string;
  url: URL;
  headers: Headers;
  body: string;
  /** The body as a form. */
  form: URLSearchParams;
  /** Milliseconds since the epoch. */
  at: number;
}

/** What a played server answers: `json` is written as JSON, `body` as it is. `silence` never answers, `drip` never ends. */
export type PlayedAnswer = { status?: number; headers?: Record<string, string>; json?: unknown; body?: string } | 'silence' | 'drip';

export type Answering = (request: Received) => PlayedAnswer | Promise<PlayedAnswer>;

export interface PlayedServer {
  /** With the port on which it listens. */
  address: string;
  close(): Promise<void>;
}

interface Options {
  /** An http address of this machine, or any where `listen` says what is behind it. Port 0 takes a free one. */
  address: string;
  listen?: { host: string; port: number } | undefined;
  recorder: Recorder;
  answer: Answering;
}

/** More than any request of a client needs. */
const MAXIMUM_BYTES = 1_000_000;
const LOOPBACK = new Map([
  ['localhost', ['127.0.0.1', '::1']],
  ['127.0.0.1', ['127.0.0.1']],
  ['[::1]', ['::1']],
]);
const ATTEMPTS = 5;
const DRIP_MILLISECONDS = 50;

/**
 * A server that records what it is asked, and answers as it is told at that moment.
 *
 * @throws Finding (`not tried`) where it cannot listen.
 */
export async function startPlayedServer({ address, listen, recorder, answer }: Options): Promise<PlayedServer> {
  const url = new URL(address);
  const hosts = listen ? [listen.host] : LOOPBACK.get(url.hostname);
  if (hosts === undefined || (listen === undefined && url.protocol !== 'http:'))
    return notTried(`${address} is not an http address of this machine: say where it is to listen (listen)`);
  const respond = (incoming: IncomingMessage, outgoing: ServerResponse): void =>
    void handle(incoming, outgoing, url, recorder, answer).catch(() => outgoing.destroy());
  const port = listen?.port ?? Number(url.port === '' ? 80 : url.port);
  const servers = await listenOnAll(hosts, port, respond);
  if (listen === undefined) url.port = String((servers[0]?.address() as AddressInfo).port);
  return {
    address: url.pathname === '/' ? url.origin : url.href,
    close: async () => void (await Promise.all(servers.map(closed))),
  };
}

type Respond = (incoming: IncomingMessage, outgoing: ServerResponse) => void;

/** `localhost` is two addresses, and a client may take either: both get the same port. */
async function listenOnAll([first = '', ...others]: string[], port: number, respond: Respond): Promise<Server[]> {
  for (let attempt = 1; ; attempt += 1) {
    const servers: Server[] = [];
    try {
      servers.push(await listening(first, port, respond));
      const [server] = servers;
      for (const host of others) servers.push(await listening(host, (server?.address() as AddressInfo).port, respond));
      return servers;
    } catch (error) {
      const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
      // A machine may be without IPv6.
      if (!isTaken && servers.length > 0) return servers;
      await Promise.all(servers.map(closed));
      if (port !== 0 || !isTaken || attempt === ATTEMPTS) return notTried(`port ${port} cannot be used: ${(error as Error).message}`);
    }
  }
}

function listening(host: string, port: number, respond: Respond): Promise<Server> {
  const server = createServer(respond);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve(server));
  });
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

async function handle(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  base: URL,
  recorder: Recorder,
  answer: Answering,
): Promise<void> {
  const startedAt = Date.now();
  const request = await read(incoming, base, startedAt);
  const exchange: Exchange = {
    direction: 'received',
    startedAt,
    request: {
      method: request.method,
      url: request.url.href,
      headers: [...request.headers],
      ...(request.body !== '' && { body: request.body }),
    },
  };
  recorder.record(exchange);
  const answered = await answer(request);
  if (answered === 'silence') {
    exchange.failure = 'nothing was answered, on purpose';
    return;
  }
  if (answered === 'drip') {
    exchange.failure = 'the answer never ended, on purpose';
    const timer = setInterval(() => outgoing.write(' '), DRIP_MILLISECONDS);
    outgoing.writeHead(200, { 'content-type': 'application/json' }).on('close', () => clearInterval(timer));
    return;
  }
  const { status = 200, json } = answered;
  const body = json === undefined ? (answered.body ?? '') : JSON.stringify(json);
  const type = json === undefined ? 'text/html; charset=utf-8' : 'application/json';
  const headers = { 'content-type': type, 'cache-control': 'no-store', ...answered.headers };
  exchange.response = { status, headers: Object.entries(headers), body };
  exchange.milliseconds = Date.now() - startedAt;
  outgoing.writeHead(status, headers).end(body);
}

async function read(incoming: IncomingMessage, base: URL, at: number): Promise<Received> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > MAXIMUM_BYTES) throw new Error('the request is too large');
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks).toString('utf8');
  const headers = new Headers();
  for (const [name, values] of Object.entries(incoming.headersDistinct)) for (const value of values ?? []) headers.append(name, value);
  return {
    method: incoming.method ?? '',
    url: new URL(incoming.url ?? '/', base.origin),
    headers,
    body,
    form: new URLSearchParams(/^application\/x-www-form-urlencoded\b/i.test(headers.get('content-type') ?? '') ? body : ''),
    at,
  };
}
