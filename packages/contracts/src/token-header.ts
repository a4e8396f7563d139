import * as z from 'zod';
import { ACCESS_TOKEN_TYPE } from './access-token.ts';
import { INTROSPECTION_JWT_TYPE } from './introspection.ts';
import { signingAlgorithm } from './jwks.ts';
import { REVOCATIONS_TYPE } from './revocations.ts';

/**
 * The header of all that the authorization server signs, exactly as it writes it. Anything more, `crit` above all, it has not written
 * (RFC 7515 §4.1.11, RFC 8725 §3.10). `kid` is the key's thumbprint (RFC 7638).
 */
export const tokenHeader = z.strictObject({ alg: signingAlgorithm, typ: z.string(), kid: z.string().regex(/^[A-Za-z0-9_-]{43}$/) });

/** Each kind of token says which it is (RFC 8725 §3.11). */
export const accessTokenHeader = tokenHeader.extend({ typ: z.literal(ACCESS_TOKEN_TYPE) });
export const introspectionJwtHeader = tokenHeader.extend({ typ: z.literal(INTROSPECTION_JWT_TYPE) });
export const revocationsHeader = tokenHeader.extend({ typ: z.literal(REVOCATIONS_TYPE) });

export type TokenHeader = z.infer<typeof tokenHeader>;
