import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto';
import type { AccessTokenClaims } from '@rolecall/contracts/access-token';
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
const SALT_BYTES = 24;
const TAG_BYTES = 16;

/**
 * Each token is encrypted under a key and a nonce of its own, derived from one of the server's keys and a random salt (HKDF, RFC 5869):
 * under one key, random nonces of twelve bytes would run out of safety after some billions of tokens.
 *
 * @param keys of 32 bytes: the first one encrypts, all of them decrypt.
 */
export function createOpaqueAccessTokens(keys: readonly Uint8Array[]): OpaqueAccessTokens {
  const byId = new Map(keys.map((key) => [encryptionKeyId(key), createSecretKey(key)]));
  const [[id, current] = []] = byId;
  if (id === undefined || current === undefined) throw new Error('there is no key to encrypt access tokens with');
  const currentId = Buffer.from(id, 'hex');

  return {
    seal: (claims) => {
      const salt = randomBytes(SALT_BYTES);
      const { key, nonce } = derive(current, salt);
      const cipher = createCipheriv(CIPHER, key, nonce);
      const ciphertext = Buffer.concat([cipher.update(JSON.stringify(claims), 'utf8'), cipher.final()]);
      return PREFIX + Buffer.concat([currentId, salt, cipher.getAuthTag(), ciphertext]).toString('base64url');
    },
    open: (token) => {
      if (!/^rc_at_[A-Za-z0-9_-]{60,}$/.test(token)) return undefined;
      const bytes = Buffer.from(token.slice(PREFIX.length), 'base64url');
      const master = byId.get(bytes.subarray(0, KEY_ID_BYTES).toString('hex'));
      if (master === undefined) return undefined;
      const salt = bytes.subarray(KEY_ID_BYTES, KEY_ID_BYTES + SALT_BYTES);
      const tag = bytes.subarray(KEY_ID_BYTES + SALT_BYTES, KEY_ID_BYTES + SALT_BYTES + TAG_BYTES);
      const { key, nonce } = derive(master, salt);
      try {
        const decipher = createDecipheriv(CIPHER, key, nonce).setAuthTag(tag);
        const text = decipher.update(bytes.subarray(KEY_ID_BYTES + SALT_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
        return JSON.parse(text) as AccessTokenClaims;
      } catch {
        // Not sealed by this server, or changed since.
        return undefined;
      }
    },
  };
}

/** As key objects: from plain bytes, Node takes ten times as long to make a cipher. */
function derive(master: KeyObject, salt: Uint8Array): { key: KeyObject; nonce: Buffer } {
  const bytes = Buffer.from(hkdfSync('sha256', master, salt, 'rolecall opaque access token', 44));
  return { key: createSecretKey(bytes.subarray(0, 32)), nonce: bytes.subarray(32) };
}
