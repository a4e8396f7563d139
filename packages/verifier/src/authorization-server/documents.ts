import { metadataAddresses } from './metadata.ts';
import type { AuthorizationServer } from './subject.ts';

/** A metadata document, with all of its members. */
export interface MetadataDocument {
  kind: 'oauth' | 'openid';
  url: string;
  content: Record<string, unknown>;
}

/** The documents that the server publishes: one or both (RFC 8414 §3, OpenID Connect Discovery §4). */
export async function documents({ http, issuer }: AuthorizationServer): Promise<MetadataDocument[]> {
  const addresses = metadataAddresses(issuer);
  const found: MetadataDocument[] = [];
  for (const kind of ['oauth', 'openid'] as const) {
    const answer = await http.ask({ url: addresses[kind] });
    if (answer.status === 200) found.push({ kind, url: addresses[kind], content: answer.json() });
  }
  return found;
}

/** A member that has to be a list of strings where it is there at all. */
export function listOf(content: Record<string, unknown>, member: string): string[] | undefined {
  const value = content[member];
  return Array.isArray(value) && value.every((each) => typeof each === 'string') ? value : undefined;
}
