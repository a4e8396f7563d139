import { addressProblem, createGuardedLookup, type Lookup } from '@rolecall/service-kit/addresses/guarded-lookup';
import { Agent, fetch as fetchThrough } from 'undici';
import { isSecureAddress } from './secure-address.ts';
import { repeatsAny, sentSecrets } from './sent-secrets.ts';

/** What the protocol library asks its `customFetch` for. */
interface OutboundRequest {
  method: string;
  headers: Record<string, string>;
  body?: RequestInit['body'] | undefined;
}

export type OutboundFetch = (url: string, request: OutboundRequest) => Promise<Response>;

export interface OutboundRules {
  /** For the whole exchange, body included. */
  timeoutSeconds: number;
  /** Of the answer's body. */
  maximumBytes: number;
  /** Where whoever runs this client has sent it: these may be anywhere. All other addresses come from metadata and challenges, and have to be public. */
  ownOrigins: readonly string[];
  /** For development: those others may be on this machine too, by its own names. */
  allowLoopback: boolean;
  /** Instead of the platform's, for the former. */
  fetch?: typeof fetch | undefined;
  /** How names are resolved, for tests. */
  lookup?: Lookup;
}

const WITHOUT_BODY = new Set([204, 205, 304]);

/**
 * The way in which every request to another service leaves this one: over https (or on this machine), within a time, never redirected
 * (a redirect could carry a token to another origin, RFC 9700 §4.9), never into this client's own network on somebody else's word (SSRF),
 * and with an answer that fits in memory and does not give back what was secret in the request.
 */
export function createOutboundFetch(rules: OutboundRules): OutboundFetch {
  const send = rules.fetch ?? fetch;
  const ownOrigins = new Set(rules.ownOrigins);
  // No connection is kept: the next one is looked up and checked anew.
  const guarded = new Agent({ connect: { lookup: createGuardedLookup(rules) }, pipelining: 0 });
  return async (url, { method, headers, body }) => {
    const own = URL.canParse(url) && ownOrigins.has(new URL(url).origin);
    const problem = own ? ownProblem(url) : addressProblem(url, rules.allowLoopback);
    if (problem !== undefined) throw new Error(`the address ${problem}`);
    const request = {
      method,
      headers,
      body: (body ?? null) as string | null,
      redirect: 'manual',
      signal: AbortSignal.timeout(rules.timeoutSeconds * 1000),
    } as const;
    const response = own ? await send(url, request) : await fetchThrough(url, { ...request, dispatcher: guarded });
    const content = await readAtMost(response.body ?? [], rules.maximumBytes);
    if (repeatsAny(sentSecrets({ headers, body }), { headers: response.headers, content }))
      throw new Error('the answer repeats a secret that was sent');
    return new Response(WITHOUT_BODY.has(response.status) ? null : content, { status: response.status, headers: [...response.headers] });
  };
}

const ownProblem = (url: string): string | undefined => (isSecureAddress(url) ? undefined : 'must be https, except on this machine');

async function readAtMost(body: AsyncIterable<unknown> | Iterable<unknown>, maximumBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop by an error cancels the stream, and with it the connection.
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > maximumBytes) throw new Error(`the answer is larger than ${maximumBytes} bytes`);
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}
