import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { type Exchange, type Lane, lane } from './exchange.ts';

/** Where in a trace something happens (W3C Trace Context). */
export interface Span {
  traceId: string;
  spanId: string;
}

/** The request that is being answered: what is sent meanwhile is part of its trace. */
const current = new AsyncLocalStorage<Exchange>();

/** Does something as a part of answering a request. */
export function whileAnswering<T>(exchange: Exchange, act: () => T): T {
  return current.run(exchange, act);
}

/** The request that is being answered, if one is. */
export function answering(): Exchange | undefined {
  return current.getStore();
}

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/;
const NOTHING = /^0+$/;

/** A new place in a trace: of the given one, or of a new one. */
export function newSpan(traceId: string = randomBytes(16).toString('hex')): Span {
  return { traceId, spanId: randomBytes(8).toString('hex') };
}

/** What a caller says of itself. Undefined where it says nothing that can be read; who it is, is then anybody. */
export function readTraceContext(headers: IncomingHttpHeaders): { parent: Span | undefined; from: Lane } {
  const { traceparent, tracestate } = headers;
  const [, traceId, spanId] = (typeof traceparent === 'string' && TRACEPARENT.exec(traceparent)) || [];
  const parent = traceId && spanId && !NOTHING.test(traceId) && !NOTHING.test(spanId) ? { traceId, spanId } : undefined;
  const named = [tracestate ?? []]
    .flat()
    .join(',')
    .match(/(?:^|,)\s*rolecall=([a-z-]+)/)?.[1];
  return { parent, from: lane.safeParse(named).data ?? 'browser' };
}

/** With these headers a program looks at a role without being seen: what only shows what happens is no part of it, and meets no faults. */
export const unseen: Readonly<Record<string, string>> = { tracestate: 'rolecall=lab' };

/** Does a request come from such a program? */
export function isUnseen({ tracestate }: IncomingHttpHeaders): boolean {
  return tracestate === unseen['tracestate'];
}

/** The headers with which `from` goes on with a trace at the place `span`. */
export function traceHeaders({ traceId, spanId }: Span, from: Lane): Record<string, string> {
  return { traceparent: `00-${traceId}-${spanId}-01`, tracestate: `rolecall=${from}` };
}
