import type { Exchange } from '@rolecall/lab/exchange';

/** One request and its response, as the diagram shows it: what its two ends have said about it, put together. */
export type Arrow = Omit<Exchange, 'sequence' | 'direction' | 'reporter' | 'spanId' | 'parentSpanId'>;

/** Both ends of an exchange, as far as they have been heard. */
export interface Ends {
  sent?: Exchange;
  received?: Exchange;
}

/**
 * Which arrow a report belongs to: the sender's place in the trace, which the receiver knows as its parent.
 * Who is not one of ours reports nothing, and may use a place twice: `taken` says that another request has it.
 */
export function arrowId(exchange: Exchange, taken: (id: string) => boolean): string {
  if (exchange.direction === 'sent') return exchange.spanId;
  const parent = exchange.parentSpanId;
  return parent === undefined || taken(parent) ? exchange.spanId : parent;
}

/** What the receiver saw counts, since it is what it answered to; the sender knows whether the answer came. */
export function joinEnds(id: string, { sent, received }: Ends): Arrow {
  const main = received ?? (sent as Exchange);
  const { sequence: _s, direction: _d, reporter: _r, spanId: _p, parentSpanId: _q, ...rest } = main;
  const failure = sent?.failure ?? received?.failure;
  const response = received?.response ?? sent?.response;
  const milliseconds = sent === undefined ? received?.milliseconds : sent.milliseconds;
  return {
    ...rest,
    id,
    startedAt: Math.min(sent?.startedAt ?? Infinity, received?.startedAt ?? Infinity),
    ...(milliseconds !== undefined && { milliseconds }),
    ...(response !== undefined && { response }),
    ...(failure !== undefined && { failure }),
  };
}
