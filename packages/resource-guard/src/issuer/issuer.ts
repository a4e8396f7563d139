import type { Clock } from '@rolecall/storage/clock';
import { createLocalJWKSet, type CryptoKey, errors, type JSONWebKeySet, type JWTHeaderParameters } from 'jose';
import { causeOf, type Log } from '../log.ts';
import { UnavailableError } from '../unavailable-error.ts';
import { createWithin } from '../within.ts';
import { fetchJson } from './fetch-document.ts';
import { discoverIssuer, type IssuerMetadata } from './metadata.ts';

/** Keys of this age are fetched anew while requests go on. */
const REFRESH_MILLISECONDS = 4 * 60_000;
/** Keys younger than this are used without waiting for newer ones. */
const FRESH_MILLISECONDS = 5 * 60_000;
/** Keys older than this are used no more, even where no newer ones can be had. */
const USABLE_MILLISECONDS = 60 * 60_000;
/** A token may name any key: how often an unknown one is worth a request to the authorization server. */
const UNKNOWN_KEY_INTERVAL_MILLISECONDS = 10_000;
/** How long a failed attempt stands for those that follow it: an authorization server in trouble is not to be flooded as well. */
const RETRY_MILLISECONDS = 2_000;
/** The same while there are keys that still serve. */
const RETRY_WITH_KEYS_MILLISECONDS = 10_000;
/** For so long after a failed attempt no request waits for another, as long as there are keys that serve: who is away is not waited for again and again. */
const PATIENCE_MILLISECONDS = 60_000;

/** The key of a key set that the header of a JWT names: one that is for that algorithm and for signatures. */
type FindKey = (header: JWTHeaderParameters) => Promise<CryptoKey>;

/** What is known of an issuer, from its metadata and its keys. Nothing is fetched before it is first asked. */
export interface Issuer {
  /**
   * The key that a token names. Throws UnavailableError where the question cannot be answered now, and jose's errors where the token names no key of
   * the issuer's.
   */
  key: FindKey;
  /** Throws UnavailableError where it cannot be had, and none is known that may still be used. */
  metadata(): Promise<IssuerMetadata>;
}

/**
 * Not jose's remote key set: that one stops working with keys it has as soon as they cannot be fetched anew, asks again for every request
 * while they cannot, and follows the machine's clock.
 */
export function createIssuer(options: { issuer: string; clock: Clock; log: Log; fetch?: typeof fetch | undefined }): Issuer {
  const { issuer, clock, log } = options;
  let known: { find: FindKey; metadata: IssuerMetadata; discoveredAt: number; loadedAt: number } | undefined;
  let failedAt: number | undefined;
  let unknownKeyAt: number | undefined;
  let loading: Promise<void> | undefined;

  const within = createWithin(clock);

  const load = async (knownMetadata: IssuerMetadata | undefined): Promise<void> => {
    try {
      // With every unknown key that a token names the keys are fetched anew; the metadata must not grow old with that.
      const kept = knownMetadata !== undefined && within(known?.discoveredAt, FRESH_MILLISECONDS);
      const metadata = kept ? knownMetadata : await discoverIssuer(issuer, options);
      const find = createLocalJWKSet((await fetchJson(metadata.jwks_uri, options)) as JSONWebKeySet);
      known = { find, metadata, discoveredAt: kept && known ? known.discoveredAt : clock.now(), loadedAt: clock.now() };
      failedAt = undefined;
    } catch (error) {
      failedAt = clock.now();
      log.error({ cause: causeOf(error) }, 'the keys of the authorization server cannot be had');
    }
  };

  /** Requests that need it at the same time wait for one and the same answer. */
  const refresh = async (knownMetadata?: IssuerMetadata): Promise<void> => {
    const hasKeys = within(known?.loadedAt, USABLE_MILLISECONDS);
    if (within(failedAt, hasKeys ? RETRY_WITH_KEYS_MILLISECONDS : RETRY_MILLISECONDS)) return;
    loading ??= load(knownMetadata).finally(() => (loading = undefined));
    await loading;
  };

  /** @returns whether it has waited: then what is known is as new as can be. */
  const keepFresh = async (): Promise<boolean> => {
    if (within(known?.loadedAt, REFRESH_MILLISECONDS)) return false;
    const answer = refresh();
    const serves = within(known?.loadedAt, USABLE_MILLISECONDS) && within(failedAt, PATIENCE_MILLISECONDS);
    if (within(known?.loadedAt, FRESH_MILLISECONDS) || serves) return false;
    await answer;
    return true;
  };

  const usable = () => {
    if (known === undefined || !within(known.loadedAt, USABLE_MILLISECONDS)) throw new UnavailableError('nothing is known of the issuer');
    return known;
  };

  const key: FindKey = async (header) => {
    const refreshed = await keepFresh();
    const { find, metadata } = usable();
    try {
      return await find(header);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      if (!refreshed && !within(unknownKeyAt, UNKNOWN_KEY_INTERVAL_MILLISECONDS)) {
        unknownKeyAt = clock.now();
        await refresh(metadata);
      } else {
        // Another request may have asked just now: with its answer this key may be known too.
        await loading;
      }
    }
    // The key may be one of those that could not be fetched: whether the token is good is then not known.
    if (failedAt !== undefined) throw new UnavailableError('the issuer may have keys that are not known yet');
    return usable().find(header);
  };

  return {
    key,
    metadata: async () => {
      await keepFresh();
      return usable().metadata;
    },
  };
}
