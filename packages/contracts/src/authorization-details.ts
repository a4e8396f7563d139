import * as z from 'zod';

const texts = z.array(z.string()).optional();

/** One of a token's authorization details (RFC 9396 §2), with the members of its type's own. */
export const authorizationDetail = z.looseObject({
  type: z.string(),
  locations: texts,
  actions: texts,
  datatypes: texts,
  privileges: texts,
  identifier: z.string().optional(),
});

export type AuthorizationDetail = z.infer<typeof authorizationDetail>;
