import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

/** A request as it came over the wire. */
export interface RecordedRequest {
  method: string;
  /** Path and query. */
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** An answer: a body that is not a string is sent as JSON, `raw` as it is. `'silence'` never answers, `drip` never ends. */
export type ScriptedAnswer = { status?: number; headers?: Record<string, string>; body?: unknown; raw?: Buffer; drip?: true } | 'silence';

export interface ScriptedServer {
  origin: string;
  requests: RecordedRequest[];
  /** Stops listening, as a service that went down. */
  stop(): Promise<void>;
}

/** An HTTP server on a free port of this machine that records each request before it answers as the script says. Ends with the test. */
export async function startScriptedServer(
  script: (request: RecordedRequest) => ScriptedAnswer | Promise<ScriptedAnswer>,
): Promise<ScriptedServer> {
  const requests: RecordedRequest[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const request = { method: incoming.method ?? '', url: incoming.url ?? '', headers: incoming.headers, body: await text(incoming) };
    requests.push(request);
    const answer = await script(request);
    if (answer === 'silence') return;
    if (answer.drip) {
      const timer = setInterval(() => outgoing.write(' '), 50);
      outgoing.writeHead(200, { 'content-type': 'application/json' }).on('close', () => clearInterval(timer));
      return;
    }
    const isText = typeof answer.body === 'string';
    outgoing.writeHead(answer.status ?? 200, { 'content-type': isText ? 'text/plain' : 'application/json', ...answer.headers });
    if (answer.raw !== undefined) return void outgoing.end(answer.raw);
    outgoing.end(answer.body === undefined ? undefined : isText ? answer.body : JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(stop);
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests, stop };
}
