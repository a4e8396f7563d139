import { hash } from 'node:crypto';
import type { CryptoKey, JWTHeaderParameters } from 'jose';
import { LRUCache } from 'lru-cache';

/** A JWT whose signature is right. */
export interface SignedToken {
  header: JWTHeaderParameters;
  claims: Readonly<Record<string, unknown>>;
  /** By which key. With any other one it would have to be looked at again. */
  key: CryptoKey;
}

/** Remembers tokens whose signatures were right: that and nothing else, whether they may be used now is asked every time. */
export interface KnownSignatures {
  find(token: string): SignedToken | undefined;
  add(token: string, signed: SignedToken): void;
}

/**
 * Tokens are known by the SHA-256 of all of their characters, signature included: no other token has the same.
 *
 * @param maximum how many; the one that was not asked for longest goes first. 0 remembers none.
 */
export function createKnownSignatures(maximum: number): KnownSignatures {
  if (maximum === 0) return { find: () => undefined, add: () => {} };
  const known = new LRUCache<string, SignedToken>({ max: maximum });
  const idOf = (token: string): string => hash('sha256', token, 'base64url');
  return {
    find: (token) => known.get(idOf(token)),
    // Every request with this token is given the same claims: what one of them did to them must not be seen by the next.
    add: (token, signed) => void known.set(idOf(token), { ...signed, claims: deepFreeze(signed.claims) }),
  };
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  Object.values(value).forEach(deepFreeze);
  return Object.freeze(value);
}
