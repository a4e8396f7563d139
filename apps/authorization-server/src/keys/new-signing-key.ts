import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { publicSigningKey, type SigningAlgorithm } from '@rolecall/contracts/jwks';
import { tokenHash } from '../random.ts';
import type { SigningKeyRecord } from '../stores/types.ts';
import type { KeyEncryption } from './key-encryption.ts';

const generate = promisify(generateKeyPair);

/** Makes a key, its private half encrypted already. `signsFrom` is in milliseconds since the epoch. */
export async function newSigningKey(
  place: { algorithm: SigningAlgorithm; sequence: number; signsFrom: number },
  encryption: KeyEncryption,
): Promise<SigningKeyRecord> {
  const { publicKey, privateKey } = await generateFor(place.algorithm);
  const jwk = publicKey.export({ format: 'jwk' });
  // The thumbprint of the key (RFC 7638): the same wherever it is computed, and unique. Its members are in alphabetical order.
  const members = Object.fromEntries(Object.entries(jwk).sort(([a], [b]) => (a < b ? -1 : 1)));
  const kid = tokenHash(JSON.stringify(members));
  const publicJwk = publicSigningKey.parse({ ...jwk, kid, use: 'sig', alg: place.algorithm });
  return { ...place, kid, publicJwk, ...encryption.seal(privateKey.export({ type: 'pkcs8', format: 'der' }), kid) };
}

/** P-256 and RSA of 2048 bits are the least that is allowed (RFC 7518 §3.3, §3.4), and enough. */
function generateFor(algorithm: SigningAlgorithm): Promise<{ publicKey: KeyObject; privateKey: KeyObject }> {
  switch (algorithm) {
    case 'ES256':
      return generate('ec', { namedCurve: 'P-256' });
    case 'RS256':
      return generate('rsa', { modulusLength: 2048 });
    case 'EdDSA':
      return generate('ed25519');
  }
}
