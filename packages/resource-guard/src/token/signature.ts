import { KeyObject, verify, type webcrypto } from 'node:crypto';

/** What access tokens are signed with. Asymmetric only: a key set that everybody can read must never check a symmetric signature (RFC 8725 §3.1). */
export const ALGORITHMS = ['ES256', 'RS256', 'EdDSA'];

/** The hash that each algorithm signs; EdDSA takes the text itself. */
const HASHES: Readonly<Record<string, string | null>> = { ES256: 'sha256', RS256: 'sha256', EdDSA: null };

/** Bits. Shorter RSA keys are weak (RFC 7518 §3.3), and longer ones make every signature cost what a hundred others do. */
const RSA_MODULUS = { minimum: 2_048, maximum: 8_192 };

const ES256_BYTES = 64;

const keyObjects = new WeakMap<webcrypto.CryptoKey, KeyObject>();

/**
 * Is it the signature of a text? With `node:crypto`, in the place where it is called: a third of what Web Crypto costs, which goes through a thread for each.
 *
 * @param key one that was made for this algorithm (jose's key sets give no others).
 * @throws Error where the key is too short or too long.
 */
export function isSignatureOf(text: string, signature: Buffer, algorithm: string, key: webcrypto.CryptoKey): boolean {
  const hash = HASHES[algorithm];
  if (hash === undefined) return false;
  const encoded = algorithm === 'ES256' ? derOf(signature) : signature;
  return encoded !== undefined && verify(hash, Buffer.from(text, 'latin1'), keyObjectOf(key), encoded);
}

function keyObjectOf(key: webcrypto.CryptoKey): KeyObject {
  const known = keyObjects.get(key);
  if (known !== undefined) return known;
  const object = KeyObject.from(key);
  const { modulusLength } = object.asymmetricKeyDetails ?? {};
  if (modulusLength !== undefined && (modulusLength < RSA_MODULUS.minimum || modulusLength > RSA_MODULUS.maximum))
    throw new Error(`a key of ${modulusLength} bits is not used`);
  keyObjects.set(key, object);
  return object;
}

/** The two numbers of an ECDSA signature (RFC 7518 §3.4) as OpenSSL takes them. It would convert them itself, at half the cost of the verification. */
function derOf(signature: Buffer): Buffer | undefined {
  if (signature.length !== ES256_BYTES) return undefined;
  const [r, s] = [derInteger(signature.subarray(0, 32)), derInteger(signature.subarray(32))];
  return Buffer.concat([Buffer.from([0x30, r.length + s.length]), r, s]);
}

/** ASN.1's shortest form: without leading zeros, but for the one that says that a number is positive. */
function derInteger(bytes: Buffer): Buffer {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start += 1;
  const digits = bytes.subarray(start);
  const sign = (digits[0] as number) & 0x80 ? [0] : [];
  return Buffer.concat([Buffer.from([0x02, digits.length + sign.length, ...sign]), digits]);
}
