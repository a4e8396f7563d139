import * as oauth from 'oauth4webapi';
import type { OutboundFetch } from '../outbound-fetch.ts';
import { PeerError } from '../peer-error.ts';
import { fetchFirst } from './fetch-first.ts';
import { checkLists } from './check-lists.ts';
import { LONGEST_SCOPE } from '../sign-in/scope.ts';

/**
 * Fetches and checks what the API says of itself (RFC 9728). An API without such a document may be fine: then nothing is known of it.
 *
 * @param metadataUrl where a challenge said that it is; undefined: at its well-known address, with the resource's path or without.
 * @throws PeerError when the API cannot be reached, or speaks of another resource.
 */
export async function discoverResource(
  resource: string,
  metadataUrl: string | undefined,
  outboundFetch: OutboundFetch,
): Promise<oauth.ResourceServer | undefined> {
  try {
    const response = await fetchFirst(metadataUrl === undefined ? metadataAddresses(resource) : [metadataUrl], outboundFetch);
    if (response === undefined) return undefined;
    const metadata = await oauth.processResourceDiscoveryResponse(new URL(resource), response);
    // RFC 9728 §3.3: identical, not merely equivalent. The library compares normalised URLs.
    if (metadata.resource !== resource) throw new Error('the metadata is of another resource');
    checkLists(metadata, ['authorization_servers', 'scopes_supported']);
    // All of them are asked for: each visitor's session keeps them, and an address carries them.
    if ((metadata.scopes_supported?.join(' ').length ?? 0) > LONGEST_SCOPE) throw new Error('it has more scopes than can be asked for');
    return metadata;
  } catch (error) {
    throw PeerError.from('API', error);
  }
}

function metadataAddresses(resource: string): string[] {
  const { origin, pathname } = new URL(resource);
  const root = `${origin}/.well-known/oauth-protected-resource`;
  return pathname === '/' ? [root] : [root + pathname, root];
}

/**
 * Where the API's own challenge says that its metadata is (RFC 9728 §5.1). Undefined when it does not say.
 *
 * @param address something that the API guards; it is asked for without a token.
 * @throws PeerError when the API cannot be reached.
 */
export async function askForMetadataUrl(address: string, outboundFetch: OutboundFetch): Promise<string | undefined> {
  try {
    // The library reads challenges of requests with tokens only: this one's is taken off again before it leaves.
    await oauth.protectedResourceRequest('none', 'GET', new URL(address), new Headers(), undefined, {
      [oauth.customFetch]: (url, { method, headers: { authorization: _, ...headers } }) => outboundFetch(url, { method, headers }),
      [oauth.allowInsecureRequests]: true, // outboundFetch decides: on this machine only
    });
    return undefined;
  } catch (error) {
    if (error instanceof oauth.WWWAuthenticateChallengeError) return metadataUrlOf(error.cause);
    throw PeerError.from('API', error);
  }
}

/** What challenges say of where the metadata is. */
export function metadataUrlOf(challenges: readonly oauth.WWWAuthenticateChallenge[]): string | undefined {
  return challenges.map(({ parameters }) => parameters.resource_metadata).find((url) => url !== undefined);
}
