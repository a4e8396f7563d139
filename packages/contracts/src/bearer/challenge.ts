import type { BearerError } from './error.ts';

export interface ChallengeContext {
  /** What the caller is to be let in to, in a word (RFC 9110 §11.5). */
  realm: string;
  /** Where this resource's metadata is (RFC 9728 §5.1). */
  resourceMetadata: string;
  /** All scopes that the operation needs. */
  scopes: readonly string[];
  /** How recently, in seconds, and in which ways the user has to have authenticated (RFC 9470 §3). */
  maxAge?: number;
  acrValues?: readonly string[];
}

/** What a quoted value may hold (RFC 6750 §3): printable ASCII without quote and backslash. */
const ILLEGAL = /[^\x20-\x21\x23-\x5b\x5d-\x7e]/g;

/** The one writer of `WWW-Authenticate`: a Bearer challenge with each parameter at most once (RFC 6750 §3, RFC 9728 §5.1). */
export function challenge(error: BearerError, context: ChallengeContext): string {
  const parameters: [string, string][] = [['realm', context.realm]];
  if (error.code !== undefined) parameters.push(['error', error.code], ['error_description', error.message]);
  if (context.scopes.length > 0) parameters.push(['scope', context.scopes.join(' ')]);
  if (error.code === 'insufficient_user_authentication') {
    if (context.acrValues !== undefined) parameters.push(['acr_values', context.acrValues.join(' ')]);
    if (context.maxAge !== undefined) parameters.push(['max_age', String(context.maxAge)]);
  }
  parameters.push(['resource_metadata', context.resourceMetadata]);
  return `Bearer ${parameters.map(([name, value]) => `${name}="${value.replace(ILLEGAL, '')}"`).join(', ')}`;
}
