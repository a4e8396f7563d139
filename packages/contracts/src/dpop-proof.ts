import * as z from 'zod';

/** The media type in the header of a proof (RFC 9449 §4.2). */
export const DPOP_PROOF_TYPE = 'dpop+jwt';

/**
 * Elliptic curves only. The key is the sender's own choice: an RSA key can be made to cost as much as its maker likes, one on a curve is what it is.
 */
export const proofAlgorithms = ['ES256', 'EdDSA', 'Ed25519'] as const;

/** Characters. A proof has about 400, more where its address is long. */
export const MAXIMUM_PROOF_LENGTH = 8_192;

/** How a token names the key that it is bound to: a SHA-256 in base64url (RFC 7638 §3, RFC 9449 §6.1). */
export const confirmation = z.strictObject({ jkt: z.string().regex(/^[\w-]{43}$/) });

const coordinate = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

/** The header of a proof, with the public key (RFC 9449 §4.2). */
export const dpopProofHeader = z.object({
  typ: z.literal(DPOP_PROOF_TYPE),
  alg: z.enum(proofAlgorithms),
  jwk: z.discriminatedUnion('kty', [
    z.object({ kty: z.literal('EC'), crv: z.literal('P-256'), x: coordinate, y: coordinate }),
    z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: coordinate }),
  ]),
});

/** The claims of a proof for a resource server (RFC 9449 §4.2, §7): made for one request with one token, now, and good once. `iat` is seconds since the epoch. */
export const dpopProofClaims = z.object({
  jti: z.string().min(1),
  /** The method and the address, without query and fragment. */
  htm: z.string(),
  htu: z.string(),
  iat: z.number(),
  /** The SHA-256 of the access token. */
  ath: z.string(),
  /** The server's, where it demands one (§9). */
  nonce: z.string().optional(),
});

export type DpopProofClaims = z.infer<typeof dpopProofClaims>;
