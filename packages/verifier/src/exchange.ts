import { redact } from '@rolecall/lab/redact';

/** A request and its response, as the verifier has sent or received them. */
export interface Exchange {
  /** `received` where the verifier plays the one who answers. */
  direction: 'sent' | 'received';
  /** Milliseconds since the epoch. */
  startedAt: number;
  milliseconds?: number;
  request: Message & { method: string; url: string };
  /** Undefined where none came. */
  response?: Message & { status: number };
  /** Why no response came. */
  failure?: string;
}

interface Message {
  headers: [string, string][];
  body?: string;
}

/** What is kept of a body, in characters: a report is to be read. */
const KEPT = 4_000;

/** The same exchange without secrets, short enough to be shown. */
export function presentable(exchange: Exchange): Exchange {
  const { request, response, ...rest } = redact(exchange);
  return { ...rest, request: shortened(request), ...(response && { response: shortened(response) }) };
}

/** A text about exchanges without the secrets that they have in them. */
export function withoutSecrets(text: string, exchanges: readonly Exchange[]): string {
  return exchanges.reduce((clean, exchange) => redact({ ...exchange, failure: clean }).failure ?? clean, text);
}

function shortened<Said extends Message>({ body, ...message }: Said): Said {
  const kept = body === undefined || body.length <= KEPT ? body : `${body.slice(0, KEPT)}… (${body.length} characters in all)`;
  return { ...message, ...(kept !== undefined && { body: kept }) } as Said;
}
