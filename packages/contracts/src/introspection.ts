import * as z from 'zod';

/** What a resource server sends to the introspection endpoint (RFC 7662 §2.1), and a client to the revocation endpoint (RFC 7009 §2.1). A hint that is wrong does no harm. */
export const tokenInQuestion = z.object({
  token: z.string(),
  token_type_hint: z.string().optional(),
});

/** What introspection says of a token (RFC 7662 §2.2). Of one that is not active it says nothing else. Times are seconds since the epoch. */
export const introspectionResponse = z.discriminatedUnion('active', [
  z.object({
    active: z.literal(true),
    iss: z.string(),
    sub: z.string(),
    client_id: z.string(),
    scope: z.string().optional(),
    exp: z.number(),
    iat: z.number(),
    aud: z.union([z.string(), z.array(z.string())]).optional(),
    jti: z.string().optional(),
    token_type: z.string().optional(),
    auth_time: z.number().optional(),
    username: z.string().optional(),
    grant_id: z.string().optional(),
  }),
  z.strictObject({ active: z.literal(false) }),
]);

export type IntrospectionResponse = z.infer<typeof introspectionResponse>;

/** The media type of an introspection response that is a JWT, without `application/` (RFC 9701 §4, §5): what a caller accepts, and the `typ` in the header. */
export const INTROSPECTION_JWT_TYPE = 'token-introspection+jwt';

/**
 * The claims of an introspection response that is a JWT (RFC 9701 §5). `aud` is the client id of the resource server that asked. What is said of the token
 * is inside alone: with `sub` or `exp` beside it the response could be taken for an access token (§8.1).
 */
export const introspectionJwtClaims = z.strictObject({
  iss: z.string(),
  aud: z.string(),
  iat: z.int(),
  token_introspection: introspectionResponse,
});

export type IntrospectionJwtClaims = z.infer<typeof introspectionJwtClaims>;
