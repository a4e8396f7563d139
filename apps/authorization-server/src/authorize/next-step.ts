import type { OAuthErrorCode } from '@rolecall/contracts/error-codes';
import type { Client, ConsentedScopes } from '../stores/types.ts';
import type { AuthorizationRequest, Target } from './authorization-request.ts';
import type { PendingRequest } from './pending-requests.ts';
import { isExactHttps } from './redirect-uri.ts';

/** Who is logged in, in this browser. */
export interface LoggedIn {
  userId: string;
  /** Milliseconds since the epoch. */
  authenticatedAt: number;
  /** The pending request that the login was for, if it was for one. */
  during?: string;
}

export type NextStep =
  | { kind: 'login' }
  | { kind: 'consent' }
  /** `granted` is what the user agreed to: all that was asked for, or a part of it. */
  | { kind: 'issue'; user: LoggedIn; granted: Target[] }
  | { kind: 'error'; code: OAuthErrorCode; description: string };

/**
 * What an authorization request needs next. Everything that it depends on is an argument: the same facts always lead to the same step,
 * and login and consent simply come back here.
 *
 * @param pending with its id, where the request is kept already.
 * @param consented what the user has decided before about this client, by resource.
 */
export function nextStep(
  pending: Omit<PendingRequest, 'browser'> & { id?: string },
  client: Client,
  user: LoggedIn | undefined,
  consented: ReadonlyMap<string, ConsentedScopes>,
): NextStep {
  const { request, decision } = pending;
  const silent = request.prompt.includes('none');

  const mustLogIn = user === undefined || (request.prompt.includes('login') && !isLoginFor(pending, user));
  if (mustLogIn) return silent ? { kind: 'error', code: 'login_required', description: 'The user is not logged in.' } : { kind: 'login' };

  // A decision counts only for who took it: somebody else may have logged in since, in another tab.
  if (decision?.userId === user.userId) return answer(user, decision.agreed);

  const decided = decidedBefore(request, consented);
  const mustAsk = decided === undefined || !mayBeRemembered(client, request.redirectUri) || request.prompt.includes('consent');
  if (mustAsk)
    return silent ? { kind: 'error', code: 'consent_required', description: 'The user has not agreed to this.' } : { kind: 'consent' };
  return answer(user, decided);
}

function answer(user: LoggedIn, granted: Target[]): NextStep {
  if (granted.length === 0) return { kind: 'error', code: 'access_denied', description: 'The user has refused.' };
  return { kind: 'issue', user, granted };
}

/** Whether the login came after the request: it was made for it, or later by the clock. The clocks of two instances may differ, so the first is asked first. */
function isLoginFor(pending: { id?: string; createdAt: number }, user: LoggedIn): boolean {
  return (pending.id !== undefined && user.during === pending.id) || user.authenticatedAt >= pending.createdAt;
}

/**
 * What the user agreed to before, of what is asked for; what was refused stays refused, and is not asked for in a loop.
 * Undefined when there is a scope that the user was never asked about at its resource: consent never stretches (RFC 9700 §2.3).
 */
export function decidedBefore(request: AuthorizationRequest, consented: ReadonlyMap<string, ConsentedScopes>): Target[] | undefined {
  const decided: Target[] = [];
  for (const { resource, scopes } of request.targets) {
    const there = consented.get(resource);
    if (there === undefined || !scopes.every((scope) => there.agreed.has(scope) || there.refused.has(scope))) return undefined;
    const agreed = scopes.filter((scope) => there.agreed.has(scope));
    if (agreed.length > 0) decided.push({ resource, scopes: agreed });
  }
  return decided;
}

/**
 * Where nothing proves that it is the same client again (no secret, no https address that only it can answer at, a name that nobody vouches for),
 * earlier consent does not stand in for a question now (RFC 8252 §8.6, OAuth 2.1 §7.3.1).
 */
function mayBeRemembered(client: Client, redirectUri: string): boolean {
  return client.verified && (client.tokenEndpointAuthMethod !== 'none' || isExactHttps(redirectUri));
}
