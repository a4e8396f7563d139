import { hash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { calculateJwkThumbprint, EmbeddedJWK, type JWK, jwtVerify } from 'jose';
import type { Faults } from './faults.ts';
import type { Claims } from './jwt.ts';
import { Refusal } from './refusal.ts';

export const PROOF_ALGORITHMS = ['ES256'];

const refused = (code = 'invalid_dpop_proof'): Refusal => new Refusal(401, code, { scheme: 'DPoP' });

/** Checks proofs of keys (RFC 9449 §4.3). */
export function createProofs(origin: string, faults: Faults): (request: FastifyRequest, token: string, claims: Claims) => Promise<void> {
  const used = new Set<unknown>();
  return async (request, token, claims) => {
    const jkt = (claims['cnf'] as { jkt?: string } | undefined)?.jkt;
    if (jkt === undefined && !faults.has('bearerAsBound')) throw refused('invalid_token');
    const [proof, ...more] = request.raw.headersDistinct['dpop'] ?? [];
    if (proof === undefined || more.length > 0) throw refused();
    const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, { algorithms: PROOF_ALGORITHMS, typ: 'dpop+jwt' }).catch(
      () => {
        throw refused();
      },
    );
    const jwk = protectedHeader.jwk as JWK;
    const { htm, htu, iat, jti, ath } = payload;
    const base = faults.has('proofByHost') ? `http://${request.headers.host}` : origin;
    const good = [
      !('d' in jwk),
      faults.has('proofOfAnyMethod') || htm === request.method,
      faults.has('proofOfAnyAddress') || htu === `${base}${request.url.split('?', 1)[0]}`,
      faults.has('proofOfAnyTime') || (typeof iat === 'number' && Math.abs(iat - Date.now() / 1000) < 120),
      typeof jti === 'string' && (faults.has('proofsAgain') || !used.has(jti)),
      faults.has('proofOfAnyToken') || ath === hash('sha256', token, 'base64url'),
    ];
    if (good.includes(false)) throw refused();
    used.add(jti);
    const sameKey = (await calculateJwkThumbprint(jwk)) === jkt || jkt === undefined || faults.has('proofOfAnyKey');
    if (!sameKey) throw refused('invalid_token');
  };
}
