import { REVOCATIONS_TYPE, revocationsClaims } from '@rolecall/contracts/revocations';
import type { Clock } from '@rolecall/storage/clock';
import { jwtVerify } from 'jose';
import { fetchDocument } from '../issuer/fetch-document.ts';
import type { Issuer } from '../issuer/issuer.ts';
import type { Log } from '../log.ts';
import { type AccessToken, CLOCK_SKEW_SECONDS } from '../token/access-token.ts';
import { ALGORITHMS } from '../token/jwt.ts';

/** Is this token, good as it is in itself, one that has been revoked? */
export type IsRevoked = (token: AccessToken) => Promise<boolean>;

/** From this age on, what is known is fetched anew while requests go on. */
const FRESH_MILLISECONDS = 2_000;
/** From this age on, requests wait for it: with the second and a half that the issuer takes to say it, a revoked token is refused within five seconds. */
const USABLE_MILLISECONDS = 3_500;
/** After a failure requests are not held up again for so long. */
const RETRY_MILLISECONDS = 5_000;
/** How often all of it is fetched, and not only what is new: what no longer matters is forgotten with that. */
const COMPLETE_MILLISECONDS = 10 * 60_000;

/** Some ten thousand revocations. */
const MAXIMUM_BYTES = 4 * 1024 * 1024;

/** A grant or a token never comes back, a client or a user may. */
const CLAIMS = { grant_id: 'final', jti: 'final', client_id: 'until', sub: 'until' } as const;

/**
 * Follows an issuer's signed feed of revocations, where it has one, so that a JWT that was revoked is refused without a question for each request.
 * There is no timer: the feed is fetched when tokens are judged, and by nobody when none are.
 *
 * While the feed cannot be had, tokens are judged by themselves, as without it: an API does not go down with its authorization server.
 */
export function followRevocations(options: { issuerName: string; issuer: Issuer; clock: Clock; log: Log }): IsRevoked {
  const { issuerName, issuer, clock, log } = options;
  let known = new Map<string, number>();
  let asOf: number | undefined;
  let fetchedAt: number | undefined;
  let completeAt: number | undefined;
  let failedAt: number | undefined;
  let fetching: Promise<void> | undefined;

  const within = (since: number | undefined, milliseconds: number): boolean => {
    if (since === undefined) return false;
    const age = clock.now() - since;
    return age >= 0 && age < milliseconds;
  };

  const fetchFeed = async (): Promise<void> => {
    const startedAt = clock.now();
    const { revocations_uri: address } = await issuer.metadata();
    if (address !== undefined) {
      const complete = asOf === undefined || !within(completeAt, COMPLETE_MILLISECONDS);
      const url = new URL(address);
      if (!complete) url.searchParams.set('since', String(asOf));
      const feed = await fetchDocument(url.href, { accept: `application/${REVOCATIONS_TYPE}`, maximumBytes: MAXIMUM_BYTES });
      const { payload } = await jwtVerify(feed, issuer.key, {
        algorithms: ALGORITHMS,
        typ: REVOCATIONS_TYPE,
        issuer: issuerName,
        requiredClaims: ['exp'],
        currentDate: new Date(clock.now()),
        clockTolerance: CLOCK_SKEW_SECONDS,
      });
      const { iat, revocations } = revocationsClaims.parse(payload);
      // An older answer than the last one, from a cache or an attacker, hides what came between.
      if (asOf !== undefined && iat < asOf - CLOCK_SKEW_SECONDS) throw new Error('the feed of revocations is older than the one before');
      if (complete) {
        known = new Map();
        completeAt = startedAt;
      }
      for (const { claim, value, at } of revocations) known.set(keyOf(claim, value), Math.max(at, known.get(keyOf(claim, value)) ?? 0));
      asOf = iat;
    }
    fetchedAt = startedAt;
    failedAt = undefined;
  };

  const refresh = (): Promise<void> =>
    (fetching ??= fetchFeed()
      .catch((error: unknown) => {
        failedAt = clock.now();
        log.error({ err: error }, 'what was revoked cannot be had: tokens are judged by themselves');
      })
      .finally(() => (fetching = undefined)));

  return async ({ claims }) => {
    if (!within(fetchedAt, FRESH_MILLISECONDS) && !within(failedAt, RETRY_MILLISECONDS)) {
      const answer = refresh();
      if (!within(fetchedAt, USABLE_MILLISECONDS)) await answer;
    }
    return Object.entries(CLAIMS).some(([claim, kind]) => {
      const value = claims[claim];
      const at = typeof value === 'string' ? known.get(keyOf(claim, value)) : undefined;
      return at !== undefined && (kind === 'final' || claims.iat <= at);
    });
  };
}

const keyOf = (claim: string, value: string): string => `${claim} ${value}`;
