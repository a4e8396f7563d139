import * as z from 'zod';

const nonEmpty = z.array(z.string()).min(1);

/** What a resource server says of itself (RFC 9728 §2). */
export const protectedResourceMetadata = z.object({
  resource: z.string(),
  authorization_servers: nonEmpty,
  scopes_supported: nonEmpty,
  bearer_methods_supported: z.tuple([z.literal('header')]),
  resource_name: z.string(),
});

export type ProtectedResourceMetadata = z.infer<typeof protectedResourceMetadata>;
