import type { OutboundFetch } from '../outbound-fetch.ts';

/** Fetches a JSON document from the first of some addresses that has it. Undefined when none has: what counts as "not here" is 404 alone, so that a server in trouble does not pass for one that has nothing. */
export async function fetchFirst(addresses: readonly string[], outboundFetch: OutboundFetch): Promise<Response | undefined> {
  for (const address of addresses) {
    const response = await outboundFetch(address, { method: 'GET', headers: { accept: 'application/json' } });
    if (response.status !== 404) return response;
  }
  return undefined;
}
