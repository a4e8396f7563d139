import type { Clock } from '@rolecall/storage/clock';
import * as oauth from 'oauth4webapi';
import { hasEndpoint } from '../discovery/endpoint.ts';
import type { Peers } from '../discovery/peers.ts';
import type { OutboundFetch } from '../outbound-fetch.ts';
import { PeerError } from '../peer-error.ts';
import type { Identities } from '../registration/identities.ts';
import { libraryClient } from '../token/client-authentication.ts';

/** A token that nobody is to use any more. */
export interface RevokedToken {
  token: string;
  /** Whose it is: nobody else is shown it. */
  issuer: string;
  hint: 'refresh_token' | 'access_token';
}

export interface RevocationEndpoint {
  peers: Peers;
  identities: Identities;
  clock: Clock;
  outboundFetch: OutboundFetch;
}

/** The server cannot do it now: the token must be assumed to be alive (RFC 7009 §2.2.1). */
export class RevokeLaterError extends Error {
  readonly afterSeconds: number | undefined;

  constructor(message: string, afterSeconds?: number) {
    super(message);
    this.name = 'RevokeLaterError';
    this.afterSeconds = afterSeconds;
  }
}

/**
 * Revokes a token at its authorization server (RFC 7009). A token that the server does not know is revoked as well: it answers 200.
 * Nothing is done where there is no revocation endpoint.
 *
 * @throws RevokeLaterError when it is worth another try, PeerError when it is not.
 */
export async function revokeToken(endpoint: RevocationEndpoint, revoked: RevokedToken): Promise<void> {
  const response = await send(endpoint, revoked);
  if (response === undefined) return;
  if (response.status >= 500 || response.status === 429) throw new RevokeLaterError(`status ${response.status}`, retryAfter(response));
  try {
    await oauth.processRevocationResponse(response);
  } catch (error) {
    // Some servers cannot revoke a JWT: it expires by itself (RFC 7009 §2.2.1).
    if (error instanceof oauth.ResponseBodyError && error.error === 'unsupported_token_type') return;
    throw PeerError.from('authorization server', error);
  }
}

async function send(
  { peers, identities, clock, outboundFetch }: RevocationEndpoint,
  { token, issuer, hint }: RevokedToken,
): Promise<Response | undefined> {
  try {
    const server = await peers.at(issuer);
    if (!hasEndpoint(server, 'revocation_endpoint')) return undefined;
    const { clientId, authentication } = await identities.at(server);
    return await oauth.revocationRequest(server, libraryClient(clientId, clock), authentication, token, {
      additionalParameters: { token_type_hint: hint },
      [oauth.customFetch]: outboundFetch,
      [oauth.allowInsecureRequests]: true, // outboundFetch decides: on this machine only
    });
  } catch (error) {
    // Not reached, or not in time.
    throw new RevokeLaterError(PeerError.from('authorization server', error).message);
  }
}

/** Whole seconds only: a date would be by the server's clock. */
function retryAfter({ headers }: Response): number | undefined {
  const text = headers.get('retry-after') ?? '';
  return /^\d{1,6}$/.test(text) ? Number(text) : undefined;
}
