import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

/** What a page of a small web application gets. */
export interface PageRequest {
  method: string;
  url: URL;
  form: URLSearchParams;
  origin: string | undefined;
  /** The session's cookie. */
  sid: string | undefined;
}

export interface PageAnswer {
  status?: number;
  location?: string;
  body?: string;
  /** A new session's id, or `''` to end it. */
  sid?: string;
  /** Of the cookie. */
  attributes?: string;
}

/** Starts the smallest web application that has sessions. What its pages do not foresee is answered with 500, as by any framework. */
export async function startWebServer(port: number, page: (request: PageRequest) => Promise<PageAnswer>): Promise<() => Promise<void>> {
  const server = createServer(async (incoming, outgoing) => {
    const body = await text(incoming);
    const [, sid] = /(?:^|;\s*)sid=([^;]+)/.exec(incoming.headers.cookie ?? '') ?? [];
    const url = new URL(incoming.url ?? '/', `http://localhost:${port}`);
    const { origin } = incoming.headers;
    const request = { method: incoming.method ?? 'GET', url, form: new URLSearchParams(body), origin, sid };
    const answer = await page(request).catch((error: Error): PageAnswer => ({ status: 500, body: error.name }));
    const { attributes = 'HttpOnly; SameSite=Lax; Path=/' } = answer;
    if (answer.sid !== undefined)
      outgoing.setHeader('set-cookie', `sid=${answer.sid}; ${attributes}${answer.sid === '' ? '; Max-Age=0' : ''}`);
    if (answer.location !== undefined) outgoing.setHeader('location', answer.location);
    outgoing.setHeader('content-type', 'text/html; charset=utf-8');
    outgoing.writeHead(answer.status ?? (answer.location === undefined ? 200 : 303)).end(answer.body ?? '');
  });
  server.listen(port, 'localhost');
  await once(server, 'listening');
  return async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
}
