import * as oauth from 'oauth4webapi';
import type { OutboundFetch } from '../outbound-fetch.ts';
import { PeerError } from '../peer-error.ts';
import { checkLists } from './check-lists.ts';
import { isUsableEndpoint } from './endpoint.ts';
import { fetchFirst } from './fetch-first.ts';

/** An authorization server's metadata with what the code flow cannot do without. */
export type AuthorizationServer = oauth.AuthorizationServer & { authorization_endpoint: string; token_endpoint: string };

const LISTS = ['code_challenge_methods_supported', 'token_endpoint_auth_methods_supported', 'scopes_supported'] as const;

/**
 * Fetches and checks an authorization server's metadata (RFC 8414).
 *
 * @throws PeerError when it cannot be reached, or is not what this issuer may say of itself, or cannot do the code flow with PKCE.
 */
export async function discoverAuthorizationServer(issuer: string, outboundFetch: OutboundFetch): Promise<AuthorizationServer> {
  const metadata = await fetchMetadata(issuer, outboundFetch);
  // RFC 8414 §3.3: identical, not merely equivalent. The library compares normalised URLs.
  if (metadata.issuer !== issuer) throw new PeerError('authorization server', 'the metadata is of another issuer');
  // RFC 9700 §2.1.1: only the metadata tells whether the code challenge is more than decoration.
  if (metadata.code_challenge_methods_supported?.includes('S256') !== true)
    throw new PeerError('authorization server', 'the metadata does not offer PKCE with S256');
  const { authorization_endpoint, token_endpoint } = metadata;
  // The first becomes a link: "javascript:" must never get there.
  if (!isUsableEndpoint(authorization_endpoint, issuer))
    throw new PeerError('authorization server', 'the metadata has no usable authorization_endpoint');
  if (!isUsableEndpoint(token_endpoint, issuer)) throw new PeerError('authorization server', 'the metadata has no usable token_endpoint');
  return { ...metadata, authorization_endpoint, token_endpoint };
}

async function fetchMetadata(issuer: string, outboundFetch: OutboundFetch): Promise<oauth.AuthorizationServer> {
  try {
    const response = await fetchFirst(metadataAddresses(issuer), outboundFetch);
    if (response === undefined) throw new Error('it has no metadata');
    const metadata = await oauth.processDiscoveryResponse(new URL(issuer), response);
    checkLists(metadata, LISTS);
    return metadata;
  } catch (error) {
    throw PeerError.from('authorization server', error);
  }
}

/** Where the metadata may be, best first: RFC 8414 §3.1, its form for OpenID Connect (§5), and OpenID Connect Discovery §4. */
function metadataAddresses(issuer: string): string[] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  const inserted = [`${origin}/.well-known/oauth-authorization-server${path}`, `${origin}/.well-known/openid-configuration${path}`];
  return path === '' ? inserted : [...inserted, `${origin}${path}/.well-known/openid-configuration`];
}
