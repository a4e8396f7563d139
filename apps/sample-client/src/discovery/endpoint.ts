import { addressProblem } from '@rolecall/service-kit/addresses/guarded-lookup';
import { PeerError } from '../peer-error.ts';
import { isSecureAddress } from '../secure-address.ts';
import type { AuthorizationServer } from './authorization-server.ts';

/**
 * May an issuer name this endpoint? What one on https names is on https too, and neither on this machine nor on a private address, unless the issuer is there
 * itself: its metadata must not lead to a service that only this machine can reach.
 */
export function isUsableEndpoint(endpoint: unknown, issuer: string): endpoint is string {
  if (typeof endpoint !== 'string' || !isSecureAddress(endpoint)) return false;
  return new URL(endpoint).origin === new URL(issuer).origin || addressProblem(endpoint, issuer.startsWith('http:')) === undefined;
}

/**
 * Has the authorization server this endpoint, which this client can do without?
 *
 * @throws PeerError when the metadata names an address that is not one to send anything to.
 */
export function hasEndpoint(
  authorizationServer: AuthorizationServer,
  name: 'revocation_endpoint' | 'device_authorization_endpoint' | 'pushed_authorization_request_endpoint' | 'registration_endpoint',
): boolean {
  const endpoint = authorizationServer[name];
  if (endpoint === undefined) return false;
  if (!isUsableEndpoint(endpoint, authorizationServer.issuer))
    throw new PeerError('authorization server', `the metadata has no usable ${name}`);
  return true;
}
