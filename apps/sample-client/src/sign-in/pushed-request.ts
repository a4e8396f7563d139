import * as oauth from 'oauth4webapi';
import type { AuthorizationServer } from '../discovery/authorization-server.ts';
import { hasEndpoint } from '../discovery/endpoint.ts';
import { PeerError } from '../peer-error.ts';
import { libraryClient } from '../token/client-authentication.ts';
import type { TokenEndpoint } from '../token/endpoint.ts';
import { failureOf } from '../token/refused.ts';

/**
 * Is the request to be pushed (RFC 9126)? It is where this client is told to, and where the server takes no others.
 *
 * @throws PeerError when it is, and the server has no place for that: then there is no request at all, rather than one that anybody can read and change.
 */
export function isPushed(authorizationServer: AuthorizationServer, wanted: boolean): boolean {
  if (!wanted && authorizationServer.require_pushed_authorization_requests !== true) return false;
  if (hasEndpoint(authorizationServer, 'pushed_authorization_request_endpoint')) return true;
  throw new PeerError('authorization server', 'the metadata offers no pushed authorization requests');
}

/** Printable, and short enough for every proxy. */
const REQUEST_URI = /^[\x21-\x7e]{1,1000}$/;

/**
 * Pushes an authorization request, authenticated as at the token endpoint (RFC 9126 §2.1).
 *
 * @returns what the browser carries in its place: a reference that works once, and soon expires.
 * @throws TokenRefusedError when the authorization server refuses, PeerError when its answer is missing or cannot be used.
 */
export async function pushRequest(
  { identities, clock, outboundFetch }: TokenEndpoint,
  authorizationServer: AuthorizationServer,
  parameters: URLSearchParams,
): Promise<URLSearchParams> {
  const { clientId, authentication } = await identities.at(authorizationServer);
  const client = libraryClient(clientId, clock);
  try {
    const response = await oauth.pushedAuthorizationRequest(authorizationServer, client, authentication, parameters, {
      [oauth.customFetch]: outboundFetch,
      [oauth.allowInsecureRequests]: true, // outboundFetch decides: on this machine only
    });
    const { request_uri } = await oauth.processPushedAuthorizationResponse(authorizationServer, client, response);
    if (!REQUEST_URI.test(request_uri)) throw new Error('the request_uri is none that fits into an address');
    return new URLSearchParams({ client_id: clientId, request_uri });
  } catch (error) {
    throw failureOf(error);
  }
}
