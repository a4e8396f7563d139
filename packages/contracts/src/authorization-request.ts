import * as z from 'zod';
import { scopeString } from './scope.ts';

/**
 * The parameters of an authorization request that an authorization server acts on (RFC 6749 §4.1.1, RFC 7636 §4.3, RFC 8707 §2).
 * Others are ignored (RFC 6749 §3.1). What each may be, and which error answers what it may not be, is the server's ordered table of checks.
 */
export const authorizationRequestParameters = [
  'client_id',
  'redirect_uri',
  'response_type',
  'response_mode',
  'scope',
  'state',
  'code_challenge',
  'code_challenge_method',
  'prompt',
  'login_hint',
  'request',
  'request_uri',
] as const;

/** Parameters that may be sent more than once (RFC 8707 §2). All others may not (RFC 6749 §3.1). */
export const repeatableParameters: ReadonlySet<string> = new Set(['resource', 'audience']);

/** An S256 code challenge: the unpadded base64url of a SHA-256 (RFC 7636 §4.2). */
export const codeChallenge = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

/** A code verifier: 43 to 128 unreserved characters (RFC 7636 §4.1). */
export const codeVerifier = z.string().regex(/^[A-Za-z0-9._~-]{43,128}$/);

/** A resource indicator: an absolute URI without fragment (RFC 8707 §2). */
export const resourceIndicator = z.string().refine((value) => URL.canParse(value) && !value.includes('#') && !/\s/.test(value));

export { scopeString };
