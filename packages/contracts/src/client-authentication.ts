import * as z from 'zod';
import { address } from './address.ts';
import { clientIdentifier } from './authorization-request.ts';

/** The one `client_assertion_type` (RFC 7523 §2.2). */
export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** What assertions may be signed with: nothing that both sides know the key of. EdDSA has two names (RFC 9864). */
export const assertionAlgorithms = ['ES256', 'PS256', 'RS256', 'EdDSA', 'Ed25519'] as const;

/** Characters. Longer ones are not even decoded. */
export const MAXIMUM_ASSERTION_LENGTH = 8_192;

export const MAXIMUM_JTI_LENGTH = 512;

/** `Authorization` with the client's name and secret, each form-encoded, then joined by a colon and in base64 (RFC 6749 §2.3.1). */
export const basicCredentials = z.string().regex(/^[Bb][Aa][Ss][Ii][Cc] [A-Za-z0-9+/]+={0,2}$/);

/**
 * How a client says in a form who it is, beside the endpoint's own parameters: with its secret (RFC 6749 §2.3.1), an assertion (RFC 7521 §4.2, RFC 7523 §2.2),
 * its name alone where it is public, or nothing where `Authorization` says it. Two ways at once are refused.
 */
export const clientAuthentication = z
  .object({
    client_id: clientIdentifier.optional(),
    client_secret: z.string().optional(),
    client_assertion: z.string().max(MAXIMUM_ASSERTION_LENGTH).optional().meta({ description: 'A JWT: ClientAssertionClaims.' }),
    client_assertion_type: z.literal(ASSERTION_TYPE).optional(),
  })
  .refine((sent) => (sent.client_assertion === undefined) === (sent.client_assertion_type === undefined), {
    error: 'client_assertion and client_assertion_type come together',
  })
  .refine((sent) => sent.client_secret === undefined || (sent.client_assertion === undefined && sent.client_id !== undefined), {
    error: 'a secret comes with client_id, and without an assertion',
  })
  .meta({
    dependentRequired: {
      client_assertion: ['client_assertion_type'],
      client_assertion_type: ['client_assertion'],
      client_secret: ['client_id'],
    },
    not: { required: ['client_secret', 'client_assertion'] },
  });

export type ClientAuthentication = z.infer<typeof clientAuthentication>;

/** The header of a client's assertion. A type, where it has one, says that it is an assertion (RFC 7515 §4.1.9, RFC 10070). */
export const clientAssertionHeader = z.object({
  alg: z.enum(assertionAlgorithms),
  kid: z.string().optional(),
  typ: z
    .string()
    .regex(/^(?:jwt|(?:application\/)?client-authentication\+jwt)$/i)
    // JSON Schema's patterns know no flags.
    .meta({ pattern: '^([Jj][Ww][Tt]|([Aa]pplication/)?[Cc]lient-[Aa]uthentication\\+[Jj][Ww][Tt])$' })
    .optional(),
});

/** The claims of a client's assertion (RFC 7523 §3, OpenID Connect Core §9). Both `iss` and `sub` are the client's name. Times are seconds since the epoch. */
export const clientAssertionClaims = z
  .object({
    iss: clientIdentifier,
    sub: clientIdentifier,
    /** The issuer that is asked, and nothing besides. */
    aud: z.union([address, z.array(address).length(1)]),
    /** An hour away at most. */
    exp: z.number(),
    iat: z.number().optional(),
    nbf: z.number().optional(),
    /** Counts once. */
    jti: z.string().min(1).max(MAXIMUM_JTI_LENGTH),
  })
  .refine(({ iss, sub }) => iss === sub, { error: 'iss and sub are the client' });

export type ClientAssertionClaims = z.infer<typeof clientAssertionClaims>;
