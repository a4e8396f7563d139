import { MatchersV3 } from '@pact-foundation/pact';

/**
 * What a contract says of a value besides an example: its type, a pattern (of the whole value, without look-around), that a list contains something,
 * or that it comes from a provider state. What has no matcher has to be equal.
 */
export const { arrayContaining, eachLike, fromProviderState, integer, like, regex, string } = MatchersV3;
