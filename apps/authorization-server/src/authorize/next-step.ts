import type { OAuthErrorCode } from '@rolecall/contracts/error-codes';
import type { Client } from '../stores/types.ts';
import type { PendingRequest } from './pending-requests.ts';
import { isExactHttps } from './redirect-uri.ts';

/** Who is logged in, in this browser. */
export interface LoggedIn {
  userId: string;
  /** Milliseconds since the epoch. */
  authenticatedAt: number;
}

export type NextStep =
  | { kind: 'login' }
  | { kind: 'consent' }
  | { kind: 'issue'; user: LoggedIn }
  | { kind: 'error'; code: OAuthErrorCode; description: string };

/**
 * What an authorization request needs next. Everything that it depends on is an argument: the same facts always lead to the same step,
 * and login and consent simply come back here.
 *
 * @param agreed whether the user has agreed before to all that this request asks for.
 */
export function nextStep(pending: Omit<PendingRequest, 'browser'>, client: Client, user: LoggedIn | undefined, agreed: boolean): NextStep {
  const { request, createdAt, decision } = pending;
  const silent = request.prompt.includes('none');

  const mustLogIn = user === undefined || (request.prompt.includes('login') && user.authenticatedAt < createdAt);
  if (mustLogIn) return silent ? { kind: 'error', code: 'login_required', description: 'The user is not logged in.' } : { kind: 'login' };

  // A decision counts only for who took it: somebody else may have logged in since, in another tab.
  if (decision?.userId === user.userId) {
    if (!decision.approved) return { kind: 'error', code: 'access_denied', description: 'The user has refused.' };
    return { kind: 'issue', user };
  }

  const mustAsk = !agreed || !mayBeRemembered(client, request.redirectUri) || request.prompt.includes('consent');
  if (mustAsk)
    return silent ? { kind: 'error', code: 'consent_required', description: 'The user has not agreed to this.' } : { kind: 'consent' };
  return { kind: 'issue', user };
}

/**
 * Where nothing proves that it is the same client again (no secret, no https address that only it can answer at, a name that nobody vouches for),
 * earlier consent does not stand in for a question now (RFC 8252 §8.6, OAuth 2.1 §7.3.1).
 */
function mayBeRemembered(client: Client, redirectUri: string): boolean {
  return client.verified && (client.tokenEndpointAuthMethod !== 'none' || isExactHttps(redirectUri));
}
