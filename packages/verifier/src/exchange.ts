import { collectSecrets, redactAmong, withoutAny } from '@rolecall/lab/redact';

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
/** What is looked at of one, in characters, and by how much a secret may be cut off at its end: that much is not shown. */
const LOOKED_AT = 64_000;
const LONGEST_SECRET = 8_000;
/** How many secrets of earlier checks are remembered: a server may tell them in any later answer. */
const REMEMBERED = 300;

/** What may be shown of a check. */
export interface Redacted {
  /** A text about the exchanges, without the secrets. */
  text(text: string): string;
  /** The exchanges without the secrets, short enough to be read. */
  exchanges(): Exchange[];
}

/**
 * Takes the secrets out of what is shown of one check after another: those that somebody has given by their values, in whichever encoding they come, and
 * those that went over the wire by the names of their members.
 *
 * @param given the password, the clients' secrets and whatever else the verifier was given, each with what stands for it: `[password]`.
 */
export function createRedaction(given: ReadonlyMap<string, string>): (exchanges: readonly Exchange[]) => Redacted {
  let earlier: [string, string][] = [];
  return (exchanges) => {
    const bounded = exchanges.map(({ request, response, ...rest }) => ({
      ...{ ...rest, request: cut(request, LOOKED_AT) },
      ...(response && { response: cut(response, LOOKED_AT) }),
    }));
    const secrets = new Map(earlier);
    for (const exchange of bounded) collectSecrets(exchange, secrets);
    earlier = [...secrets].slice(-REMEMBERED);
    for (const [secret, blotted] of given) if (secret !== '') secrets.set(secret, blotted);
    return {
      text: (text) => withoutAny(secrets, text),
      exchanges: () => bounded.map((exchange) => shortened(redactAmong(exchange, new Map(secrets)))),
    };
  };
}

function shortened({ request, response, ...rest }: Exchange): Exchange {
  return { ...rest, request: kept(request), ...(response && { response: kept(response) }) };
}

function kept<Said extends Message>({ body, ...message }: Said): Said {
  const length = body === undefined || body.length <= LOOKED_AT - LONGEST_SECRET ? KEPT : Math.min(KEPT, body.length - LONGEST_SECRET);
  const shown = body === undefined || body.length <= length ? body : `${body.slice(0, length)}… (${body.length} characters in all)`;
  return { ...message, ...(shown !== undefined && { body: shown }) } as Said;
}

function cut<Said extends Message>(message: Said, length: number): Said {
  return message.body === undefined ? message : { ...message, body: message.body.slice(0, length) };
}
