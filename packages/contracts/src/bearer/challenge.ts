import type { AuthenticationScheme, BearerError } from './error.ts';

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
  /** The schemes that are supported, in this order. Bearer alone, unless it is said. */
  schemes?: readonly AuthenticationScheme[];
  /** The algorithms of DPoP proofs (RFC 9449 §7.1), where that scheme is supported. */
  proofAlgorithms?: readonly string[];
}

/** What a quoted value may hold (RFC 6750 §3): printable ASCII without quote and backslash. */
const ILLEGAL = /[^\x20-\x21\x23-\x5b\x5d-\x7e]/g;

/**
 * The one writer of `WWW-Authenticate`: a challenge for each scheme that is supported, with each parameter at most once
 * (RFC 6750 §3, RFC 9449 §7.1, RFC 9728 §5.1). Of an error tells the scheme that was tried, and no other (RFC 9449 §7.2).
 */
export function challenge(error: BearerError, context: ChallengeContext): string {
  const { schemes = ['Bearer'] } = context;
  const [first = 'Bearer'] = schemes;
  const tried = error.scheme !== undefined && schemes.includes(error.scheme) ? error.scheme : first;
  return schemes.map((scheme) => challengeOf(scheme, scheme === tried ? error : undefined, context)).join(', ');
}

function challengeOf(scheme: AuthenticationScheme, error: BearerError | undefined, context: ChallengeContext): string {
  const parameters: [string, string][] = [['realm', context.realm]];
  if (error?.code !== undefined) parameters.push(['error', error.code], ['error_description', error.message]);
  if (context.scopes.length > 0) parameters.push(['scope', context.scopes.join(' ')]);
  if (error?.code === 'insufficient_user_authentication') {
    if (context.acrValues !== undefined) parameters.push(['acr_values', context.acrValues.join(' ')]);
    if (context.maxAge !== undefined) parameters.push(['max_age', String(context.maxAge)]);
  }
  if (scheme === 'DPoP' && context.proofAlgorithms !== undefined) parameters.push(['algs', context.proofAlgorithms.join(' ')]);
  parameters.push(['resource_metadata', context.resourceMetadata]);
  return `${scheme} ${parameters.map(([name, value]) => `${name}="${value.replace(ILLEGAL, '')}"`).join(', ')}`;
}
