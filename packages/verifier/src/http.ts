import { setTimeout as pause } from 'node:timers/promises';
import { Agent, request as send } from 'undici';
import { failed, notTried } from './finding.ts';
import type { Exchange } from './exchange.ts';
import type { Reach } from './reach.ts';
import type { Recorder } from './recorder.ts';

/** Fields of a form or query: an array is sent as often as it has values, `undefined` not at all. */
export type Fields = Record<string, string | readonly string[] | undefined>;

export interface Question {
  /** GET, or POST where there is something in the body. */
  method?: string;
  url: string;
  /** An array is sent as so many headers. */
  headers?: Record<string, string | string[]>;
  /** Sent as `application/x-www-form-urlencoded`. */
  form?: Fields;
  /** Sent as `application/json`. */
  json?: unknown;
  /** Sent as it is; its `content-type` is among the headers, or it has none. */
  body?: string;
}

/** What was answered. Redirects are not followed. */
export interface Answer {
  /** `GET https://…`, without the query. */
  to: string;
  status: number;
  headers: Headers;
  body: string;
  /** The body as a JSON object. A check fails where it is none. */
  json(): Record<string, unknown>;
  /** Where a redirect leads, absolute. */
  location: URL | undefined;
}

export interface Http {
  /**
   * Asks, and records what was said. A check fails where no answer comes. Who is asked to come back later (429, RFC 6585 §4) comes back then:
   * a limit says nothing of what the check is about.
   *
   * @throws Finding (`failed`) without an answer; (`not tried`) where the limit does not end within a minute or so, or the address is out of reach.
   */
  ask(question: Question): Promise<Answer>;
  /** Does something whose requests share so many connections, as those of most programs do. Any other request has its own. One at a time. */
  overConnections<Result>(count: number, act: () => Promise<Result>): Promise<Result>;
}

export interface HttpOptions {
  recorder: Recorder;
  /** Who may be asked. Everybody, unless it is said. */
  reach?: Reach | undefined;
  /** Milliseconds to wait for a whole answer: 15,000 unless it is said. */
  timeout?: number | undefined;
  /** Waits so many milliseconds. */
  wait?: ((milliseconds: number) => Promise<unknown>) | undefined;
}

const TIMEOUT_MILLISECONDS = 15_000;
/** The longest that a limit is waited for, in seconds: most count by the minute. */
const LONGEST_WAIT = 65;
/** How often in a row. */
const WAITS = 2;
/** More than any of these answers needs. */
const MAXIMUM_BYTES = 1_000_000;

export function createHttp({ recorder, reach, timeout = TIMEOUT_MILLISECONDS, wait = pause }: HttpOptions): Http {
  let kept: Agent | undefined;

  const askOnce = async ({ method, url, headers = {}, form, json, body }: Question): Promise<Answer> => {
    reach?.insist(url);
    const content = form ? encodeFields(form) : json === undefined ? body : JSON.stringify(json);
    const type = form ? 'application/x-www-form-urlencoded' : json === undefined ? undefined : 'application/json';
    const sent = { ...(type !== undefined && { 'content-type': type }), ...headers };
    const used = method ?? (content === undefined ? 'GET' : 'POST');
    const exchange: Exchange = {
      direction: 'sent',
      startedAt: Date.now(),
      request: { method: used, url, headers: pairsOf(sent), ...(content !== undefined && { body: content }) },
    };
    recorder.record(exchange);
    const to = `${used} ${url.split('?', 1)[0]}`;
    const startedAt = performance.now();
    try {
      const signal = AbortSignal.timeout(timeout);
      // One that is kept may have been closed meanwhile, as by a server that is started again, and that is nobody's mistake.
      const over = kept === undefined ? { reset: true } : { dispatcher: kept };
      const response = await send(url, { method: used, headers: sent, body: content ?? null, signal, ...over });
      const received = new Headers(pairsOf(response.headers));
      const text = await limitedText(response.body);
      exchange.response = { status: response.statusCode, headers: [...received], body: text };
      return toAnswer(to, url, response.statusCode, received, text);
    } catch (error) {
      exchange.failure = reasonOf(error);
      return failed(`${to} got no answer: ${exchange.failure}`);
    } finally {
      exchange.milliseconds = Math.round(performance.now() - startedAt);
    }
  };

  return {
    ask: async (question) => {
      let answer = await askOnce(question);
      for (let waits = 0; answer.status === 429; waits += 1) {
        const seconds = Number(answer.headers.get('retry-after') ?? 1);
        if (waits === WAITS || !(seconds >= 0 && seconds <= LONGEST_WAIT))
          return notTried(`${answer.to} asks to slow down (429): its limit leaves no room for this; raise it for the time of the run`);
        await wait(seconds * 1_000);
        answer = await askOnce(question);
      }
      return answer;
    },
    overConnections: async (count, act) => {
      const agent = new Agent({ connections: count });
      kept = agent;
      try {
        return await act();
      } finally {
        kept = undefined;
        await agent.destroy();
      }
    },
  };
}

/** Fields as they are written in a form or query. */
export function encodeFields(fields: Fields): string {
  const encoded = new URLSearchParams();
  for (const [name, value] of Object.entries(fields))
    for (const each of typeof value === 'string' ? [value] : (value ?? [])) encoded.append(name, each);
  return encoded.toString();
}

/** What was answered, as checks read it. @param to `GET https://…`, without the query. @param url what was asked, with it. */
export function toAnswer(to: string, url: string, status: number, headers: Headers, body: string): Answer {
  const location = headers.get('location');
  return {
    to,
    status,
    headers,
    body,
    location: location !== null && URL.canParse(location, url) ? new URL(location, url) : undefined,
    json: () => {
      try {
        const value: unknown = JSON.parse(body);
        if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
      } catch {
        // Said below.
      }
      return failed(`${to} answered ${status} with something that is no JSON object`);
    },
  };
}

function pairsOf(headers: Record<string, string | string[] | undefined>): [string, string][] {
  return Object.entries(headers).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : value === undefined ? [] : [value]).map((each): [string, string] => [name, each]),
  );
}

async function limitedText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > MAXIMUM_BYTES) throw new Error(`the answer has more than ${MAXIMUM_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function reasonOf(error: unknown): string {
  const { message, code } = error as Error & { code?: string };
  return message === '' ? (code ?? 'unknown') : message;
}
