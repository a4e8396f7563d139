import type { AccessTokenClaims } from '@rolecall/contracts/access-token';
import { type Clock, nowInSeconds } from '@rolecall/storage/clock';
import type { KeyRing } from '../keys/key-ring.ts';
import { tokenHash } from '../random.ts';
import type { Revocations } from '../revocation/revocations.ts';
import type { ClientStore, RefreshTokenState, RefreshTokenStore, Resource, ResourceStore, UserStore } from '../stores/types.ts';
import type { OpaqueAccessTokens } from './opaque-access-token.ts';

/** A token that this server has issued. `alive`: neither expired nor revoked, and nobody that it depends on is gone or disabled. */
export type FoundToken =
  | { kind: 'access_token'; claims: AccessTokenClaims; resource: Resource; alive: boolean }
  | { kind: 'refresh_token'; state: RefreshTokenState; alive: boolean };

/** Finds out what a token is: its own form says which kind, so that no hint is needed (RFC 7662 §2.1). Undefined when it is none of this server's. */
export type FindToken = (
  token: string,
  /** Another kind of token is not even looked up. */
  options?: { only?: 'access_token' },
) => Promise<FoundToken | undefined>;

export function createTokenFinder(options: {
  issuer: string;
  clock: Clock;
  keyRing: KeyRing;
  opaqueTokens: OpaqueAccessTokens;
  revocations: Revocations;
  clients: ClientStore;
  users: UserStore;
  resources: ResourceStore;
  refreshTokens: RefreshTokenStore;
}): FindToken {
  const { issuer, clock, keyRing, opaqueTokens, revocations, clients, users, resources, refreshTokens } = options;

  return async (token, { only } = {}) => {
    if (token.startsWith('rc_rt_')) {
      if (only === 'access_token') return undefined;
      const state = await refreshTokens.find(tokenHash(token), clock.now());
      return state && { kind: 'refresh_token', state, alive: state.alive };
    }
    const claims = token.startsWith('rc_at_') ? opaqueTokens.open(token) : await keyRing.verify(token);
    if (claims === undefined || claims.iss !== issuer) return undefined;
    const resource = (await resources.list()).find(({ identifier }) => identifier === claims.aud);
    if (resource === undefined) return undefined;
    return { kind: 'access_token', claims, resource, alive: await isAlive(claims) };
  };

  async function isAlive(claims: AccessTokenClaims): Promise<boolean> {
    if (claims.exp <= nowInSeconds(clock)) return false;
    const client = await clients.find(claims.client_id);
    if (client === undefined || client.disabled) return false;
    if (claims.sub !== claims.client_id) {
      const user = await users.find(claims.sub);
      if (user === undefined || user.disabled) return false;
    }
    return !(await revocations.isRevoked(claims));
  }
}
