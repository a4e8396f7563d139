import { authorizationCodeRequest } from '@rolecall/contracts/token-request';
import type { Clock } from '@rolecall/storage/clock';
import type { AuthorizationCode, AuthorizationCodes } from '../../authorize/authorization-code.ts';
import { OAuthError } from '../../oauth-error.ts';
import { readMessage } from '../../parameters.ts';
import { findResource, scopesAt } from '../../resources/resolve-target.ts';
import type { Client, GrantStore, Resource, ResourceStore } from '../../stores/types.ts';
import type { IssueAccessToken } from '../issue-access-token.ts';
import { checkCodeVerifier } from '../pkce.ts';
import type { GrantHandler } from './grant.ts';

const NOT_VALID = 'The code is not valid: it is unknown, expired, used, or was issued to another client.';

/**
 * The authorization code grant (RFC 6749 §4.1.3, RFC 7636 §4.5).
 *
 * A request that fails a check does not use the code up: who can send the right one still may.
 * A second request that passes every check is a replay: it is refused, and the grant is revoked (RFC 6749 §4.1.2). Nothing new comes of a revoked grant;
 * a JWT that was issued from it before lives on until it expires, ten minutes at most.
 */
export function authorizationCodeGrant(options: {
  codes: AuthorizationCodes;
  grants: GrantStore;
  resources: ResourceStore;
  issueAccessToken: IssueAccessToken;
  clock: Clock;
}): GrantHandler {
  const { codes, grants, clock } = options;

  return async ({ client, form }) => {
    const { code, redirect_uri, code_verifier, resource } = readMessage(authorizationCodeRequest, form);
    const found = await codes.find(code);
    if (found === undefined || found.grant.clientId !== client.id) throw new OAuthError('invalid_grant', NOT_VALID);
    checkRedirectUri(client, found, redirect_uri);
    checkCodeVerifier(found.codeChallenge, code_verifier);
    const audience = chooseAudience(found, resource, await options.resources.list());

    // The one atomic step that lets exactly one redemption of a code go on is that its grant is recorded: durable before it is answered.
    const expired = found.expiresAt <= clock.now();
    if (expired || !(await grants.create(found.grant))) {
      await grants.revoke(found.grant.id, clock.now());
      const cause = expired ? 'the code has expired' : 'the code was redeemed before, or its user or client is gone';
      throw new OAuthError('invalid_grant', NOT_VALID, { cause });
    }

    return options.issueAccessToken({
      subject: found.grant.userId,
      clientId: client.id,
      audience: audience.identifier,
      scopes: scopesAt(audience, found.grant.scopes),
      authTime: found.authTime,
    });
  };
}

/**
 * Where it is sent it must be the one of the authorization request. OAuth 2.1 has PKCE in its place, so it may be absent (§10.2);
 * a client without PKCE has nothing else that binds the code to its redirect, and must send it (RFC 6749 §4.1.3).
 */
function checkRedirectUri(client: Client, code: AuthorizationCode, redirectUri: string | undefined): void {
  if (redirectUri === undefined && client.requirePkce) return;
  if (redirectUri !== code.redirectUri) throw new OAuthError('invalid_grant', 'redirect_uri is not the one of the authorization request.');
}

/** A token is for one resource (RFC 9700 §2.3): the asked one, or the only one that was granted. */
function chooseAudience(code: AuthorizationCode, asked: readonly string[], all: readonly Resource[]): Resource {
  const [first, ...others] = asked.length > 0 ? asked : code.grant.resources;
  if (first === undefined || others.length > 0) throw new OAuthError('invalid_target', 'Name the one resource that the token is for.');
  if (!code.grant.resources.includes(first)) throw new OAuthError('invalid_target', 'The resource was not part of the authorization.');
  return findResource(all, first);
}
