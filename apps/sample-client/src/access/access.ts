import type { Peers } from '../discovery/peers.ts';
import type { DpopKey } from '../dpop/proofs.ts';
import type { Tokens } from '../token/tokens.ts';

/** Access to the API, as the authorization server granted it. Kept on this side only: the browser never gets any of it but words about it. */
export interface Access extends Tokens {
  /** The authorization server that issued the tokens: nobody else gets the refresh token. */
  issuer: string;
  /** The only resource that the access token may be sent to (RFC 8707 §2). */
  resource: string;
  /** The scope that was asked for; undefined when the request had none. */
  requestedScope?: string;
  /** The key to which the tokens are bound; undefined for bearer tokens. */
  dpopKey?: DpopKey;
  /** How often the tokens were replaced by refreshing them: tells an older state from a newer one. */
  renewals: number;
}

/** @param asked for what the tokens were asked, and of whom. */
export function newAccess(
  tokens: Tokens,
  asked: { issuer: string; resource: string; requestedScope: string | undefined; dpopKey: DpopKey | undefined },
): Access {
  const { issuer, resource, requestedScope, dpopKey } = asked;
  // RFC 6749 §5.1: without scope in the answer, what was asked is what was granted.
  const scope = tokens.scope ?? requestedScope;
  return {
    ...tokens,
    issuer,
    resource,
    renewals: 0,
    ...(requestedScope !== undefined && { requestedScope }),
    ...(scope !== undefined && { scope }),
    ...(dpopKey !== undefined && { dpopKey }),
  };
}

/** What a session knows of its access: where it is kept, and for whom it is. The tokens change while requests are under way, a session's content does not. */
export interface Connection {
  id: string;
  issuer: string;
  resource: string;
}

/**
 * The session's connection, if it is to this API and to the authorization server whose tokens that takes: after a change of the configuration, or of what the
 * API says, its tokens must not be sent anywhere else.
 */
export async function usableConnection({ connection }: { connection?: Connection }, peers: Peers): Promise<Connection | undefined> {
  if (connection === undefined || connection.resource !== peers.resource) return undefined;
  return connection.issuer === (await peers.issuer()) ? connection : undefined;
}
