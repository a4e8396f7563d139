import * as z from 'zod';

/** A public signing key (RFC 7517 §4). Strict: a private member in it is an error. */
export const publicSigningKey = z.strictObject({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string(),
  y: z.string(),
  kid: z.string().min(1),
  use: z.literal('sig'),
  alg: z.literal('ES256'),
});

/** The document at `jwks_uri` (RFC 7517 §5). */
export const jsonWebKeySet = z.strictObject({ keys: z.array(publicSigningKey).min(1) });

export type PublicSigningKey = z.infer<typeof publicSigningKey>;
export type JsonWebKeySet = z.infer<typeof jsonWebKeySet>;
