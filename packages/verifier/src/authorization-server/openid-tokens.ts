import { Finding, notApplicable, notTried } from '../finding.ts';
import type { Fields } from '../http.ts';
import type { AuthorizationServer, Tokens } from './subject.ts';

/** Tokens of an OpenID Connect request. @throws Finding (`not applicable`, `not tried`) where there are none to be had. */
export async function openidTokens(server: AuthorizationServer, changes: Fields): Promise<Tokens> {
  if (server.metadata.scopes_supported?.includes('openid') !== true) return notApplicable('scopes_supported does not have openid');
  const scope = ['openid', server.scope].filter(Boolean).join(' ');
  try {
    const given = server.target.clients?.web;
    return await server.tokens(given ?? (await server.clients.another('web', { scope })), changes);
  } catch (error) {
    if (error instanceof Finding) notTried(`no tokens can be had with the scope openid: ${error.message}`);
    throw error;
  }
}
