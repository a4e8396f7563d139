import type { Clock } from '@rolecall/storage/clock';
import type { FastifyRequest } from 'fastify';
import type { Peers } from '../discovery/peers.ts';
import type { Proofs } from '../dpop/proofs.ts';
import type { Tries } from '../notes/recovery.ts';
import type { Identities } from '../registration/identities.ts';
import { type AuthenticationDemand, createAttempt, markOf, withAttempt } from './attempt.ts';
import { authorizationParameters, authorizationUrl } from './authorization-request.ts';
import { isPushed } from './pushed-request.ts';
import { PUSH_PATH } from './routes.ts';
import { withoutUnknownOfflineAccess } from './scope.ts';

export interface SignInDependencies {
  redirectUri: string;
  clock: Clock;
  peers: Peers;
  identities: Identities;
  proofs: Proofs;
  /** Push requests wherever that can be done, and make none elsewhere. */
  push: boolean;
}

/** What an attempt is for, beyond what it always asks. */
export interface Wish extends AuthenticationDemand {
  /** The scope of a challenge, which goes before all others. */
  scope?: string;
  /** Where a challenge said that the API's metadata is. */
  metadataUrl?: string;
  tries?: Tries;
}

/** Begins an attempt in this browser's session and answers the address that the browser has to go to: the authorization server's, or one of this client that leads there. */
export type StartSignIn = (request: FastifyRequest, wish?: Wish) => Promise<string>;

/** @returns a function that throws PeerError when the authorization server or the API cannot be reached, NotRegisteredError when the former does not know this client. */
export function createStartSignIn({ redirectUri, clock, peers, identities, proofs, push }: SignInDependencies): StartSignIn {
  return async (request, wish = {}) => {
    if (wish.metadataUrl !== undefined) peers.learn(wish.metadataUrl);
    const [authorizationServer, resourceServer] = await Promise.all([peers.authorizationServer(), peers.resourceServer()]);
    const { clientId } = await identities.at(authorizationServer);
    // When no challenge named one: all that the API says it knows, or none, which leaves it to the authorization server.
    const wished = wish.scope ?? resourceServer?.scopes_supported?.join(' ');
    const scope = withoutUnknownOfflineAccess(wished, authorizationServer.scopes_supported);
    const pushed = isPushed(authorizationServer, push);
    const dpopKey = proofs.newKey(authorizationServer);
    const attempt = createAttempt({
      issuer: authorizationServer.issuer,
      clientId,
      resource: peers.resource,
      ...(scope !== undefined && { scope }),
      ...(dpopKey !== undefined && { dpopKey }),
      demand: {
        ...(wish.acrValues !== undefined && { acrValues: wish.acrValues }),
        ...(wish.maxAge !== undefined && { maxAge: wish.maxAge }),
      },
      tries: wish.tries ?? {},
      startedAt: clock.now(),
    });
    // Recorded before the browser leaves (RFC 9700 §4.4.2.1): what comes back is held against it.
    request.session.attempts = withAttempt(request.session.attempts ?? [], attempt);
    if (pushed) return `${PUSH_PATH}?${new URLSearchParams({ attempt: markOf(attempt) })}`;
    return authorizationUrl(authorizationServer, await authorizationParameters(attempt, redirectUri, proofs));
  };
}
