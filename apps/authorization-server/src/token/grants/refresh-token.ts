import { scopeTokens } from '@rolecall/contracts/scope';
import { refreshTokenRequest } from '@rolecall/contracts/token-request';
import type { Clock } from '@rolecall/storage/clock';
import type { AuditLog } from '../../audit/audit-log.ts';
import type { AskAccessTokenHook } from '../../hooks/access-token-hook.ts';
import { OAuthError } from '../../oauth-error.ts';
import { readMessage } from '../../parameters.ts';
import { randomToken, tokenHash } from '../../random.ts';
import { chooseAudience, onlyResource } from '../../resources/choose-audience.ts';
import { findResource, scopesAt } from '../../resources/resolve-target.ts';
import type { Revocations } from '../../revocation/revocations.ts';
import type { Client, RefreshTokenStore, Resource, ResourceStore, UsedGrant } from '../../stores/types.ts';
import type { AccessTokenContent, IssueAccessToken } from '../issue-access-token.ts';
import { GRACE_MILLISECONDS, lifetimesOf, type RefreshTokenLifetimes, rotationOf, successorOf } from '../refresh-token.ts';
import type { GrantHandler, GrantRequest } from './grant.ts';

const NOT_VALID = 'The refresh token is not valid: it is unknown, expired, revoked, used, or was issued to another client.';

/**
 * The refresh token grant (RFC 6749 §6). Rotation is one statement: of two requests with one token, at once or within the grace, both get the same successor;
 * later, or with an older token of the family, it is theft, and the grant ends in that same statement (RFC 9700 §4.14.2).
 */
export function refreshTokenGrant(options: {
  refreshTokens: RefreshTokenStore;
  resources: ResourceStore;
  revocations: Revocations;
  issueAccessToken: IssueAccessToken;
  askHook: AskAccessTokenHook | undefined;
  audit: AuditLog;
  lifetimes: RefreshTokenLifetimes;
  clock: Clock;
}): GrantHandler {
  const { refreshTokens, clock, audit, revocations } = options;

  return async ({ client, form, request }) => {
    const { refresh_token: presented, scope, resource } = readMessage(refreshTokenRequest, form);
    const all = await options.resources.list();
    const wanted = onlyResource(resource);
    const asked = {
      scopes: scope === undefined ? undefined : scopeTokens(scope),
      resource: wanted === undefined ? undefined : findResource(all, wanted).identifier,
    };
    const { idle } = lifetimesOf(client, options.lifetimes);
    const salt = randomToken('');
    const successor = successorOf(presented, salt);
    const hash = tokenHash(presented);
    refuseMeaningless(asked, all);
    // Before the token is used: who is refused here keeps it.
    const answer = options.askHook && (await askFirst(options.askHook, hash, asked, all, { client, request }));
    // Only now: a hook takes its time, and the grace begins with the use.
    const now = clock.now();
    const outcome = await refreshTokens.use({
      hash,
      clientId: client.id,
      now,
      successor: { hash: successor.hash, salt, expiresAt: now + idle * 1000 },
      grace: GRACE_MILLISECONDS,
      ...rotationOf(client, idle, clock),
      ...(asked.scopes !== undefined && { scopes: asked.scopes }),
      ...(asked.resource !== undefined && { resource: asked.resource }),
    });
    if (outcome === undefined) throw await refusal(hash, client, asked, all);
    const { grant } = outcome;
    if (outcome.kind === 'stolen') {
      audit.record(request, { type: 'refresh_token_reused', clientId: client.id, userId: grant.userId, grant: grant.id });
      await revocations.announce('grant', grant.id, clock.now());
      throw new OAuthError('invalid_grant', NOT_VALID, { cause: 'a rotated refresh token was used again: its grant has been ended' });
    }
    const content = contentOf(grant, asked, all, client.scopes);
    // A token that was rotated moments ago is answered once more and loses nothing: only then the hook has not been asked yet.
    const claims = answer === undefined ? await options.askHook?.(request, 'refresh_token', content) : answer.claims;
    const response = await options.issueAccessToken({ ...content, claims });
    audit.record(request, { type: 'token_refreshed', clientId: client.id, userId: grant.userId, grant: grant.id });
    switch (outcome.kind) {
      case 'rotated':
        return { ...response, refresh_token: successor.token };
      case 'repeated':
        return { ...response, refresh_token: successorOf(presented, outcome.successorSalt).token };
      case 'kept':
        return { ...response, refresh_token: presented };
    }
  };

  /** Asks the hook about the access token that is to come. Undefined when that is not certain yet: whether anything may come of it is for the use to say. */
  async function askFirst(
    ask: AskAccessTokenHook,
    hash: string,
    asked: Asked,
    all: readonly Resource[],
    { client, request }: Pick<GrantRequest, 'client' | 'request'>,
  ) {
    const found = await refreshTokens.find(hash, clock.now());
    if (found === undefined || !found.alive || found.grant.clientId !== client.id) return undefined;
    return { claims: await ask(request, 'refresh_token', contentOf(found.grant, asked, all, client.scopes)) };
  }

  /** Why nothing came of it. Asked only now, so that success is one statement. */
  async function refusal(hash: string, client: Client, asked: Asked, all: readonly Resource[]): Promise<Error> {
    const found = await refreshTokens.find(hash, clock.now());
    // Says what is asked for that the grant does not hold.
    if (found?.alive && found.grant.clientId === client.id) chooseAudience(found.grant, asked, all, client.scopes);
    return new OAuthError('invalid_grant', NOT_VALID);
  }
}

/** What the new access token is to be for, where the request says it. */
interface Asked {
  scopes: string[] | undefined;
  resource: string | undefined;
}

/** @throws OAuthError where the grant does not reach as far. */
function contentOf(grant: UsedGrant, asked: Asked, all: readonly Resource[], clientScopes: readonly string[]): AccessTokenContent {
  const { resource, scopes } = chooseAudience(grant, asked, all, clientScopes);
  return { subject: grant.userId, clientId: grant.clientId, resource, scopes, grantId: grant.id, authTime: grant.authTime };
}

/** @throws OAuthError `invalid_scope` for scopes that mean nothing at the resource: before the token is used, so that the client keeps it. */
function refuseMeaningless({ scopes, resource }: Asked, all: readonly Resource[]): void {
  if (scopes === undefined || resource === undefined) return;
  if (scopesAt(findResource(all, resource), scopes).length === 0)
    throw new OAuthError('invalid_scope', 'None of the scopes exists at this resource.');
}
