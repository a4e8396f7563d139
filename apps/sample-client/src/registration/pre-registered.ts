import type { PrivateKey } from 'oauth4webapi';
import type { AuthorizationServer } from '../discovery/authorization-server.ts';
import { PeerError } from '../peer-error.ts';
import { secretMethod, withKey, withSecret } from '../token/client-authentication.ts';
import type { ClientIdentity } from './client-identity.ts';
import { NotRegisteredError } from './not-registered-error.ts';

/** What somebody registered by hand at one authorization server, and nowhere else. Where there is a key, the secret is never used. */
export interface PreRegistered {
  issuer: string;
  clientId: string;
  clientSecret?: string | undefined;
  clientKey?: PrivateKey | undefined;
}

/**
 * As whom that client speaks.
 *
 * @throws NotRegisteredError at any other authorization server, PeerError when this one takes nothing that the client has to prove itself with.
 */
export function preRegisteredIdentity(preRegistered: PreRegistered, authorizationServer: AuthorizationServer): ClientIdentity {
  const { issuer, clientId, clientSecret, clientKey } = preRegistered;
  if (authorizationServer.issuer !== issuer) throw new NotRegisteredError(authorizationServer.issuer);
  if (clientKey !== undefined) {
    if (authorizationServer.token_endpoint_auth_methods_supported?.includes('private_key_jwt') !== true)
      throw new PeerError('authorization server', 'the token endpoint takes no private_key_jwt');
    return { issuer, clientId, authentication: withKey(clientKey) };
  }
  const method = secretMethod(authorizationServer);
  if (method === undefined || clientSecret === undefined)
    throw new PeerError('authorization server', 'the token endpoint takes no client secret');
  return { issuer, clientId, authentication: withSecret(method, clientSecret) };
}
