import type { Answer } from '../http.ts';
import { errorOf } from '../judge.ts';
import { newProofKey, type ProofChanges, type ProofKey, proofOf, type Proven } from '../proof.ts';
import type { AuthorizationServer } from './subject.ts';

/** A new key, of an algorithm that the server takes. */
export const newDpopKey = ({ metadata }: AuthorizationServer): Promise<ProofKey> => newProofKey(metadata.dpop_signing_alg_values_supported);

/** Sends a request with a proof, and once more with a nonce where the server asks for one (RFC 9449 §8). */
export async function withProof(
  key: ProofKey,
  proven: Proven,
  send: (headers: { dpop: string }) => Promise<Answer>,
  changes: ProofChanges = {},
): Promise<Answer> {
  const answer = await send({ dpop: await proofOf(key, proven, changes) });
  const nonce = answer.headers.get('dpop-nonce');
  const asksForOne = errorOf(answer) === 'use_dpop_nonce' || (answer.headers.get('www-authenticate') ?? '').includes('use_dpop_nonce');
  if (nonce === null || !asksForOne) return answer;
  return send({ dpop: await proofOf(key, { ...proven, nonce }, changes) });
}
