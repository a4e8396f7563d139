import { createHash, randomUUID } from 'node:crypto';
import { type Clock, nowInSeconds } from '@rolecall/storage/clock';
import { calculateJwkThumbprint, CompactSign, type CryptoKey, exportJWK, generateKeyPair, type JWK } from 'jose';

/** A key of a client's, with which it proves that a token is its own. */
export interface ProofKey {
  privateKey: CryptoKey;
  publicKey: CryptoKey;
  jwk: JWK;
  /** What a token that is bound to it says in `cnf`. */
  jkt: string;
}

export interface ProofOptions {
  clock: Clock;
  htu: string;
  htm?: string;
  /** The access token that it goes with. */
  token: string;
  /** Claims that differ from those of a good proof. `undefined` leaves one out. */
  claims?: Record<string, unknown>;
  /** Header members that differ. `undefined` leaves one out. */
  header?: Record<string, unknown>;
}

/** Makes a key pair. */
export async function createProofKey(alg = 'ES256'): Promise<ProofKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = await exportJWK(publicKey);
  return { privateKey, publicKey, jwk, jkt: await calculateJwkThumbprint(jwk) };
}

/** Makes a proof by hand (RFC 9449 §4.2): a good one, except for what the options change. */
export async function signProof({ privateKey, jwk }: ProofKey, options: ProofOptions): Promise<string> {
  const { clock, htu, htm = 'GET', token, claims = {}, header = {} } = options;
  const payload = { jti: randomUUID(), htm, htu, iat: nowInSeconds(clock), ath: athOf(token), ...claims };
  return new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk, ...header } as never)
    .sign(privateKey);
}

/** The hash of an access token in its proofs (RFC 9449 §4.2). */
export function athOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
