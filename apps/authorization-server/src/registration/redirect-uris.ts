import { isSafeRedirectUri } from '../authorize/redirect-uri.ts';
import { OAuthError } from '../oauth-error.ts';
import type { Client } from '../stores/types.ts';

/**
 * Refuses redirect URIs that no client may have, or not a client of this type (OAuth 2.1 §2.3, OpenID Connect Registration §2): a web application has https ones;
 * a native one also http on its own machine and private-use schemes (RFC 8252 §7).
 *
 * @param hosts host names, and private-use schemes with their colon, that policy allows; undefined: any.
 * @throws OAuthError `invalid_redirect_uri`
 */
export function checkRedirectUris(
  uris: readonly string[],
  applicationType: Client['applicationType'],
  hosts: readonly string[] | undefined,
): void {
  for (const uri of uris) {
    const problem = problemWith(uri, applicationType, hosts);
    if (problem !== undefined) throw new OAuthError('invalid_redirect_uri', `${uri.slice(0, 100)} ${problem}.`);
  }
}

function problemWith(uri: string, applicationType: Client['applicationType'], hosts: readonly string[] | undefined): string | undefined {
  // Parsers disagree about backslashes and missing slashes; wildcards and user information are how one address passes for another.
  if (!isSafeRedirectUri(uri) || /[\\*]/.test(uri)) return 'must be an absolute https URI without fragment and wildcard';
  const { protocol, hostname, username, password } = new URL(uri);
  const isWeb = protocol === 'https:' || protocol === 'http:';
  if (isWeb && !uri.toLowerCase().startsWith(`${protocol}//`)) return 'must have a host';
  if (username !== '' || password !== '') return 'must not have user information';
  if (applicationType === 'web' && protocol !== 'https:') return 'must be https, or application_type native';
  if (hosts !== undefined && !hosts.includes(isWeb ? hostname : protocol)) return 'is not on a host that may be registered here';
  return undefined;
}
