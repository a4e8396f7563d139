import * as z from 'zod';
import type { Answer, Http } from '../http.ts';

const strings = z.array(z.string()).optional();
const address = z.string().optional();

/** What the checks use of a resource's metadata (RFC 9728 §2). What is not there, or not of its type, is undefined; a check looks at that. */
const metadata = z.looseObject({
  resource: address.catch(undefined),
  authorization_servers: strings.catch(undefined),
  scopes_supported: strings.catch(undefined),
  bearer_methods_supported: strings.catch(undefined),
  jwks_uri: address.catch(undefined),
  signed_metadata: address.catch(undefined),
  dpop_signing_alg_values_supported: strings.catch(undefined),
  dpop_bound_access_tokens_required: z.boolean().optional().catch(undefined),
  authorization_details_types_supported: strings.catch(undefined),
});

export type ResourceMetadata = z.infer<typeof metadata>;

/** Where a resource's metadata is: the well-known part comes before the path and the query (RFC 9728 §3.1). */
export function metadataAddress(resource: string): string {
  const { origin, pathname, search } = new URL(resource);
  return `${origin}/.well-known/oauth-protected-resource${pathname === '/' ? '' : pathname}${search}`;
}

/** @returns undefined where there is no document */
export function readMetadata(answer: Answer): ResourceMetadata | undefined {
  if (answer.status !== 200) return undefined;
  try {
    const value: unknown = JSON.parse(answer.body);
    return metadata.safeParse(value).data;
  } catch {
    return undefined;
  }
}

/** What a resource says of itself, before anything is tried. */
export async function findMetadata(http: Http, resource: string): Promise<ResourceMetadata | undefined> {
  return readMetadata(await http.ask({ url: metadataAddress(resource) }));
}
