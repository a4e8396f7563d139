import * as z from 'zod';

/** What the claims of a hook may take up in a token, in bytes of JSON: clients send it with every request, and servers limit their headers. */
const MAXIMUM_CLAIMS_BYTES = 4_096;

/**
 * Claims that mean something to the protocol, in a token or in what introspection says of one. Only this server says these
 * (RFC 9068 §2.2, RFC 7662 §2.2, RFC 7800 §3.1, RFC 8693 §4.1, RFC 9396 §9, RFC 9470 §6; `nonce` and the hashes tell an ID token, RFC 8725 §3.11).
 */
const PROTOCOL_CLAIMS: ReadonlySet<string> = new Set([
  ...['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti'],
  ...['client_id', 'scope', 'auth_time', 'acr', 'amr', 'azp', 'sid', 'grant_id'],
  ...['cnf', 'act', 'may_act', 'authorization_details'],
  ...['active', 'token_type', 'username', 'token_introspection'],
  ...['nonce', 'at_hash', 'c_hash', 's_hash', 'events', 'revocations', 'status', 'typ'],
]);

/** A plain name or a URI (RFC 7519 §4.2). */
const claimName = z.string().regex(/^[A-Za-z][\w.:/#~-]{0,127}$/, 'the name of a claim must be a plain word or a URI');

const addedClaims = z.record(
  claimName.refine((name) => !PROTOCOL_CLAIMS.has(name), {
    error: (issue) => `the claim ${String(issue.input)} belongs to the protocol and cannot be set`,
  }),
  z.json(),
);

/** What a hook may answer. */
export const hookResult = z.union([
  z.undefined(),
  z.strictObject({
    claims: addedClaims
      .refine(
        (claims) => Buffer.byteLength(JSON.stringify(claims)) <= MAXIMUM_CLAIMS_BYTES,
        `the claims are larger than ${MAXIMUM_CLAIMS_BYTES} bytes`,
      )
      .optional(),
  }),
  z.strictObject({ deny: z.strictObject({ description: z.string().min(1).max(200) }) }),
]);
