import { type ProtectedResourceMetadata, SIGNED_METADATA_TYPE } from '@rolecall/contracts/protected-resource-metadata';
import { type CryptoKey, type KeyObject, SignJWT } from 'jose';

/** What else a resource says of itself (RFC 9728 §2). */
export interface AboutResource {
  /** Where people read how to use it. */
  documentation?: string;
  /** The types of authorization details that it understands (RFC 9396). */
  authorizationDetailsTypes?: readonly string[];
  /** Where its own public keys are, with which its answers and metadata are signed. */
  jwksUri?: string;
  /** With which of these keys its metadata is signed. */
  signing?: { key: CryptoKey | KeyObject; algorithm: string; kid: string };
}

/**
 * The metadata of a resource. Where there is a key it is signed once, when it is first asked for: the same members as claims,
 * with the resource itself as who vouches for them (RFC 9728 §2.2).
 */
export function describeResource(basic: ProtectedResourceMetadata, about: AboutResource): () => Promise<ProtectedResourceMetadata> {
  const { documentation, authorizationDetailsTypes, jwksUri, signing } = about;
  const plain: ProtectedResourceMetadata = {
    ...basic,
    ...(documentation !== undefined && { resource_documentation: documentation }),
    ...(authorizationDetailsTypes?.length && { authorization_details_types_supported: [...authorizationDetailsTypes] }),
    ...(jwksUri !== undefined && { jwks_uri: jwksUri }),
  };
  const describe = async (): Promise<ProtectedResourceMetadata> => {
    if (signing === undefined) return plain;
    const { key, algorithm: alg, kid } = signing;
    const jwt = new SignJWT({ ...plain })
      .setProtectedHeader({ alg, kid, typ: SIGNED_METADATA_TYPE })
      .setIssuer(plain.resource)
      .setIssuedAt();
    return { ...plain, signed_metadata: await jwt.sign(key) };
  };
  let described: Promise<ProtectedResourceMetadata> | undefined;
  return () => (described ??= describe());
}
