import type { Clock } from '@rolecall/storage/clock';
import type { FastifyBaseLogger } from 'fastify';
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { discoverKeySet } from './discover.ts';
import { fetchJson } from './fetch-json.ts';

/** Keys younger than this are used without asking again. */
const FRESH_MILLISECONDS = 5 * 60_000;
/** Keys older than this are used no more, even where no newer ones can be had. */
const USABLE_MILLISECONDS = 60 * 60_000;
/** A token may name any key: how often an unknown one is worth a request to the authorization server. */
const UNKNOWN_KEY_INTERVAL_MILLISECONDS = 10_000;
/** How long a failed attempt stands for those that follow it: an authorization server in trouble is not to be flooded as well. */
const RETRY_MILLISECONDS = 2_000;
/** The same while there are keys that still serve: each attempt may hold up the requests that wait for it. */
const RETRY_WITH_KEYS_MILLISECONDS = 10_000;

/** The issuer's keys cannot be had, so no token can be judged: neither accepted nor refused. */
export class KeysUnavailableError extends Error {
  readonly statusCode = 503;
  readonly retryAfterSeconds = RETRY_MILLISECONDS / 1000;
}

export interface IssuerKeysOptions {
  issuer: string;
  clock: Clock;
  logger: FastifyBaseLogger;
}

/**
 * Finds the key that a token names among its issuer's. Nothing is fetched before the first token comes.
 *
 * Not jose's remote key set: that one stops working with keys it has as soon as they cannot be fetched anew, asks again for every request
 * while they cannot, and follows the machine's clock.
 *
 * @returns a function that throws KeysUnavailableError where the question cannot be answered now, and jose's errors where the token names no key of the issuer's.
 */
export function createIssuerKeys({ issuer, clock, logger }: IssuerKeysOptions): JWTVerifyGetKey {
  let keys: { find: JWTVerifyGetKey; address: string; loadedAt: number } | undefined;
  let failedAt: number | undefined;
  let unknownKeyAt: number | undefined;
  let loading: Promise<void> | undefined;

  /** False for a time that lies ahead, too: a clock that was set back prolongs nothing. */
  const within = (since: number | undefined, milliseconds: number): boolean => {
    if (since === undefined) return false;
    const age = clock.now() - since;
    return age >= 0 && age < milliseconds;
  };

  const load = async (knownAddress: string | undefined): Promise<void> => {
    try {
      const address = knownAddress ?? (await discoverKeySet(issuer));
      const find = createLocalJWKSet((await fetchJson(address)) as JSONWebKeySet);
      keys = { find, address, loadedAt: clock.now() };
      failedAt = undefined;
    } catch (error) {
      failedAt = clock.now();
      logger.error({ err: error }, 'the keys of the authorization server cannot be had');
    }
  };

  /** Requests that need the keys at the same time wait for one and the same answer. */
  const refresh = async (knownAddress?: string): Promise<void> => {
    const usable = within(keys?.loadedAt, USABLE_MILLISECONDS);
    if (within(failedAt, usable ? RETRY_WITH_KEYS_MILLISECONDS : RETRY_MILLISECONDS)) return;
    loading ??= load(knownAddress).finally(() => (loading = undefined));
    await loading;
  };

  const usableKeys = () => {
    if (keys === undefined || !within(keys.loadedAt, USABLE_MILLISECONDS)) throw new KeysUnavailableError('no key of the issuer is known');
    return keys;
  };

  return async (header, token) => {
    const stale = !within(keys?.loadedAt, FRESH_MILLISECONDS);
    if (stale) await refresh();
    const { find, address } = usableKeys();
    try {
      return await find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      if (!stale && !within(unknownKeyAt, UNKNOWN_KEY_INTERVAL_MILLISECONDS)) {
        unknownKeyAt = clock.now();
        await refresh(address);
      } else {
        // Another request may have asked just now: with its answer this key may be known too.
        await loading;
      }
    }
    // The key may be one of those that could not be fetched: whether the token is good is then not known.
    if (failedAt !== undefined) throw new KeysUnavailableError('the issuer may have keys that are not known yet');
    return usableKeys().find(header, token);
  };
}
