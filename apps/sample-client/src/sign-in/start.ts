import type { Clock } from '@rolecall/storage/clock';
import type { FastifyRequest } from 'fastify';
import type { Peers } from '../discovery/peers.ts';
import type { Proofs } from '../dpop/proofs.ts';
import type { Tries } from '../notes/recovery.ts';
import type { Identities } from '../registration/identities.ts';
import { createAttempt, withAttempt } from './attempt.ts';
import { type AuthenticationDemand, authorizationUrl } from './authorization-request.ts';
import { withoutUnknownOfflineAccess } from './scope.ts';

export interface SignInDependencies {
  redirectUri: string;
  clock: Clock;
  peers: Peers;
  identities: Identities;
  proofs: Proofs;
}

/** What an attempt is for, beyond what it always asks. */
export interface Wish extends AuthenticationDemand {
  /** The scope of a challenge, which goes before all others. */
  scope?: string;
  /** Where a challenge said that the API's metadata is. */
  metadataUrl?: string;
  tries?: Tries;
}

/** Begins an attempt in this browser's session and answers the address that the browser has to go to. */
export type StartSignIn = (request: FastifyRequest, wish?: Wish) => Promise<string>;

/** @returns a function that throws PeerError when the authorization server or the API cannot be reached, NotRegisteredError when the former does not know this client. */
export function createStartSignIn({ redirectUri, clock, peers, identities, proofs }: SignInDependencies): StartSignIn {
  return async (request, wish = {}) => {
    if (wish.metadataUrl !== undefined) peers.learn(wish.metadataUrl);
    const [authorizationServer, resourceServer] = await Promise.all([peers.authorizationServer(), peers.resourceServer()]);
    const { clientId } = await identities.at(authorizationServer);
    // When no challenge named one: all that the API says it knows, or none, which leaves it to the authorization server.
    const wished = wish.scope ?? resourceServer?.scopes_supported?.join(' ');
    const scope = withoutUnknownOfflineAccess(wished, authorizationServer.scopes_supported);
    const dpopKey = proofs.newKey(authorizationServer);
    const attempt = createAttempt({
      issuer: authorizationServer.issuer,
      clientId,
      resource: peers.resource,
      ...(scope !== undefined && { scope }),
      ...(dpopKey !== undefined && { dpopKey }),
      tries: wish.tries ?? {},
      startedAt: clock.now(),
    });
    // Recorded before the browser leaves (RFC 9700 §4.4.2.1): what comes back is held against it.
    request.session.attempts = withAttempt(request.session.attempts ?? [], attempt);
    return authorizationUrl(authorizationServer, redirectUri, attempt, wish, dpopKey && proofs.by(dpopKey));
  };
}
