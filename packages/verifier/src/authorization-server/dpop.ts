import { hash, randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import type { Answer } from '../http.ts';
import { errorOf } from '../judge.ts';
import { preferred } from './client-metadata.ts';
import type { AuthorizationServer } from './subject.ts';

/** A key that tokens are bound to. */
export interface DpopKey {
  alg: string;
  privateKey: CryptoKey;
  publicJwk: JWK;
  /** RFC 7638. */
  thumbprint: string;
}

/** What is different from a right proof. `undefined` leaves a member out. */
export interface ProofChanges {
  header?: Record<string, unknown>;
  claims?: Record<string, unknown>;
  /** Signs with another key than the one in the header. */
  signer?: CryptoKey;
}

/** A new key, of an algorithm that the server takes. */
export async function newDpopKey({ metadata }: AuthorizationServer): Promise<DpopKey> {
  const alg = preferred(metadata.dpop_signing_alg_values_supported);
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const publicJwk = await exportJWK(publicKey);
  return { alg, privateKey, publicJwk, thumbprint: await calculateJwkThumbprint(publicJwk) };
}

/** A proof for a request (RFC 9449 §4.2). @param url the address of the request. */
export async function proofFor(key: DpopKey, method: string, url: string, changes: ProofChanges = {}): Promise<string> {
  const { header = {}, claims = {}, signer = key.privateKey } = changes;
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({ jti: randomUUID(), htm: method, htu: url.split(/[?#]/, 1)[0], iat: now, ...claims })
    .setProtectedHeader({ typ: 'dpop+jwt', alg: key.alg, jwk: key.publicJwk, ...header })
    .sign(signer);
}

/** The `ath` of a proof at a resource (RFC 9449 §4.2). */
export const athOf = (token: string): string => hash('sha256', token, 'base64url');

/** Sends a request with a proof, and once more with a nonce where the server asks for one (RFC 9449 §8). */
export async function withProof(
  key: DpopKey,
  method: string,
  url: string,
  send: (headers: { dpop: string }) => Promise<Answer>,
  changes: ProofChanges = {},
): Promise<Answer> {
  const answer = await send({ dpop: await proofFor(key, method, url, changes) });
  const nonce = answer.headers.get('dpop-nonce');
  const asksForOne = errorOf(answer) === 'use_dpop_nonce' || (answer.headers.get('www-authenticate') ?? '').includes('use_dpop_nonce');
  if (nonce === null || !asksForOne) return answer;
  return send({ dpop: await proofFor(key, method, url, { ...changes, claims: { nonce, ...changes.claims } }) });
}
