import * as z from 'zod';
import { address } from '../address.ts';
import { bearerErrorCodes } from '../error-codes.ts';
import { errorText } from '../error-response.ts';
import { scopeString } from '../scope.ts';

/** A `WWW-Authenticate` value as a resource server writes it: a challenge for each scheme. */
export const challengeHeader = z.string().regex(/^(?:Bearer|DPoP) realm="[^"]*"(?:, .+)?$/);

/** The parameters of one challenge (RFC 6750 §3, RFC 9449 §7.1, RFC 9470 §3, RFC 9728 §5.1). Where a request carried no credentials there is no error. */
export const challengeParameters = z.object({
  realm: z.string(),
  resource_metadata: address,
  error: z.enum(bearerErrorCodes).optional(),
  error_description: errorText.optional(),
  scope: scopeString.optional(),
  /** The algorithms of proofs: in DPoP's challenge alone. */
  algs: z.string().optional(),
  /** With `insufficient_user_authentication`: in which ways, and how recently in seconds. */
  acr_values: z.string().optional(),
  max_age: z.string().regex(/^\d+$/).optional(),
});
