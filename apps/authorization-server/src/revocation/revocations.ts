import type { AccessTokenClaims } from '@rolecall/contracts/access-token';
import type { Revocation } from '@rolecall/contracts/revocations';
import type { Clock } from '@rolecall/storage/clock';
import type { ShortLivedStore } from '@rolecall/storage/short-lived-store';
import type { Change } from '../stores/types.ts';

/** What can be revoked, and the claim of an access token that names it. */
const CLAIMS = { grant: 'grant_id', token: 'jti', client: 'client_id', user: 'sub' } as const;

export type Revocable = keyof typeof CLAIMS;

/** What has been revoked, as far as access tokens that may still be about are concerned. */
export interface Revocations {
  /**
   * Tells all instances of a revocation that is in the database already: when this has resolved, {@link isRevoked} knows of it everywhere.
   *
   * @param at milliseconds since the epoch: tokens issued later are not meant.
   */
  announce(kind: Revocable, id: string, at: number): Promise<void>;
  /** Is this access token revoked, itself or by way of its grant, client or user? One round trip to the short-lived store. */
  isRevoked(claims: AccessTokenClaims): Promise<boolean>;
  /** Takes in what the database says was revoked. */
  learn(change: Change): void;
  /** Another number whenever something has been learnt: {@link since} has the same answers until then. */
  version(): number;
  /** What was revoked at this time or later (milliseconds since the epoch), as far as it still matters. */
  since(time: number): Revocation[];
}

const KINDS: Partial<Record<Change['kind'], Revocable>> = {
  grant_revoked: 'grant',
  token_revoked: 'token',
  client_revoked: 'client',
  user_revoked: 'user',
};

/** A grant or a token never comes back: whatever has its id is dead, whenever it was issued. A client or a user may be enabled again. */
const isFinal = (claim: Revocation['claim'] | undefined): boolean => claim === 'grant_id' || claim === 'jti';

/**
 * For so long after a client or user was disabled, tokens may still be issued to it: by an instance that has not heard of it for a second, whose clock is
 * ahead, or that waits for a hook. They are dead as well.
 */
const MARGIN_SECONDS = 15;

function secondsOf(kind: Revocable, at: number): number {
  return Math.floor(at / 1000) + (kind === 'client' || kind === 'user' ? MARGIN_SECONDS : 0);
}

/**
 * A revocation is known in three places: in the database, for good; as a mark in the short-lived store, so that every instance knows at once;
 * and in this process's memory, which follows the database, so that a short-lived store that was emptied makes nothing alive again, and so that
 * resource servers can be told.
 *
 * @param options.tokenLifetimeSeconds the longest that an access token may live: after that a revocation is of no interest.
 */
export function createRevocations(options: { store: ShortLivedStore; clock: Clock; tokenLifetimeSeconds: number }): Revocations {
  const { store, clock } = options;
  const lifetimeSeconds = options.tokenLifetimeSeconds + 120;
  /** By claim and value; in the order in which they were learnt. */
  const known = new Map<string, Revocation>();
  let version = 0;
  const keyOf = (claim: string, value: string) => `revoked:${claim}:${value}`;

  const remember = (kind: Revocable, value: string, at: number): void => {
    const claim = CLAIMS[kind];
    const key = keyOf(claim, value);
    const seconds = secondsOf(kind, at);
    if ((known.get(key)?.at ?? 0) >= seconds) return;
    version += 1;
    known.delete(key);
    known.set(key, { claim, value, at: seconds });
    for (const [oldest, entry] of known) {
      if (entry.at > clock.now() / 1000 - lifetimeSeconds) break;
      known.delete(oldest);
    }
  };

  return {
    announce: async (kind, id, at) => {
      remember(kind, id, at);
      await store.set(keyOf(CLAIMS[kind], id), secondsOf(kind, at), lifetimeSeconds);
    },
    isRevoked: async (claims) => {
      const named = Object.values(CLAIMS).filter((claim) => claims[claim] !== undefined);
      const keys = named.map((claim) => keyOf(claim, claims[claim] as string));
      const kills = (at: number | undefined, index: number) => at !== undefined && (isFinal(named[index]) || at >= claims.iat);
      if (keys.some((key, index) => kills(known.get(key)?.at, index))) return true;
      return (await store.getAll<number>(keys)).some(kills);
    },
    learn: ({ kind, key, at }) => {
      const revocable = KINDS[kind];
      if (revocable !== undefined) remember(revocable, key, at);
    },
    version: () => version,
    since: (time) => {
      // What is read from the database a second time, long after, is there again, and matters no more.
      const from = Math.max(Math.floor(time / 1000), clock.now() / 1000 - lifetimeSeconds);
      return [...known.values()].filter(({ at }) => at >= from);
    },
  };
}
