import { revocation, REVOCATIONS_TYPE, revocationsClaims } from '@rolecall/contracts/revocations';
import type { Clock } from '@rolecall/storage/clock';
import { jwtVerify } from 'jose';
import * as z from 'zod';
import { fetchDocument } from '../issuer/fetch-document.ts';
import type { Issuer } from '../issuer/issuer.ts';
import { causeOf, type Log } from '../log.ts';
import { type AccessToken, CLOCK_SKEW_SECONDS } from '../token/access-token.ts';
import { ALGORITHMS } from '../token/signature.ts';
import { createWithin } from '../within.ts';

/** Is this token, good as it is in itself, one that has been revoked? */
export type IsRevoked = (token: AccessToken) => Promise<boolean>;

/** From this age on, what is known is fetched anew while requests go on. */
const FRESH_MILLISECONDS = 2_000;
/** From this age on, requests wait for it: with the second and a half that the issuer takes to say it, a revoked token is refused within five seconds. */
const USABLE_MILLISECONDS = 3_500;
/** After a failure it is soon tried again, so that one failure does not cost the bound; after several the issuer is left alone for longer. */
const RETRY_MILLISECONDS = 500;
const RETRY_OFTEN = 3;
const RETRY_LATER_MILLISECONDS = 5_000;
/** For so long after a failure no request waits for another attempt: longer than from one attempt to the end of the next, so that whoever is away is waited for once. */
const PATIENCE_MILLISECONDS = 15_000;
/** Longer than any access token lives of an issuer that has such a feed: an hour. */
const FORGET_SECONDS = 2 * 3_600;

/** Some hundred thousand revocations: all of an hour, where it is asked for the first time. */
const MAXIMUM_BYTES = 32 * 1024 * 1024;

/** Kinds that are not known here are passed over: the rest still counts. */
const feed = revocationsClaims
  .pick({ iat: true })
  .extend({ revocations: z.array(revocation.extend({ claim: z.string(), value: z.string(), at: z.int() })) });

/** A grant or a token never comes back, a client or a user may. */
const CLAIMS = { grant_id: 'final', jti: 'final', client_id: 'until', sub: 'until' } as const;

/**
 * Follows an issuer's signed feed of revocations, where it has one, so that a JWT that was revoked is refused without a question for each request.
 * There is no timer: the feed is fetched when tokens are judged, and by nobody when none are.
 *
 * While the feed cannot be had, tokens are judged by themselves, as without it: an API does not go down with its authorization server.
 */
export function followRevocations(options: {
  issuerName: string;
  issuer: Issuer;
  clock: Clock;
  log: Log;
  fetch?: typeof fetch | undefined;
}): IsRevoked {
  const { issuerName, issuer, clock, log } = options;
  const known = new Map<string, number>();
  let asOf: number | undefined;
  let fetchedAt: number | undefined;
  let failedAt: number | undefined;
  let failures = 0;
  let fetching: Promise<void> | undefined;

  const within = createWithin(clock);

  const fetchFeed = async (): Promise<void> => {
    const startedAt = clock.now();
    const { revocations_uri: address } = await issuer.metadata();
    if (address !== undefined) {
      // The last answer lies in the future: this machine's clock was set back. Held against it, every true one would look old.
      if (asOf !== undefined && asOf > startedAt / 1000 + CLOCK_SKEW_SECONDS) asOf = undefined;
      const url = new URL(address);
      if (asOf !== undefined) url.searchParams.set('since', String(asOf));
      const text = await fetchDocument(url.href, {
        accept: `application/${REVOCATIONS_TYPE}`,
        maximumBytes: MAXIMUM_BYTES,
        fetch: options.fetch,
      });
      const now = clock.now() / 1000;
      const { payload } = await jwtVerify(text, issuer.key, {
        algorithms: ALGORITHMS,
        typ: REVOCATIONS_TYPE,
        issuer: issuerName,
        requiredClaims: ['exp'],
        currentDate: new Date(clock.now()),
        clockTolerance: CLOCK_SKEW_SECONDS,
      });
      const { iat, revocations } = feed.parse(payload);
      // An older answer than the last one, from a cache or an attacker, hides what came between; one from the future would make all others look old.
      if (asOf !== undefined && iat < asOf - CLOCK_SKEW_SECONDS) throw new Error('the feed of revocations is older than the one before');
      if (iat > now + CLOCK_SKEW_SECONDS) throw new Error('the feed of revocations is from the future');
      for (const { claim, value, at } of revocations) remember(keyOf(claim, value), at);
      asOf = iat;
      forget(now - FORGET_SECONDS);
    }
    fetchedAt = startedAt;
    failedAt = undefined;
    failures = 0;
  };

  /** In the order in which they were last told. */
  const remember = (key: string, at: number): void => {
    const latest = Math.max(at, known.get(key) ?? 0);
    known.delete(key);
    known.set(key, latest);
  };

  const forget = (before: number): void => {
    for (const [key, at] of known) {
      if (at >= before) break;
      known.delete(key);
    }
  };

  const refresh = (): Promise<void> =>
    (fetching ??= fetchFeed()
      .catch((error: unknown) => {
        failedAt = clock.now();
        failures += 1;
        log.error({ cause: causeOf(error) }, 'what was revoked cannot be had: tokens are judged by themselves');
      })
      .finally(() => (fetching = undefined)));

  return async ({ claims }) => {
    const pause = failures < RETRY_OFTEN ? RETRY_MILLISECONDS : RETRY_LATER_MILLISECONDS;
    if (!within(fetchedAt, FRESH_MILLISECONDS) && !within(failedAt, pause)) {
      const patient = !within(failedAt, PATIENCE_MILLISECONDS);
      const answer = refresh();
      if (patient && !within(fetchedAt, USABLE_MILLISECONDS)) await answer;
    }
    return Object.entries(CLAIMS).some(([claim, kind]) => {
      const value = claims[claim];
      const at = typeof value === 'string' ? known.get(keyOf(claim, value)) : undefined;
      return at !== undefined && (kind === 'final' || claims.iat <= at);
    });
  };
}

const keyOf = (claim: string, value: string): string => `${claim} ${value}`;
