import type { AuthorizationServer } from './authorization-server.ts';
import { PeerError } from '../peer-error.ts';
import { isSecureAddress } from '../secure-address.ts';

/** What an issuer on https names is on https too: its metadata must not lead to a service that only this machine can reach. */
export function isUsableEndpoint(endpoint: string | undefined, issuer: string): endpoint is string {
  return endpoint !== undefined && isSecureAddress(endpoint) && (issuer.startsWith('http:') || endpoint.startsWith('https:'));
}

/**
 * Has the authorization server this endpoint, which this client can do without?
 *
 * @throws PeerError when the metadata names an address that is not one to send anything to.
 */
export function hasEndpoint(
  authorizationServer: AuthorizationServer,
  name: 'revocation_endpoint' | 'device_authorization_endpoint' | 'pushed_authorization_request_endpoint',
): boolean {
  const endpoint = authorizationServer[name];
  if (endpoint === undefined) return false;
  if (!isUsableEndpoint(endpoint, authorizationServer.issuer))
    throw new PeerError('authorization server', `the metadata has no usable ${name}`);
  return true;
}
