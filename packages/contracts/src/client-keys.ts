import * as z from 'zod';

const base64url = (minimum: number, maximum: number) => z.string().regex(new RegExp(`^[A-Za-z0-9_-]{${minimum},${maximum}}$`));

const common = {
  kid: z
    .string()
    .regex(/^[\x20-\x7e]{1,256}$/)
    .exactOptional(),
  use: z
    .string()
    .regex(/^[a-z]{1,16}$/)
    .exactOptional(),
  key_ops: z
    .array(z.string().regex(/^[A-Za-z]{1,16}$/))
    .max(8)
    .exactOptional(),
};

/**
 * A public key of a client's that assertions can be verified with (RFC 7517, RFC 7518 §6, RFC 8037). RSA keys from 2048 bits, and to 4096 with a small exponent:
 * a greater one would cost seconds for each signature that anybody sends. What else is in a key is left out.
 */
export const clientKey = z.discriminatedUnion('kty', [
  z.object({
    ...common,
    kty: z.literal('EC'),
    crv: z.literal('P-256'),
    x: base64url(43, 43),
    y: base64url(43, 43),
    alg: z.literal('ES256').exactOptional(),
  }),
  // Its algorithm has two names, EdDSA and Ed25519 (RFC 9864): a key that names one is good for both.
  z.object({ ...common, kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: base64url(43, 43) }),
  z.object({
    ...common,
    kty: z.literal('RSA'),
    n: base64url(342, 683),
    e: base64url(2, 6),
    alg: z.enum(['PS256', 'RS256']).exactOptional(),
  }),
]);

export type ClientKey = z.infer<typeof clientKey>;

/** A client's keys, in its metadata or at its `jwks_uri` (RFC 7591 §2). Those that are no {@link clientKey} are passed over (RFC 7517 §5), but private ones: those are refused. */
export const clientKeySet = z.object({ keys: z.array(z.record(z.string(), z.unknown())).max(50) });
