import * as z from 'zod';

/** Parameters that may be sent more than once (RFC 8707 §2, RFC 8693 §2.1). All others may not (RFC 6749 §3.1). */
export const repeatableParameters: ReadonlySet<string> = new Set(['resource', 'audience']);

/** An S256 code challenge: the unpadded base64url of a SHA-256 (RFC 7636 §4.2). */
export const codeChallenge = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

/** A code verifier: 43 to 128 unreserved characters (RFC 7636 §4.1). */
export const codeVerifier = z.string().regex(/^[A-Za-z0-9._~-]{43,128}$/);

/** A resource indicator: an absolute URI without fragment (RFC 8707 §2). */
export const resourceIndicator = z.string().refine((value) => URL.canParse(value) && !value.includes('#') && !/\s/.test(value), {
  error: 'must be an absolute URI without fragment',
});
