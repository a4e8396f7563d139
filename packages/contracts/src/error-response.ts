import * as z from 'zod';
import { endpointErrors } from './error-codes.ts';

/** What a code or description may hold (RFC 6749 §5.2): printable ASCII without quote and backslash. */
export const errorText = z.string().regex(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/);

/** An error in JSON, of any authorization server (RFC 6749 §5.2). */
export const errorResponse = z.object({ error: errorText, error_description: errorText.optional() });

export type ErrorResponse = z.infer<typeof errorResponse>;

const errorOf = <const Codes extends readonly [string, ...string[]]>(codes: Codes) =>
  z.object({ error: z.enum(codes), error_description: errorText });

/** What each endpoint of ours may answer. The code says which status comes with it: `oauthErrorStatus`. */
export const tokenError = errorOf(endpointErrors.token);
export const introspectionError = errorOf(endpointErrors.introspect);
export const revocationError = errorOf(endpointErrors.revoke);
export const revocationsError = errorOf(endpointErrors.revocations);
export const registrationError = errorOf(endpointErrors.register);
export const registrationManagementError = errorOf(endpointErrors.manageRegistration);

export type TokenError = z.infer<typeof tokenError>;
export type IntrospectionError = z.infer<typeof introspectionError>;
export type RevocationError = z.infer<typeof revocationError>;
export type RevocationsError = z.infer<typeof revocationsError>;
export type RegistrationError = z.infer<typeof registrationError>;
export type RegistrationManagementError = z.infer<typeof registrationManagementError>;
