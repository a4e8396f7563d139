import * as z from 'zod';
import { resourceIndicator, scopeString } from './authorization-request.ts';

/**
 * The messages that a client may send to the token endpoint, told apart by `grant_type`, after client authentication.
 * Members that are not named are ignored (RFC 6749 §3.2).
 */
const common = { scope: scopeString.optional(), resource: z.array(resourceIndicator).optional() };

/** RFC 6749 §4.1.3, RFC 7636 §4.5. */
export const authorizationCodeRequest = z.object({
  grant_type: z.literal('authorization_code'),
  code: z.string(),
  redirect_uri: z.string().optional(),
  code_verifier: z.string().optional(),
  resource: common.resource,
});

/** RFC 6749 §4.4.2. */
export const clientCredentialsRequest = z.object({ grant_type: z.literal('client_credentials'), ...common });

export type AuthorizationCodeRequest = z.infer<typeof authorizationCodeRequest>;
export type ClientCredentialsRequest = z.infer<typeof clientCredentialsRequest>;
