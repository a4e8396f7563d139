import { Finding, notTried } from '../finding.ts';
import type { Http } from '../http.ts';

/** Where a server's metadata may be: RFC 8414 §3.1, where the well-known part comes before an issuer's path, and OpenID Connect Discovery §4, where it comes after it. */
export function metadataAddresses(issuer: string): { oauth: string; openid: string } {
  const url = new URL(issuer);
  const path = url.pathname.replace(/\/$/, '');
  return {
    oauth: `${url.origin}/.well-known/oauth-authorization-server${path}`,
    openid: `${url.origin}${path}/.well-known/openid-configuration`,
  };
}

/** A metadata document, with all of its members. */
export interface MetadataDocument {
  kind: 'oauth' | 'openid';
  url: string;
  content: Record<string, unknown>;
}

/**
 * The documents that a server publishes: one or both (RFC 8414 §3, OpenID Connect Discovery §4). An address where there is something else, such as the
 * page of a catch-all, has none.
 *
 * @throws Finding (`not tried`) where neither document is there: nothing else can be known then.
 */
export async function documents({ http, issuer }: { http: Http; issuer: string }): Promise<MetadataDocument[]> {
  const addresses = metadataAddresses(issuer);
  const found: MetadataDocument[] = [];
  const seen: string[] = [];
  for (const kind of ['oauth', 'openid'] as const) {
    const url = addresses[kind];
    try {
      const answer = await http.ask({ url });
      if (answer.status === 200) found.push({ kind, url, content: answer.json() });
      else seen.push(`${answer.to} answered ${answer.status}`);
    } catch (error) {
      if (!(error instanceof Finding)) throw error;
      seen.push(error.message);
    }
  }
  return found.length > 0 ? found : notTried(`there is no metadata: ${seen.join(', ')}`);
}

/** A member that has to be a list of strings where it is there at all. */
export function listOf(content: Record<string, unknown>, member: string): string[] | undefined {
  const value = content[member];
  return Array.isArray(value) && value.every((each) => typeof each === 'string') ? value : undefined;
}
