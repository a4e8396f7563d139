import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto';
import type { AccessTokenClaims } from '@rolecall/contracts/access-token';
import { LRUCache } from 'lru-cache';
import { encryptionKeyId } from '../keys/key-encryption.ts';

/** Access tokens that only this server can read: the same claims as a JWT's, encrypted. Whoever holds one can tell nothing from it. */
export interface OpaqueAccessTokens {
  seal(claims: AccessTokenClaims): string;
  /** The claims, or undefined when it is not a token of this server's. Whether it has expired or was revoked is another question. */
  open(token: string): AccessTokenClaims | undefined;
}

const PREFIX = 'rc_at_';
const CIPHER = 'aes-256-gcm';
const KEY_ID_BYTES = 4;
const HOUR_BYTES = 4;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = KEY_ID_BYTES + HOUR_BYTES;
const SECONDS_PER_HOUR = 3_600;
/** Tokens are of the last two hours, under one of the server's keys or of a few. */
const REMEMBERED_HOURS = 16;

/**
 * Tokens are encrypted under a key for each hour, derived from one of the server's keys (HKDF, RFC 5869), with a random nonce:
 * under one key, random nonces of twelve bytes are safe for 2^32 tokens (NIST SP 800-38D §8.3), more than are issued in an hour and fewer than in years.
 *
 * @param keys of 32 bytes: the first one encrypts, all of them decrypt.
 */
export function createOpaqueAccessTokens(keys: readonly Uint8Array[]): OpaqueAccessTokens {
  const masters = new Map(keys.map((key) => [encryptionKeyId(key), createSecretKey(key)]));
  const [currentId] = masters.keys();
  if (currentId === undefined) throw new Error('there is no key to encrypt access tokens with');
  const keysOfHours = new LRUCache<string, KeyObject>({ max: REMEMBERED_HOURS });

  /** @param head which of the server's keys, and the hour: what the token begins with. */
  const keyOf = (head: Buffer): KeyObject | undefined => {
    const name = head.toString('hex');
    let key = keysOfHours.get(name);
    if (key === undefined) {
      const master = masters.get(name.slice(0, KEY_ID_BYTES * 2));
      if (master === undefined) return undefined;
      // As a key object: from plain bytes, Node takes ten times as long to make a cipher.
      key = createSecretKey(Buffer.from(hkdfSync('sha256', master, head, 'rolecall opaque access token', 32)));
      keysOfHours.set(name, key);
    }
    return key;
  };

  return {
    seal: (claims) => {
      const head = Buffer.alloc(HEAD_BYTES);
      head.write(currentId, 'hex');
      head.writeUInt32BE(Math.floor(claims.iat / SECONDS_PER_HOUR), KEY_ID_BYTES);
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, keyOf(head) as KeyObject, nonce);
      const ciphertext = Buffer.concat([cipher.update(JSON.stringify(claims), 'utf8'), cipher.final()]);
      return PREFIX + Buffer.concat([head, nonce, cipher.getAuthTag(), ciphertext]).toString('base64url');
    },
    open: (token) => {
      if (!/^rc_at_[A-Za-z0-9_-]{60,}$/.test(token)) return undefined;
      const bytes = Buffer.from(token.slice(PREFIX.length), 'base64url');
      const [nonceAt, tagAt, textAt] = [HEAD_BYTES, HEAD_BYTES + NONCE_BYTES, HEAD_BYTES + NONCE_BYTES + TAG_BYTES];
      const key = keyOf(bytes.subarray(0, HEAD_BYTES));
      if (key === undefined) return undefined;
      try {
        const decipher = createDecipheriv(CIPHER, key, bytes.subarray(nonceAt, tagAt)).setAuthTag(bytes.subarray(tagAt, textAt));
        const text = decipher.update(bytes.subarray(textAt));
        // Until this has not thrown, nobody knows whose text it is. There is none left in it.
        decipher.final();
        return JSON.parse(text.toString('utf8')) as AccessTokenClaims;
      } catch {
        // Not sealed by this server, or changed since.
        return undefined;
      }
    },
  };
}
