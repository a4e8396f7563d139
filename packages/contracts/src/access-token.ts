import * as z from 'zod';

/** The media type in the header of a JWT access token (RFC 9068 §2.1). */
export const ACCESS_TOKEN_TYPE = 'at+jwt';

/** The claims of a JWT access token (RFC 9068 §2.2). Times are seconds since the epoch. */
export const accessTokenClaims = z.object({
  iss: z.string(),
  sub: z.string().min(1),
  aud: z.union([z.string(), z.array(z.string()).min(1)]),
  client_id: z.string().min(1),
  iat: z.number(),
  exp: z.number(),
  jti: z.string().min(1),
  scope: z.string().optional(),
  /** When the user authenticated, if a user did (RFC 9068 §2.2.1). */
  auth_time: z.number().optional(),
  /** The grant that it was issued from, if a user gave one: what the server's feed of revocations names. */
  grant_id: z.string().optional(),
});

export type AccessTokenClaims = z.infer<typeof accessTokenClaims>;
