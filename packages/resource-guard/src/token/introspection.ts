import { hash } from 'node:crypto';
import { INTROSPECTION_JWT_TYPE, introspectionJwtClaims } from '@rolecall/contracts/introspection';
import type { Clock } from '@rolecall/storage/clock';
import { jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import * as z from 'zod';
import { FetchError, fetchDocument, type FetchOptions } from '../issuer/fetch-document.ts';
import type { Issuer } from '../issuer/issuer.ts';
import { causeOf, type Log } from '../log.ts';
import { UnavailableError } from '../unavailable-error.ts';
import { createWithin } from '../within.ts';
import { type AccessToken, CLOCK_SKEW_SECONDS, readAccessToken } from './access-token.ts';
import { ALGORITHMS } from './signature.ts';

/** How a resource server asks the authorization server what a token is (RFC 7662). */
export interface IntrospectionOptions {
  /** The resource server's own credentials there (`client_secret_basic`). */
  clientId: string;
  clientSecret: string;
  /** How long an answer is used again: so long a revoked token may still be accepted. 0, the default, asks for every request. */
  cacheSeconds?: number;
  /** What all opaque tokens of the issuer begin with, if it is known (`rc_at_`): others are refused without a question. */
  prefix?: string;
  /** Ask for a signed answer (RFC 9701), and accept no other. */
  signed?: boolean;
}

/** With all members of the token's own: a hook of the issuer's may have added some. */
const signedAnswer = introspectionJwtClaims
  .pick({ iat: true })
  .loose()
  .extend({ token_introspection: z.record(z.string(), z.unknown()) });

/** Tokens are remembered by their hash, and no more of them than this. */
const REMEMBERED = 10_000;

/** Questions that are under way at once: made-up tokens must not make any number of them. */
const MAXIMUM_ASKING = 200;
/** The same where the token was good when it was asked about last: whoever makes tokens up takes nothing from those who have some. */
const MAXIMUM_ASKING_AGAIN = 400;

/** Answers that concern the token that was asked about, and no other. */
const ABOUT_THE_TOKEN: ReadonlySet<number | undefined> = new Set([400, 413, 414]);

/** How long an authorization server that did not answer is left alone. */
const RETRY_MILLISECONDS = 2_000;

/**
 * Makes the function that has a token judged by introspection. Requests with one token at the same time share one question.
 *
 * @returns a function that throws an Error that says what is wrong, for the log, or UnavailableError where the question cannot be answered now.
 */
export function createIntrospection(
  options: IntrospectionOptions & {
    issuerName: string;
    audience: string;
    issuer: Issuer;
    clock: Clock;
    log: Log;
    fetch?: typeof fetch | undefined;
  },
): (token: string) => Promise<AccessToken> {
  const { clientId, clientSecret, cacheSeconds = 0, prefix = '', signed = false, issuerName, audience, issuer, clock, log } = options;
  const expected = () => ({ issuer: issuerName, audience, now: clock.now() });
  const asking = new Map<string, Promise<Record<string, unknown>>>();
  const answers = new LRUCache<string, { claims: Record<string, unknown>; at: number }>({ max: REMEMBERED });
  const credentials = [clientId, clientSecret].map(encodeForm).join(':');
  const request: FetchOptions = {
    accept: signed ? `application/${INTROSPECTION_JWT_TYPE}` : 'application/json',
    authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
    fetch: options.fetch,
  };
  let failedAt: number | undefined;

  const within = createWithin(clock);

  const ask = async (token: string): Promise<Record<string, unknown>> => {
    const { introspection_endpoint: endpoint } = await issuer.metadata();
    // Then it issues no tokens that only it can read.
    if (endpoint === undefined) throw new Error('the authorization server offers no introspection');
    if (within(failedAt, RETRY_MILLISECONDS)) throw new UnavailableError('introspection failed a moment ago');
    try {
      const text = await fetchDocument(endpoint, { ...request, form: { token, token_type_hint: 'access_token' } });
      const answer = signed ? await readSigned(text) : (JSON.parse(text) as unknown);
      if (typeof answer !== 'object' || answer === null || typeof (answer as { active?: unknown }).active !== 'boolean')
        throw new Error('the answer is no introspection response');
      failedAt = undefined;
      return answer as Record<string, unknown>;
    } catch (cause) {
      // It is this token that is too long, or otherwise not to be spoken of: no reason to refuse others.
      if (cause instanceof FetchError && ABOUT_THE_TOKEN.has(cause.status)) throw new Error('the token cannot be asked about', { cause });
      // Our credentials, its trouble or an answer that is not to be trusted: whatever it is, the token is neither good nor bad.
      failedAt = clock.now();
      log.error({ cause: causeOf(cause) }, 'the authorization server cannot be asked about a token');
      throw new UnavailableError('introspection failed', { cause });
    }
  };

  /** RFC 9701 §5: signed by the issuer, for this resource server, just now. */
  const readSigned = async (text: string): Promise<unknown> => {
    const now = clock.now();
    const { payload } = await jwtVerify(text, issuer.key, {
      algorithms: ALGORITHMS,
      typ: INTROSPECTION_JWT_TYPE,
      issuer: issuerName,
      audience: clientId,
      currentDate: new Date(now),
    });
    const { iat, token_introspection } = signedAnswer.parse(payload);
    if (Math.abs(now / 1000 - iat) > CLOCK_SKEW_SECONDS) throw new Error('the answer is not of now');
    return token_introspection;
  };

  return async (token) => {
    if (!token.startsWith(prefix)) throw new Error('the issuer has no such tokens');
    const key = hash('sha256', token, 'base64url');
    const known = answers.get(key);
    // Never beyond the token's own end (RFC 7662 §4).
    if (known !== undefined && within(known.at, cacheSeconds * 1000) && Number(known.claims['exp']) * 1000 > clock.now())
      return readAccessToken(known.claims, expected());
    const at = clock.now();
    let answer = asking.get(key);
    if (answer === undefined) {
      if (asking.size >= (known === undefined ? MAXIMUM_ASKING : MAXIMUM_ASKING_AGAIN))
        throw new UnavailableError('too many tokens are asked about at once');
      answer = ask(token).finally(() => asking.delete(key));
      asking.set(key, answer);
    }
    const claims = await answer;
    answers.delete(key);
    if (claims['active'] !== true) throw new Error('the token is not active');
    const accessToken = readAccessToken(claims, expected());
    answers.set(key, { claims, at });
    return accessToken;
  };
}

/** Each half of Basic credentials is form-encoded (RFC 6749 §2.3.1). */
function encodeForm(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}
