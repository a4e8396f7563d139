import * as z from 'zod';

/** What this server's tokens may be signed with. */
export const signingAlgorithm = z.enum(['ES256', 'RS256', 'EdDSA']);

export type SigningAlgorithm = z.infer<typeof signingAlgorithm>;

const common = { kid: z.string().min(1), use: z.literal('sig') };

/** A public signing key (RFC 7517 §4, RFC 7518 §6, RFC 8037 §2). Strict: a private member in it is an error. */
export const publicSigningKey = z.discriminatedUnion('kty', [
  z.strictObject({ ...common, kty: z.literal('EC'), alg: z.literal('ES256'), crv: z.literal('P-256'), x: z.string(), y: z.string() }),
  z.strictObject({ ...common, kty: z.literal('RSA'), alg: z.literal('RS256'), n: z.string().min(342), e: z.string() }),
  z.strictObject({ ...common, kty: z.literal('OKP'), alg: z.literal('EdDSA'), crv: z.literal('Ed25519'), x: z.string() }),
]);

/** The document at `jwks_uri` (RFC 7517 §5). */
export const jsonWebKeySet = z.strictObject({ keys: z.array(publicSigningKey).min(1) });

export type PublicSigningKey = z.infer<typeof publicSigningKey>;
export type JsonWebKeySet = z.infer<typeof jsonWebKeySet>;
