import * as oauth from 'oauth4webapi';
import type { AuthorizationServer } from '../discovery/authorization-server.ts';
import { PeerError } from '../peer-error.ts';

/** Who this client is to the authorization server. */
export interface ClientCredentials {
  clientId: string;
  clientSecret: string;
}

/** The one way to authenticate at the token endpoint. RFC 8414 §2: where the metadata is silent, it is `client_secret_basic`. */
export function clientAuthentication(authorizationServer: AuthorizationServer, { clientSecret }: ClientCredentials): oauth.ClientAuth {
  const methods = authorizationServer.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
  if (methods.includes('client_secret_basic')) return oauth.ClientSecretBasic(clientSecret);
  if (methods.includes('client_secret_post')) return oauth.ClientSecretPost(clientSecret);
  throw new PeerError('authorization server', 'the token endpoint takes no client secret');
}
