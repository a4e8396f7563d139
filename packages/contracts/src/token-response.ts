import * as z from 'zod';

/** A successful answer of the token endpoint (RFC 6749 §5.1). `scope` is always sent. */
export const tokenResponse = z.object({
  access_token: z.string().min(1),
  token_type: z.literal('Bearer'),
  expires_in: z.int().positive(),
  scope: z.string(),
  refresh_token: z.string().min(1).optional(),
});

export type TokenResponse = z.infer<typeof tokenResponse>;
