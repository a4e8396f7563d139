import * as z from 'zod';
import { resourceIndicator } from './authorization-request.ts';
import { scopeString } from './scope.ts';

/** What a client sends to the token endpoint for each grant, beside its authentication. Members that are not named are ignored (RFC 6749 §3.2). */

/** RFC 6749 §4.1.3, RFC 7636 §4.5, RFC 8707 §2.2. Whether `code_verifier` is right, form included, is part of checking the code. */
export const authorizationCodeRequest = z.object({
  grant_type: z.literal('authorization_code'),
  code: z.string(),
  redirect_uri: z.string().optional(),
  code_verifier: z.string().optional(),
  resource: z.array(resourceIndicator).default([]),
});

/** RFC 6749 §6, RFC 8707 §2.2. */
export const refreshTokenRequest = z.object({
  grant_type: z.literal('refresh_token'),
  refresh_token: z.string(),
  scope: scopeString.optional(),
  resource: z.array(resourceIndicator).default([]),
});

/** RFC 6749 §4.4.2, RFC 8707 §2.2. */
export const clientCredentialsRequest = z.object({
  grant_type: z.literal('client_credentials'),
  scope: scopeString.optional(),
  resource: z.array(resourceIndicator).default([]),
});

/** What a client sends to the token endpoint: which grant it is for says what else belongs to it. */
export const tokenRequest = z.discriminatedUnion('grant_type', [authorizationCodeRequest, refreshTokenRequest, clientCredentialsRequest]);

export type TokenRequest = z.input<typeof tokenRequest>;
