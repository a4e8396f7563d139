import * as z from 'zod';

/** The media type in the header of the feed's JWT. */
export const REVOCATIONS_TYPE = 'revocations+jwt';

/**
 * A revocation: a token that has this value in this claim is dead. For `client_id` and `sub` only if it was issued at `at` or before (seconds since the epoch):
 * a client or user may be enabled again. A `grant_id` or `jti` never comes back, whatever the token's `iat`.
 */
export const revocation = z.object({
  claim: z.enum(['grant_id', 'jti', 'client_id', 'sub']),
  value: z.string().min(1),
  at: z.int().positive(),
});

/** Since when, in seconds since the epoch: an earlier answer's `iat`. Without it all that still matters is told. */
export const revocationsSince = z.string().regex(/^\d{1,12}$/);

/**
 * The claims of the signed feed of revocations: what was revoked since the time that was asked for, and until when that is known.
 * A resource server asks again with `?since=` the last `iat`.
 */
export const revocationsClaims = z.object({
  iss: z.string(),
  iat: z.int(),
  exp: z.int(),
  revocations: z.array(revocation),
});

export type Revocation = z.infer<typeof revocation>;
export type RevocationsClaims = z.infer<typeof revocationsClaims>;
