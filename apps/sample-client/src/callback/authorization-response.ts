import type { Parameters } from '@rolecall/service-kit/parameters';
import * as oauth from 'oauth4webapi';
import type { AuthorizationServer } from '../discovery/authorization-server.ts';

/** What the authorization server said of an error: only shown once it is sure that it was the authorization server (RFC 9207 §2.4). */
export interface Refusal {
  error: string;
  description?: string;
}

export type AuthorizationResponse =
  | { kind: 'code'; parameters: URLSearchParams }
  | { kind: 'error'; refusal: Refusal }
  /** The response is not from the authorization server that was asked, or not what it may send. `reason` is for the log. */
  | { kind: 'untrusted'; reason: string };

const SINGLE = ['code', 'state', 'iss', 'error'] as const;
const KNOWN = [...SINGLE, 'error_description'];

/** Validates the parameters with which the browser came back (RFC 6749 §4.1.2, RFC 9207 §2.4). Parameters that are not known are ignored. */
export function readAuthorizationResponse(
  authorizationServer: AuthorizationServer,
  clientId: string,
  parameters: Parameters,
  expectedState: string,
): AuthorizationResponse {
  const repeated = SINGLE.find((name) => (parameters[name]?.length ?? 0) > 1);
  if (repeated !== undefined) return { kind: 'untrusted', reason: `${repeated} is repeated` };
  if (parameters.code?.[0] && parameters.error?.[0]) return { kind: 'untrusted', reason: 'there is a code and an error' };
  const known = new URLSearchParams();
  for (const name of KNOWN) for (const value of parameters[name]?.slice(0, 1) ?? []) known.set(name, value);
  try {
    // Compares iss and state letter by letter, before it looks at anything else.
    const validated = oauth.validateAuthResponse(authorizationServer, { client_id: clientId }, known, expectedState);
    return validated.get('code')
      ? { kind: 'code', parameters: validated }
      : { kind: 'untrusted', reason: 'there is neither a code nor an error' };
  } catch (error) {
    if (error instanceof oauth.AuthorizationResponseError)
      return { kind: 'error', refusal: refusalOf(error.error, error.error_description) };
    return { kind: 'untrusted', reason: (error as Error).message };
  }
}

/** Error codes and descriptions are printable ASCII without quotes and backslashes (RFC 6749 §4.1.2.1): anything else is not repeated. */
export function refusalOf(error: string, description: string | undefined): Refusal {
  const allowed = (text: string, maximum: number) => text.length <= maximum && /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/.test(text);
  return {
    error: allowed(error, 100) ? error : 'unknown error',
    ...(description !== undefined && allowed(description, 500) && { description }),
  };
}
