import type { ClientInformation } from '@rolecall/contracts/client-registration';
import { authorizationServerRoutes } from '@rolecall/contracts/routes';
import type { Client } from '../stores/types.ts';

/**
 * A registered client as it is told of itself (RFC 7591 §3.2.1, RFC 7592 §3): all of its metadata, the defaults among it.
 *
 * @param told its server, and what is kept as a hash alone, and can be told only by who has it just now: the registration access token, and a secret that was just made.
 */
export function clientInformation(
  client: Client,
  told: { issuer: string; registrationAccessToken: string; secret?: string | undefined },
): ClientInformation {
  return {
    client_id: client.id,
    // It never expires.
    ...(told.secret !== undefined && { client_secret: told.secret, client_secret_expires_at: 0 }),
    registration_access_token: told.registrationAccessToken,
    registration_client_uri: `${told.issuer}${authorizationServerRoutes.register}/${encodeURIComponent(client.id)}`,
    client_name: client.name,
    application_type: client.applicationType,
    token_endpoint_auth_method: client.tokenEndpointAuthMethod,
    ...(client.tokenEndpointAuthSigningAlg !== undefined && { token_endpoint_auth_signing_alg: client.tokenEndpointAuthSigningAlg }),
    ...(client.introspectionSignedResponseAlg !== undefined && {
      introspection_signed_response_alg: client.introspectionSignedResponseAlg,
    }),
    grant_types: [...client.grantTypes],
    response_types: client.grantTypes.includes('authorization_code') ? ['code'] : [],
    redirect_uris: [...client.redirectUris],
    scope: client.scopes.join(' '),
    ...(client.jwks !== undefined && { jwks: { keys: [...client.jwks.keys] } }),
    ...(client.jwksUri !== undefined && { jwks_uri: client.jwksUri }),
    ...client.information,
  };
}
