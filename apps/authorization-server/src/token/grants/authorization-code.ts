import { authorizationCodeRequest } from '@rolecall/contracts/token-request';
import type { Clock } from '@rolecall/storage/clock';
import type { AuditLog } from '../../audit/audit-log.ts';
import type { AuthorizationCode, AuthorizationCodes } from '../../authorize/authorization-code.ts';
import type { AskAccessTokenHook } from '../../hooks/access-token-hook.ts';
import { OAuthError } from '../../oauth-error.ts';
import { readMessage } from '../../parameters.ts';
import { chooseAudience, onlyResource } from '../../resources/choose-audience.ts';
import type { Revocations } from '../../revocation/revocations.ts';
import type { Client, Grant, GrantStore, ResourceStore } from '../../stores/types.ts';
import type { IssueAccessToken } from '../issue-access-token.ts';
import { checkCodeVerifier } from '../pkce.ts';
import { lifetimesOf, newRefreshToken, type RefreshTokenLifetimes } from '../refresh-token.ts';
import type { GrantHandler } from './grant.ts';

const NOT_VALID = 'The code is not valid: it is unknown, expired, used, or was issued to another client.';

/**
 * The authorization code grant (RFC 6749 §4.1.3, RFC 7636 §4.5).
 *
 * A request that fails a check does not use the code up: who can send the right one still may.
 * A second request that passes every check is a replay: it is refused, and the grant ends with all that was issued from it (RFC 6749 §4.1.2).
 */
export function authorizationCodeGrant(options: {
  codes: AuthorizationCodes;
  grants: GrantStore;
  resources: ResourceStore;
  revocations: Revocations;
  issueAccessToken: IssueAccessToken;
  askHook: AskAccessTokenHook | undefined;
  audit: AuditLog;
  clock: Clock;
  lifetimes: RefreshTokenLifetimes;
  /** Seconds: the longest that an access token may live. */
  accessTokenLifetime: number;
}): GrantHandler {
  const { codes, grants, clock, audit } = options;

  return async ({ client, form, request }) => {
    const { code, redirect_uri, code_verifier, resource } = readMessage(authorizationCodeRequest, form);
    const found = await codes.find(code);
    if (found === undefined || found.grant.clientId !== client.id) throw new OAuthError('invalid_grant', NOT_VALID);
    checkRedirectUri(client, found, redirect_uri);
    checkCodeVerifier(found.codeChallenge, code_verifier);
    const audience = chooseAudience(
      found.grant,
      { scopes: undefined, resource: onlyResource(resource) },
      await options.resources.list(),
      client.scopes,
    );

    const content = {
      subject: found.grant.userId,
      clientId: client.id,
      resource: audience.resource,
      scopes: audience.scopes,
      grantId: found.grant.id,
      authTime: found.grant.authTime,
    };
    const now = clock.now();
    const refuse = async (cause: string): Promise<never> => {
      const replayed = await grants.revoke(found.grant.id, now);
      await options.revocations.announce('grant', found.grant.id, clock.now());
      const { id, userId } = found.grant;
      if (replayed) audit.record(request, { type: 'code_replayed', clientId: client.id, userId, grant: id });
      throw new OAuthError('invalid_grant', NOT_VALID, { cause });
    };
    if (found.expiresAt <= now) return refuse('the code has expired');
    // Before the code is used up: who is refused here may try again. But a replay is one, whatever the hook says of it.
    const claims = await options.askHook?.(request, 'authorization_code', content).catch(async (refused: unknown) => {
      if ((await grants.find(found.grant.id)) !== undefined) return refuse('the code was redeemed before');
      throw refused;
    });
    const refreshToken = client.grantTypes.includes('refresh_token') ? newRefreshToken() : undefined;
    const { idle, absolute } = lifetimesOf(client, options.lifetimes);
    const grant: Grant = {
      ...found.grant,
      createdAt: now,
      expiresAt: now + (refreshToken === undefined ? options.accessTokenLifetime : absolute) * 1000,
    };
    // The one atomic step that lets exactly one redemption of a code go on is that its grant is recorded: durable before it is answered.
    const created = await grants.create(
      grant,
      refreshToken && { hash: refreshToken.hash, expiresAt: Math.min(now + idle * 1000, grant.expiresAt) },
    );
    if (!created) return refuse('the code was redeemed before, or its user or client is gone');

    audit.record(request, { type: 'code_redeemed', clientId: client.id, userId: grant.userId, grant: grant.id });
    const response = await options.issueAccessToken({ ...content, claims });
    return refreshToken === undefined ? response : { ...response, refresh_token: refreshToken.token };
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
