import { REVOCATIONS_TYPE, type RevocationsClaims } from '@rolecall/contracts/revocations';
import { authorizationServerRoutes } from '@rolecall/contracts/routes';
import { queryParameters } from '@rolecall/service-kit/parameters';
import { type Clock, nowInSeconds } from '@rolecall/storage/clock';
import type { FastifyInstance } from 'fastify';
import type { KeyRing } from '../keys/key-ring.ts';
import { OAuthError } from '../oauth-error.ts';
import { parameter } from '../parameters.ts';
import type { Revocations } from './revocations.ts';

/** How long an answer may be relied on. A resource server asks more often; this bounds what a stale copy could hide. */
const LIFETIME_SECONDS = 60;

/** What lies a little before the asked time is told again: instances' clocks may differ, and a change may have come to this one late. */
const OVERLAP_SECONDS = 120;

/**
 * `GET /revocations?since=<seconds>`: what has been revoked, signed, so that a resource server that checks JWTs by itself can refuse those that are dead.
 * Without `since` it is all that still matters. It names random identifiers and clients, no token, and is for everybody, like the keys.
 */
export function registerRevocationFeed(
  app: FastifyInstance,
  options: { issuer: string; keyRing: KeyRing; revocations: Revocations; clock: Clock; isCurrent: () => boolean },
): void {
  const { issuer, keyRing, revocations, clock } = options;

  app.get(authorizationServerRoutes.revocations, async (request, reply) => {
    const since = parameter(queryParameters(request.url), 'since');
    if (since !== undefined && !/^\d{1,12}$/.test(since)) throw new OAuthError('invalid_request', 'since must be a time in seconds.');
    // Silence would be taken for "nothing was revoked".
    if (!options.isCurrent()) throw new OAuthError('temporarily_unavailable', 'What was revoked is not known just now.');
    const iat = nowInSeconds(clock);
    const claims: RevocationsClaims = {
      iss: issuer,
      iat,
      exp: iat + LIFETIME_SECONDS,
      revocations: revocations.since((Number(since ?? OVERLAP_SECONDS) - OVERLAP_SECONDS) * 1000),
    };
    const sign = await keyRing.signer('ES256', REVOCATIONS_TYPE);
    return reply.header('cache-control', 'no-store').type(`application/${REVOCATIONS_TYPE}`).send(sign(claims));
  });
}
