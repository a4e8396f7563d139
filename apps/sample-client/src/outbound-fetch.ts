import { isSecureAddress } from './secure-address.ts';

/** What the protocol library asks its `customFetch` for. */
interface OutboundRequest {
  method: string;
  headers: Record<string, string>;
  body?: RequestInit['body'] | undefined;
}

export type OutboundFetch = (url: string, request: OutboundRequest) => Promise<Response>;

const WITHOUT_BODY = new Set([204, 205, 304]);

/**
 * The way in which every request to another service leaves this one: over https (or on this machine), within a time, never redirected
 * (a redirect could carry a token to another origin, RFC 9700 §4.9), and with an answer that fits in memory.
 *
 * @param limits `timeoutSeconds` for the whole exchange, body included; `maximumBytes` of the answer's body; `fetch` instead of the platform's.
 */
export function createOutboundFetch(limits: {
  timeoutSeconds: number;
  maximumBytes: number;
  fetch?: typeof fetch | undefined;
}): OutboundFetch {
  const send = limits.fetch ?? fetch;
  return async (url, { method, headers, body }) => {
    if (!isSecureAddress(url)) throw new Error('the address is neither https nor on this machine');
    const response = await send(url, {
      method,
      headers,
      body: body ?? null,
      redirect: 'manual',
      signal: AbortSignal.timeout(limits.timeoutSeconds * 1000),
    });
    const content = await readAtMost(response, limits.maximumBytes);
    return new Response(WITHOUT_BODY.has(response.status) ? null : content, { status: response.status, headers: response.headers });
  };
}

async function readAtMost(response: Response, maximumBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop by an error cancels the stream, and with it the connection.
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > maximumBytes) throw new Error(`the answer is larger than ${maximumBytes} bytes`);
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}
