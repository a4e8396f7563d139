import { z } from 'zod';

/** Every error code that a requirement may expect, also of what is not built yet. */
export const expectedErrors = [
  // RFC 6749 §4.1.2.1 and §5.2
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'unsupported_response_type',
  'invalid_scope',
  'access_denied',
  'server_error',
  'temporarily_unavailable',
  // RFC 6750 §3.1, RFC 9470 §3, RFC 9449 §5 and §8
  'invalid_token',
  'insufficient_scope',
  'insufficient_user_authentication',
  'invalid_dpop_proof',
  'use_dpop_nonce',
  // RFC 7009 §2.2.1, RFC 7591 §3.2.2, RFC 8628 §3.5
  'unsupported_token_type',
  'invalid_redirect_uri',
  'invalid_client_metadata',
  'invalid_software_statement',
  'unapproved_software_statement',
  'authorization_pending',
  'slow_down',
  'expired_token',
  // RFC 8707 §2, RFC 9101 §7, RFC 9396 §5
  'invalid_target',
  'invalid_request_uri',
  'invalid_request_object',
  'request_not_supported',
  'request_uri_not_supported',
  'invalid_authorization_details',
  // OpenID Connect Core §3.1.2.6 and its extension
  'login_required',
  'consent_required',
  'interaction_required',
  'registration_not_supported',
  'unmet_authentication_requirements',
] as const;

const error = z.enum(expectedErrors);
const status = z.int().min(200).max(599);
/** In which of several cases this is expected; without it, in each. */
const when = z.string().min(1).optional();

/** What can be seen when a requirement is met, and where. */
export const outcome = z.discriminatedUnion('where', [
  /** A response in JSON; with an error code it is an error of RFC 6749 §5.2. */
  z.strictObject({ where: z.literal('json'), status, error: error.optional(), when }),
  /** 302 or 303 to an address of the client: with a code or what else was asked for, or with an error, and always with `state` and `iss`. */
  z.strictObject({ where: z.literal('redirect'), error: error.optional(), when }),
  /** A page for people, without any redirect. */
  z.strictObject({ where: z.literal('page'), status, when }),
  /** `WWW-Authenticate` with this scheme; without an error code it says nothing of an error. */
  z.strictObject({ where: z.literal('challenge'), status, scheme: z.enum(['Basic', 'Bearer', 'DPoP']), error: error.optional(), when }),
  /** Any other response. */
  z.strictObject({ where: z.literal('answer'), status, when }),
  /** What a published document (metadata, key set) says. */
  z.strictObject({ where: z.literal('document'), when }),
  /** What a token says, or its introspection. */
  z.strictObject({ where: z.literal('token'), when }),
  /** The message that the tested party sends, or the next one that it makes possible. */
  z.strictObject({ where: z.literal('request'), when }),
  /** Nothing: no message follows, nothing appears. */
  z.strictObject({ where: z.literal('none'), when }),
]);

export type Outcome = z.infer<typeof outcome>;
type ErrorCode = (typeof expectedErrors)[number];
/** The case that an outcome is for, as a member that is there or not. */
const inCase = (text: string | undefined) => (text === undefined ? {} : { when: text });
const withCode = (code: ErrorCode | undefined) => (code === undefined ? {} : { error: code });

export const json = (status: number, code?: ErrorCode, when?: string): Outcome => ({
  where: 'json',
  status,
  ...withCode(code),
  ...inCase(when),
});
export const redirect = (code?: ErrorCode, when?: string): Outcome => ({ where: 'redirect', ...withCode(code), ...inCase(when) });
export const page = (status = 400, when?: string): Outcome => ({ where: 'page', status, ...inCase(when) });
export const challenge = (status: number, scheme: 'Basic' | 'Bearer' | 'DPoP', code?: ErrorCode, when?: string): Outcome => ({
  where: 'challenge',
  status,
  scheme,
  ...withCode(code),
  ...inCase(when),
});
export const answer = (status: number, when?: string): Outcome => ({ where: 'answer', status, ...inCase(when) });
export const document = (when?: string): Outcome => ({ where: 'document', ...inCase(when) });
export const token = (when?: string): Outcome => ({ where: 'token', ...inCase(when) });
export const request = (when?: string): Outcome => ({ where: 'request', ...inCase(when) });
export const nothing = (when?: string): Outcome => ({ where: 'none', ...inCase(when) });
