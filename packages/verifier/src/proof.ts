import { hash, randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, CompactSign, type CryptoKey, exportJWK, generateKeyPair, type JWK } from 'jose';

/** A key that tokens are bound to. */
export interface ProofKey {
  privateKey: CryptoKey;
  publicJwk: JWK;
  algorithm: string;
  /** RFC 7638. */
  thumbprint: string;
}

/** What is different from a right proof. `undefined` leaves a member out. */
export interface ProofChanges {
  header?: Record<string, unknown>;
  claims?: Record<string, unknown>;
  /** Signs instead of the key that is in the header. */
  signer?: CryptoKey | Uint8Array;
}

/** What a proof is for. */
export interface Proven {
  method: string;
  url: string;
  /** Undefined at the token endpoint, where there is none yet. */
  token?: string | undefined;
  nonce?: string | undefined;
}

/** A new key. @param supported the algorithms that the other side takes: ES256 where nothing is said. */
export async function newProofKey(supported: readonly string[] | undefined): Promise<ProofKey> {
  const algorithm =
    ['ES256', 'EdDSA', 'Ed25519', 'PS256', 'RS256'].find((each) => supported === undefined || supported.includes(each)) ?? 'ES256';
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  const publicJwk = await exportJWK(publicKey);
  return { privateKey, publicJwk, algorithm, thumbprint: await calculateJwkThumbprint(publicJwk) };
}

/** A proof as RFC 9449 §4.2 has it, but for what the changes say. */
export function proofOf(
  { privateKey, publicJwk, algorithm }: ProofKey,
  { method, url, token, nonce }: Proven,
  changes: ProofChanges = {},
): Promise<string> {
  const { header = {}, claims = {}, signer = privateKey } = changes;
  const said = {
    ...{ jti: randomUUID(), htm: method, htu: url.split(/[?#]/, 1)[0], iat: Math.floor(Date.now() / 1000) },
    ...(token !== undefined && { ath: hash('sha256', token, 'base64url') }),
    ...(nonce !== undefined && { nonce }),
    ...claims,
  };
  return new CompactSign(new TextEncoder().encode(JSON.stringify(said)))
    .setProtectedHeader({ typ: 'dpop+jwt', alg: algorithm, jwk: publicJwk, ...header })
    .sign(signer);
}
