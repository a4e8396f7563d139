import type { OutboundFetch } from '../outbound-fetch.ts';

/** Refusals that say nothing of whether there is something: the server has trouble, or enough of us. */
const NOT_NOW = new Set([408, 425, 429]);

/**
 * Fetches a JSON document from the first of some addresses that has it. Undefined when none has. Many servers refuse what they do not have in another way
 * than with 404; but a server in trouble must not pass for one that has nothing.
 */
export async function fetchFirst(addresses: readonly string[], outboundFetch: OutboundFetch): Promise<Response | undefined> {
  for (const address of addresses) {
    const response = await outboundFetch(address, { method: 'GET', headers: { accept: 'application/json' } });
    if (response.status < 400 || response.status >= 500 || NOT_NOW.has(response.status)) return response;
  }
  return undefined;
}
