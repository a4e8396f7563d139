import { REVOCATIONS_TYPE, type RevocationsClaims, revocationsSince } from '@rolecall/contracts/revocations';
import { authorizationServerRoutes } from '@rolecall/contracts/routes';
import { queryParameters } from '@rolecall/service-kit/parameters';
import { type Clock, nowInSeconds } from '@rolecall/storage/clock';
import type { FastifyInstance } from 'fastify';
import type { TokenSigner } from '../keys/token-signer.ts';
import type { KeyRing } from '../keys/key-ring.ts';
import { OAuthError } from '../oauth-error.ts';
import { parameter, refuseRepeated } from '../parameters.ts';
import type { Revocations } from './revocations.ts';

/** How long an answer may be relied on. A resource server asks more often; this bounds what a stale copy could hide. */
const LIFETIME_SECONDS = 60;

/** What lies a little before the asked time is told again: instances' clocks may differ, and a change may have come to this one late. */
const OVERLAP_SECONDS = 120;

/** Whoever asks from about the same time on gets the same answer, and from longer ago all there is: there are as few different ones as this makes of them. */
const STEP_SECONDS = 10;
const STEPS_SINCE_SECONDS = 600;

/**
 * `GET /revocations?since=<seconds>`: what has been revoked, signed, so that a resource server that checks JWTs by itself can refuse those that are dead.
 * Without `since` it is all that still matters. It names random identifiers and clients, no token, and is for everybody, like the keys.
 *
 * An answer is made once a second at the most, or when there is something new, however many ask: everybody may.
 */
export function registerRevocationFeed(
  app: FastifyInstance,
  options: { issuer: string; keyRing: KeyRing; revocations: Revocations; clock: Clock; isCurrent: () => boolean },
): void {
  const { issuer, keyRing, revocations, clock } = options;
  /** What has been signed of late, by where it begins: as long as it is this second, these revocations and this key. */
  let signed = { iat: 0, version: 0, sign: undefined as TokenSigner | undefined, answers: new Map<number, string>() };

  app.get(authorizationServerRoutes.revocations, { config: { limit: 'revocations' } }, async (request, reply) => {
    const query = queryParameters(request.url);
    refuseRepeated(query);
    const since = parameter(query, 'since');
    if (since !== undefined && !revocationsSince.safeParse(since).success)
      throw new OAuthError('invalid_request', 'since must be a time in seconds.');
    // Silence would be taken for "nothing was revoked".
    if (!options.isCurrent()) throw new OAuthError('temporarily_unavailable', 'What was revoked is not known just now.');
    const iat = nowInSeconds(clock);
    const from = startOf(Number(since ?? 0), iat);
    const sign = await keyRing.signer('ES256', REVOCATIONS_TYPE);
    const version = revocations.version();
    if (signed.iat !== iat || signed.version !== version || signed.sign !== sign) signed = { iat, version, sign, answers: new Map() };
    let answer = signed.answers.get(from);
    if (answer === undefined) {
      const claims: RevocationsClaims = { iss: issuer, iat, exp: iat + LIFETIME_SECONDS, revocations: revocations.since(from * 1000) };
      answer = sign(claims);
      signed.answers.set(from, answer);
    }
    return reply.header('cache-control', 'no-store').type(`application/${REVOCATIONS_TYPE}`).send(answer);
  });
}

/** From when on is told, in seconds: a little earlier than asked, and never later than makes sense. */
function startOf(since: number, now: number): number {
  if (since < now - STEPS_SINCE_SECONDS) return 0;
  const asked = Math.min(since, now);
  return asked - (asked % STEP_SECONDS) - OVERLAP_SECONDS;
}
