import * as oauth from 'oauth4webapi';
import type { OutboundFetch } from '../outbound-fetch.ts';
import { PeerError } from '../peer-error.ts';

/**
 * Fetches and checks what the API says of itself (RFC 9728). An API without such a document is fine: then nothing is known of its scopes.
 *
 * @throws PeerError when the API cannot be reached, speaks of another resource, or takes no tokens of this issuer.
 */
export async function discoverResource(
  resource: string,
  issuer: string,
  outboundFetch: OutboundFetch,
): Promise<oauth.ResourceServer | undefined> {
  const metadata = await fetchMetadata(resource, outboundFetch);
  if (metadata === undefined) return undefined;
  // RFC 9728 §3.3: identical, not merely equivalent. The library compares normalised URLs.
  if (metadata.resource !== resource) throw new PeerError('API', 'the metadata is of another resource');
  const issuers = metadata.authorization_servers;
  if (issuers !== undefined && !issuers.includes(issuer)) throw new PeerError('API', 'it takes no tokens of this authorization server');
  return metadata;
}

async function fetchMetadata(resource: string, outboundFetch: OutboundFetch): Promise<oauth.ResourceServer | undefined> {
  try {
    const response = await oauth.resourceDiscoveryRequest(new URL(resource), {
      [oauth.customFetch]: outboundFetch,
      [oauth.allowInsecureRequests]: true, // outboundFetch decides: on this machine only
    });
    if (response.status === 404) return undefined;
    return await oauth.processResourceDiscoveryResponse(new URL(resource), response);
  } catch (error) {
    throw PeerError.from('API', error);
  }
}
