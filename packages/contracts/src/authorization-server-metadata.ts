import * as z from 'zod';
import { address } from './address.ts';

const nonEmpty = z.array(z.string()).min(1);

/** What an authorization server says of itself (RFC 8414 §2, RFC 9207 §3, RFC 9701 §7). */
export const authorizationServerMetadata = z.object({
  issuer: address,
  authorization_endpoint: address,
  token_endpoint: address,
  jwks_uri: address,
  introspection_endpoint: address,
  introspection_endpoint_auth_methods_supported: nonEmpty,
  introspection_endpoint_auth_signing_alg_values_supported: nonEmpty,
  introspection_signing_alg_values_supported: nonEmpty,
  revocation_endpoint: address,
  revocation_endpoint_auth_methods_supported: nonEmpty,
  revocation_endpoint_auth_signing_alg_values_supported: nonEmpty,
  /** Not a standard's: where the signed feed of revocations is. */
  revocations_uri: address,
  registration_endpoint: address.optional(),
  scopes_supported: nonEmpty.optional(),
  response_types_supported: z.tuple([z.literal('code')]),
  response_modes_supported: nonEmpty,
  grant_types_supported: nonEmpty,
  token_endpoint_auth_methods_supported: nonEmpty,
  token_endpoint_auth_signing_alg_values_supported: nonEmpty,
  code_challenge_methods_supported: z.tuple([z.literal('S256')]),
  authorization_response_iss_parameter_supported: z.literal(true),
  protected_resources: nonEmpty.optional(),
});

export type AuthorizationServerMetadata = z.infer<typeof authorizationServerMetadata>;
