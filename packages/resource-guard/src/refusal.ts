import { challenge } from '@rolecall/contracts/bearer/challenge';
import { type AuthenticationScheme, BearerError } from '@rolecall/contracts/bearer/error';
import { ForeignOriginError } from './foreign-origin.ts';
import type { Requirement } from './requirement.ts';
import { UnavailableError } from './unavailable-error.ts';

/** An answer, for whatever framework sends it. */
export interface Refusal {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: { error?: string; error_description: string };
}

export interface RefusalContext {
  realm: string;
  resourceMetadata: string;
  schemes: readonly AuthenticationScheme[];
  proofAlgorithms: readonly string[];
}

/**
 * The answer to a request that is not let in (RFC 6750 §3, RFC 9449 §7.1, RFC 9470 §3, RFC 9728 §5.1). Undefined for an error of somebody else's.
 *
 * @param nonce goes with the answer to whoever tried DPoP, where nonces are demanded (RFC 9449 §9).
 */
export function refusalOf(
  error: unknown,
  requirement: Requirement,
  context: RefusalContext,
  nonce: (() => string) | undefined,
): Refusal | undefined {
  const withoutStore = { 'cache-control': 'no-store' };
  if (error instanceof UnavailableError)
    return {
      status: error.statusCode,
      headers: { ...withoutStore, 'retry-after': String(error.retryAfterSeconds) },
      body: { error: 'temporarily_unavailable', error_description: 'try again later' },
    };
  if (error instanceof ForeignOriginError)
    return { status: error.statusCode, headers: withoutStore, body: { error: 'access_denied', error_description: error.message } };
  if (!(error instanceof BearerError)) return undefined;
  return {
    status: error.statusCode,
    headers: {
      ...withoutStore,
      'www-authenticate': challenge(error, { ...context, ...requirement }),
      ...(nonce !== undefined && error.scheme === 'DPoP' && { 'dpop-nonce': nonce() }),
    },
    body: { ...(error.code && { error: error.code }), error_description: error.message },
  };
}
