import * as z from 'zod';
import { address } from './address.ts';
import { endpointErrors } from './error-codes.ts';
import { errorText } from './error-response.ts';

/** As it was sent, if it was. */
const state = z.string().optional();

/** The issuer that answers, letter by letter: in every answer, so that a client can tell servers apart (RFC 9207 §2). */
const iss = address;

/** What a browser brings back to the client when access was granted (RFC 6749 §4.1.2). */
export const authorizationGranted = z.object({ code: z.string().min(1), state, iss });

/** What a browser brings back when it was not (RFC 6749 §4.1.2.1). */
export const authorizationRefused = z.object({
  error: z.enum(endpointErrors.authorize),
  error_description: errorText,
  state,
  iss,
});

/** All that an authorization server of ours has a browser bring to a redirect URI. */
export const authorizationResponse = z.union([authorizationGranted, authorizationRefused]);

export type AuthorizationResponse = z.infer<typeof authorizationResponse>;
