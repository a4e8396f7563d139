import { BearerError } from '@rolecall/contracts/bearer/error';
import type { Clock } from '@rolecall/storage/clock';
import type { AccessToken } from './token/access-token.ts';

/** What a request needs to be let in. */
export interface Requirement {
  /** All of them. */
  scopes: readonly string[];
  /** The user must have authenticated so many seconds ago at the most (RFC 9470). */
  maxAge?: number;
  /** The user must have authenticated in one of these ways (RFC 9470). */
  acrValues?: readonly string[];
}

/** @throws BearerError where a token, good in itself, does not meet a requirement. */
export type CheckRequirement = (token: AccessToken, requirement: Requirement) => void;

/** @param implies for each scope the narrower ones that it brings with it. */
export function createRequirementCheck(implies: Readonly<Record<string, readonly string[]>>, clock: Clock): CheckRequirement {
  const implied = new Map(Object.entries(implies));

  const requireLogin = ({ authenticatedAt, acr }: AccessToken, { maxAge, acrValues }: Requirement): void => {
    // So written that with NaN for an age every login is too old, and not none.
    const tooOld = maxAge !== undefined && !(authenticatedAt !== undefined && clock.now() / 1000 - authenticatedAt <= maxAge);
    const tooWeak = acrValues !== undefined && (acr === undefined || !acrValues.includes(acr));
    if (tooOld || tooWeak)
      throw new BearerError('insufficient_user_authentication', 'the user has to log in again, or in a stronger way, for this');
  };

  const requireScopes = ({ scopes }: AccessToken, needed: readonly string[]): void => {
    const granted = new Set([...scopes].flatMap((scope) => [scope, ...(implied.get(scope) ?? [])]));
    if (!needed.every((scope) => granted.has(scope)))
      throw new BearerError('insufficient_scope', 'the access token lacks a scope that this needs');
  };

  return (token, requirement) => {
    // How the user authenticated comes first: with a new login the scopes may be others, too (RFC 9470 §3).
    requireLogin(token, requirement);
    requireScopes(token, requirement.scopes);
  };
}
