import { type KeyObject, sign } from 'node:crypto';
import type { SigningAlgorithm } from '@rolecall/contracts/jwks';

/** Signs claims and answers the JWT. */
export type TokenSigner = (claims: object) => string;

const KEY_TYPES: Readonly<Record<SigningAlgorithm, KeyObject['asymmetricKeyType']>> = { ES256: 'ec', RS256: 'rsa', EdDSA: 'ed25519' };

/**
 * A signer for one key and one type of token: a JWS in its compact form (RFC 7515 §3.1) by one call of `node:crypto`, for every token a signature and hardly more
 * ([ADR 33](../../../../docs/adr/0033-tokens-are-signed-where-they-are-made.md)).
 *
 * @param type the `typ` in the header of every token (RFC 8725 §3.11).
 * @throws Error for a key of another algorithm.
 */
export function createTokenSigner(kid: string, algorithm: SigningAlgorithm, privateKey: KeyObject, type: string): TokenSigner {
  const { asymmetricKeyType: keyType, asymmetricKeyDetails: details } = privateKey;
  if (keyType !== KEY_TYPES[algorithm] || (keyType === 'ec' && details?.namedCurve !== 'prime256v1'))
    throw new Error(`the key ${kid} is none for ${algorithm}`);
  const header = `${encoded({ alg: algorithm, typ: type, kid })}.`;
  const hash = algorithm === 'EdDSA' ? null : 'sha256';
  return (claims) => {
    const input = header + encoded(claims);
    // The key as it is: with options beside it, Node takes half as long again to find out that it is one.
    const signature = sign(hash, Buffer.from(input, 'latin1'), privateKey);
    return `${input}.${(algorithm === 'ES256' ? concatenated(signature) : signature).toString('base64url')}`;
  };
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** How long R and S are on P-256. */
const COORDINATE_BYTES = 32;

/**
 * A signature of ECDSA on P-256 as JOSE has it, R and S of 32 bytes each (RFC 7518 §3.4), from DER, which OpenSSL writes: a sequence of two integers
 * without leading zeros, other than one that keeps them positive. OpenSSL's own conversion takes as long as half a signature.
 */
function concatenated(der: Buffer): Buffer {
  const signature = Buffer.alloc(2 * COORDINATE_BYTES);
  const endOfR = 4 + (der[3] as number);
  const [r, s] = [der.subarray(4, endOfR), der.subarray(endOfR + 2)];
  r.copy(signature, Math.max(0, COORDINATE_BYTES - r.length), Math.max(0, r.length - COORDINATE_BYTES));
  s.copy(signature, COORDINATE_BYTES + Math.max(0, COORDINATE_BYTES - s.length), Math.max(0, s.length - COORDINATE_BYTES));
  return signature;
}
