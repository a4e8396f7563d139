import * as z from 'zod';
import { address } from './address.ts';

const nonEmpty = z.array(z.string()).min(1);

/** What a resource server says of itself (RFC 9728 §2). */
export const protectedResourceMetadata = z.object({
  resource: address,
  authorization_servers: nonEmpty,
  scopes_supported: nonEmpty,
  bearer_methods_supported: z.tuple([z.literal('header')]),
  resource_name: z.string(),
  resource_documentation: z.url().optional(),
  /** Where the resource's own public keys are. */
  jwks_uri: z.url().optional(),
  /** The other members again, as the claims of a JWT (§2.2). */
  signed_metadata: z.string().optional(),
  authorization_details_types_supported: nonEmpty.optional(),
  /** The algorithms of DPoP proofs; absent where no token that is bound to a key is accepted. */
  dpop_signing_alg_values_supported: nonEmpty.optional(),
  /** Only tokens that are bound to a key are accepted. */
  dpop_bound_access_tokens_required: z.boolean().optional(),
});

export type ProtectedResourceMetadata = z.infer<typeof protectedResourceMetadata>;

/** The media type in the header of signed metadata. */
export const SIGNED_METADATA_TYPE = 'resource-metadata+jwt';

/** The header of signed metadata. The key is the resource's own, at its `jwks_uri`. */
export const signedMetadataHeader = z.object({ alg: z.string(), typ: z.literal(SIGNED_METADATA_TYPE), kid: z.string() });

/** The claims of signed metadata (RFC 9728 §2.2): the same members, and who vouches for them: the resource itself. `iat` is seconds since the epoch. */
export const signedMetadataClaims = protectedResourceMetadata.omit({ signed_metadata: true }).extend({ iss: address, iat: z.int() });

export type SignedMetadataClaims = z.infer<typeof signedMetadataClaims>;
