import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { request as send } from 'undici';

/** A request on its way to the server. What is changed here, the server sees. */
export interface FrontRequest {
  method: string;
  /** With the front's own origin. */
  url: URL;
  headers: Headers;
  /** The parameters of a form, else of the query. Changes are written back. */
  parameters: URLSearchParams;
  body: string;
}

/** A response on its way to whoever has asked. */
export class FrontResponse {
  status: number;
  headers: Headers;
  body: string;

  constructor(status: number, headers: ConstructorParameters<typeof Headers>[0] = {}, body = '') {
    this.status = status;
    this.headers = new Headers(headers);
    this.body = body;
  }

  static json(status: number, value: unknown): FrontResponse {
    return new FrontResponse(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }, JSON.stringify(value));
  }

  /** The body as JSON; undefined where it is none. */
  get json(): Record<string, unknown> | undefined {
    return /\bjson\b/.test(this.headers.get('content-type') ?? '') ? (JSON.parse(this.body) as Record<string, unknown>) : undefined;
  }

  /** Changes members of the body: `undefined` removes one. */
  change(members: Record<string, unknown>): void {
    this.body = JSON.stringify({ ...this.json, ...members });
  }

  get location(): URL | undefined {
    const location = this.headers.get('location');
    return location === null || !URL.canParse(location) ? undefined : new URL(location);
  }

  set location(to: URL) {
    this.headers.set('location', to.href);
  }
}

/** What a front does with what goes through it. Without either it changes nothing. */
export interface Meddling {
  /** Before the server sees a request. A response that is returned is the answer: the server hears nothing. */
  request?(request: FrontRequest, front: Front): FrontResponse | undefined | void | Promise<FrontResponse | undefined | void>;
  /** Before a response is passed on. One that is returned takes its place. */
  response?(
    response: FrontResponse,
    request: FrontRequest,
    front: Front,
  ): FrontResponse | undefined | void | Promise<FrontResponse | undefined | void>;
}

/** An HTTP server of this machine before another one. */
export interface Front extends AsyncDisposable {
  /** Its own address, without a slash at the end. */
  readonly address: string;
  /** Where it passes everything on to. */
  target: string;
  /** What is done with each request, in this order; with each response in the opposite one. */
  meddlings: readonly Meddling[];
  /** Asks the server behind, past everything that meddles. */
  forward(request: FrontRequest): Promise<FrontResponse>;
  close(): Promise<void>;
}

/** Neither is for the next hop. */
const HOP_BY_HOP = ['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'expect'];

/** Starts a front on a free port. It needs a `target` before it is asked. */
export async function startFront(): Promise<Front> {
  const server = createServer((incoming, outgoing) => {
    answer(front, incoming, outgoing).catch((error: unknown) => {
      outgoing.writeHead(500, { 'content-type': 'text/plain' }).end(`the front has failed: ${(error as Error).stack}`);
    });
  }).listen(0, 'localhost');
  await once(server, 'listening');
  const close = async (): Promise<void> => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  const front: Front = {
    address: `http://localhost:${(server.address() as AddressInfo).port}`,
    target: '',
    meddlings: [],
    forward: (request) => forward(front.target, request),
    close,
    [Symbol.asyncDispose]: close,
  };
  return front;
}

async function answer(front: Front, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const request = await readRequest(front.address, incoming);
  const response = await pass(front, request);
  const headers = Object.fromEntries(response.headers);
  const cookies = response.headers.getSetCookie();
  outgoing.writeHead(response.status, { ...headers, ...(cookies.length > 0 && { 'set-cookie': cookies }) }).end(response.body);
}

async function pass(front: Front, request: FrontRequest): Promise<FrontResponse> {
  let response: FrontResponse | undefined;
  for (const meddling of front.meddlings) response ??= (await meddling.request?.(request, front)) ?? undefined;
  response ??= await front.forward(request);
  for (const meddling of front.meddlings.toReversed()) response = (await meddling.response?.(response, request, front)) ?? response;
  return response;
}

const isForm = (headers: Headers): boolean => headers.get('content-type')?.startsWith('application/x-www-form-urlencoded') ?? false;

async function readRequest(address: string, incoming: IncomingMessage): Promise<FrontRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString('utf8');
  const url = new URL(address + (incoming.url ?? '/'));
  const headers = new Headers(
    Object.entries(incoming.headersDistinct).flatMap(([name, values]) => (values ?? []).map((value): [string, string] => [name, value])),
  );
  return {
    method: incoming.method ?? 'GET',
    url,
    headers,
    parameters: new URLSearchParams(isForm(headers) ? body : url.search),
    body,
  };
}

async function forward(target: string, { method, url, headers, parameters, body }: FrontRequest): Promise<FrontResponse> {
  const form = isForm(headers);
  // As it came, unless it was changed: how something is written is part of what is tried.
  const written = (original: string): string =>
    parameters.toString() === new URLSearchParams(original).toString() ? original : parameters.toString();
  const query = form ? url.search.slice(1) : written(url.search.slice(1));
  const content = form ? written(body) : body;
  const sent = Object.fromEntries([...headers].filter(([name]) => !HOP_BY_HOP.includes(name)));
  const response = await send(`${target}${url.pathname}${query === '' ? '' : `?${query}`}`, {
    method,
    headers: sent,
    body: content === '' ? null : content,
  });
  const received = new Headers();
  for (const [name, value] of Object.entries(response.headers))
    if (!HOP_BY_HOP.includes(name)) for (const each of Array.isArray(value) ? value : [value ?? '']) received.append(name, each);
  return new FrontResponse(response.statusCode, received, await response.body.text());
}
