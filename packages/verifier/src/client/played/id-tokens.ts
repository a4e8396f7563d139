import { hash, type webcrypto } from 'node:crypto';
import { base64url, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';

/** A key of the played issuer. RS256 is what every client of OpenID Connect takes (Core §15.1). */
export interface SigningKey {
  privateKey: webcrypto.CryptoKey;
  publicJwk: JWK;
}

export async function createSigningKey(kid: string): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  return { privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' } };
}

/** What is different from a right ID token. */
export interface IdTokenChanges {
  /** Other claims; `undefined` leaves one out. */
  claims?: Record<string, unknown>;
  /** Other members of the header; `undefined` leaves one out. */
  header?: Record<string, unknown>;
  key?: SigningKey;
  /** `none`: not signed at all (RFC 7518 §3.6). `broken`: another text was signed. */
  signature?: 'none' | 'broken';
}

/** A JWT of the played issuer. */
export async function signed(claims: JWTPayload, key: SigningKey, changes: IdTokenChanges = {}): Promise<string> {
  const payload = present({ ...claims, ...changes.claims });
  const used = changes.key ?? key;
  const header = present({ alg: 'RS256', kid: used.publicJwk.kid, ...changes.header });
  if (changes.signature === 'none') return `${encoded({ ...header, alg: 'none' })}.${encoded(payload)}.`;
  const token = await new SignJWT(payload).setProtectedHeader({ ...header, alg: 'RS256' }).sign(used.privateKey);
  if (changes.signature !== 'broken') return token;
  const [head = '', , signature = ''] = token.split('.');
  return `${head}.${encoded({ ...payload, name: 'Somebody else' })}.${signature}`;
}

/** OpenID Connect Core §3.1.3.6: the left half of the access token's hash. */
export const accessTokenHash = (token: string): string => hash('sha256', token, 'buffer').subarray(0, 16).toString('base64url');

const encoded = (value: object): string => base64url.encode(JSON.stringify(value));

const present = (members: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
