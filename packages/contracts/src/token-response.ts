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

/** An error in JSON (RFC 6749 §5.2): printable ASCII without quote and backslash. */
export const errorResponse = z.object({
  error: z.string().regex(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/),
  error_description: z
    .string()
    .regex(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/)
    .optional(),
});
