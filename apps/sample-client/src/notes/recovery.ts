import type { Access } from '../access/access.ts';
import { unionOfScopes } from '../sign-in/scope.ts';
import type { Wish } from '../sign-in/start.ts';
import type { Challenge } from './challenge.ts';

export type Operation = 'list' | 'add' | 'delete';

/** How often access was asked for again, for each operation that has not succeeded since. */
export type Tries = Partial<Record<Operation, number>>;

/** After so many requests for access an operation that is still refused will always be: asking again would be a loop. */
const MAXIMUM_TRIES = 2;

/**
 * What to ask the authorization server for, so that an operation succeeds that the API refused.
 * It is all that was asked before together with what the challenge names: a new token replaces the old one and must not be able to do less.
 *
 * @returns undefined when it was asked for often enough.
 */
export function recover(challenge: Challenge, access: Access, operation: Operation, tries: Tries): Wish | undefined {
  const count = tries[operation] ?? 0;
  if (count >= MAXIMUM_TRIES) return undefined;
  const scope = unionOfScopes(access.requestedScope ?? access.scope, challenge.scope);
  return {
    tries: { ...tries, [operation]: count + 1 },
    ...(scope !== undefined && { scope }),
    ...(challenge.metadataUrl !== undefined && { metadataUrl: challenge.metadataUrl }),
    ...(challenge.error === 'insufficient_user_authentication' && {
      ...(challenge.acrValues !== undefined && { acrValues: challenge.acrValues }),
      ...(challenge.maxAge !== undefined && { maxAge: challenge.maxAge }),
    }),
  };
}
