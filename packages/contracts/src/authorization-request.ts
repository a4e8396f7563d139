import * as z from 'zod';
import { scopeString } from './scope.ts';

/** Parameters that may be sent more than once (RFC 8707 §2, RFC 8693 §2.1). All others may not (RFC 6749 §3.1). */
export const repeatableParameters: ReadonlySet<string> = new Set(['resource', 'audience']);

/** An S256 code challenge: the unpadded base64url of a SHA-256 (RFC 7636 §4.2). */
export const codeChallenge = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

/** A code verifier: 43 to 128 unreserved characters (RFC 7636 §4.1). */
export const codeVerifier = z.string().regex(/^[A-Za-z0-9._~-]{43,128}$/);

/** A resource indicator: an absolute URI without fragment (RFC 8707 §2). */
export const resourceIndicator = z
  .string()
  .refine((value) => URL.canParse(value) && !value.includes('#') && !/\s/.test(value), {
    error: 'must be an absolute URI without fragment',
  })
  .meta({ description: 'An absolute URI without fragment (RFC 8707 §2).', pattern: '^[A-Za-z][A-Za-z0-9+.\\-]*:[^\\s#]*$' });

/** Visible ASCII and spaces (RFC 6749 appendix A.1). */
export const CLIENT_IDENTIFIER = /^[\x20-\x7e]{1,256}$/;

/** A client's name at the authorization server. */
export const clientIdentifier = z.string().regex(CLIENT_IDENTIFIER);

/** What is kept for an hour, for anybody who asks, has to be small. */
export const MAXIMUM_STATE_LENGTH = 4_096;

/**
 * What a client has a browser bring to the authorization endpoint (RFC 6749 §4.1.1, RFC 7636 §4.3, RFC 8707 §2.1, OpenID Connect Core §3.1.2.1 for `prompt` and `login_hint`).
 * Parameters that are not named are ignored (RFC 6749 §3.1), but `request` and `request_uri`: those are refused.
 */
export const authorizationRequest = z
  .object({
    response_type: z.literal('code'),
    client_id: clientIdentifier,
    redirect_uri: z.string().optional().meta({ description: 'As it is registered. May be left out by a client that has one only.' }),
    scope: scopeString.optional(),
    state: z.string().max(MAXIMUM_STATE_LENGTH).optional(),
    code_challenge: codeChallenge.optional().meta({ description: 'Needed, unless the client was registered as one that cannot.' }),
    code_challenge_method: z.literal('S256').optional(),
    response_mode: z.literal('query').optional(),
    prompt: z
      .string()
      .regex(/^(?:none|(?!(?:.* )?none(?: |$)).*)$/)
      .optional()
      .meta({ description: 'Values separated by spaces, of which `none`, `login` and `consent` are known. `none` stands alone.' }),
    login_hint: z.string().optional(),
    resource: z.array(resourceIndicator).default([]),
  })
  .refine((request) => (request.code_challenge === undefined) === (request.code_challenge_method === undefined), {
    error: 'code_challenge and code_challenge_method come together',
  })
  .meta({
    dependentRequired: { code_challenge: ['code_challenge_method'], code_challenge_method: ['code_challenge'] },
  });

export type AuthorizationRequest = z.input<typeof authorizationRequest>;
