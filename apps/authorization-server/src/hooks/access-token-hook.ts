import type { AuditedRequest, AuditLog } from '../audit/audit-log.ts';
import { OAuthError } from '../oauth-error.ts';
import type { AccessTokenContent } from '../token/issue-access-token.ts';
import { hookResult } from './added-claims.ts';
import type { AccessTokenHookContext, OnAccessToken } from './types.ts';

/**
 * Asks the hook about a token that is about to be issued, and answers the claims that it adds. To be asked before anything is used up: who is refused has lost nothing.
 *
 * The function throws OAuthError: `access_denied` where the hook forbids it; `server_error` where it throws or answers nonsense,
 * `temporarily_unavailable` where it takes too long: without its word nothing is issued.
 */
export type AskAccessTokenHook = (
  request: AuditedRequest,
  grantType: string,
  content: AccessTokenContent,
) => Promise<Readonly<Record<string, unknown>> | undefined>;

/** @param options.timeout milliseconds. */
export function createAccessTokenHook(options: { onAccessToken: OnAccessToken; timeout: number; audit: AuditLog }): AskAccessTokenHook {
  return async (request, grantType, content) => {
    const over = new AbortController();
    const context = contextOf(grantType, content, over.signal);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        over.abort();
        reject(new OAuthError('temporarily_unavailable', 'The request could not be decided in time.', { cause: 'the hook took too long' }));
      }, options.timeout);
    });
    // In a promise, so that one that throws at once is caught like one that rejects.
    const answer = Promise.resolve()
      .then(() => options.onAccessToken(context))
      .catch((cause: unknown) => {
        throw undecided(cause);
      });
    const result = hookResult.safeParse(await Promise.race([answer, late]).finally(() => clearTimeout(timer)));
    if (!result.success)
      throw undecided(`the answer of the hook is not valid: ${result.error.issues.map(({ message }) => message).join('; ')}`);
    if (result.data === undefined || !('deny' in result.data)) return result.data?.claims;

    const { description } = result.data.deny;
    const { clientId, userId, resource } = context;
    options.audit.record(request, {
      type: 'issuance_vetoed',
      clientId,
      ...(userId !== undefined && { userId }),
      grantType,
      resource,
      reason: description,
    });
    throw new OAuthError('access_denied', description);
  };
}

function undecided(cause: unknown): OAuthError {
  return new OAuthError('server_error', 'The request could not be decided.', { cause });
}

function contextOf(grantType: string, content: AccessTokenContent, signal: AbortSignal): AccessTokenHookContext {
  const { subject, clientId, resource, scopes, grantId, authTime } = content;
  return Object.freeze({
    grantType,
    clientId,
    resource: resource.identifier,
    scopes: Object.freeze([...scopes]),
    signal,
    ...(subject !== clientId && { userId: subject }),
    ...(grantId !== undefined && { grantId }),
    ...(authTime !== undefined && { authTime }),
  });
}
