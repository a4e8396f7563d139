import type { WWWAuthenticateChallenge } from 'oauth4webapi';
import { metadataUrlOf } from '../discovery/resource.ts';
import { LONGEST_SCOPE } from '../sign-in/scope.ts';

/** Characters. */
const LONGEST_ACR_VALUES = 1_000;

/** Why the API wants another access token than the one that it got. */
export interface Challenge {
  error: 'invalid_token' | 'insufficient_scope' | 'insufficient_user_authentication';
  /** The scope that the operation needs (RFC 6750 §3). */
  scope?: string;
  /** How the user has to be authenticated, and how many seconds ago at most (RFC 9470 §3). */
  acrValues?: string;
  maxAge?: string;
  /** Where the API's metadata is (RFC 9728 §5.1). */
  metadataUrl?: string;
}

/**
 * What an answer of the API asks for; undefined when a new token would not help.
 *
 * @param challenges what `WWW-Authenticate` said, already parsed; empty when it said nothing.
 * @param scheme under which the token was sent: what is said of another is not about it.
 */
export function challengeOf(
  status: number,
  challenges: readonly WWWAuthenticateChallenge[],
  scheme: 'bearer' | 'dpop',
): Challenge | undefined {
  const parameters = challenges.find((challenge) => challenge.scheme === scheme)?.parameters;
  const error = errorOf(status, parameters?.error);
  if (error === undefined) return undefined;
  const scope = upTo(LONGEST_SCOPE, parameters?.scope);
  const acrValues = upTo(LONGEST_ACR_VALUES, parameters?.acr_values);
  const maxAge = parameters?.max_age;
  const metadataUrl = metadataUrlOf(challenges);
  return {
    error,
    ...(scope !== undefined && { scope }),
    ...(metadataUrl !== undefined && { metadataUrl }),
    ...(acrValues !== undefined && { acrValues }),
    ...(maxAge !== undefined && /^\d{1,9}$/.test(maxAge) && { maxAge }),
  };
}

/** What is longer would be kept in the session and sent in an address for nothing: no authorization server takes it. */
const upTo = (length: number, text: string | undefined) => (text !== undefined && text.length <= length ? text : undefined);

function errorOf(status: number, error: string | undefined): Challenge['error'] | undefined {
  if (status === 403) return error === 'insufficient_scope' ? error : undefined;
  if (status !== 401) return undefined;
  // Whatever else a 401 says or does not say: this token is not accepted.
  return error === 'insufficient_user_authentication' ? error : 'invalid_token';
}
