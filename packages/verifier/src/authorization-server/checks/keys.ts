import { check } from '../../check.ts';
import { require } from '../../finding.ts';
import type { AuthorizationServer } from '../subject.ts';

const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];
const MINIMUM_RSA_BITS = 2048;
const WEAK_CURVES = ['P-192', 'P-224', 'secp192r1', 'secp224r1'];

/** The published keys (RFC 7517). */
export const keys = [
  check<AuthorizationServer>('AS-JWKS-01', 'public keys only', async (server) => {
    for (const key of (await server.keys()).keys) {
      require(typeof key.kty === 'string', 'a key has no kty (RFC 7517 §4.1)');
      const shown = PRIVATE_MEMBERS.filter((member) => member in key);
      require(key.kty !== 'oct' && shown.length === 0, `the key ${key.kid ?? ''} is published with its private part (${shown.join(', ')})`);
    }
  }),
  check<AuthorizationServer>('AS-JWKS-01', 'which key is which', async (server) => {
    const all = (await server.keys()).keys;
    const kids = all.map(({ kid }) => kid);
    require(all.length <= 1 ||
      kids.every((kid) => kid !== undefined), 'there are several keys, and not each has a kid (OpenID Connect Core §10.1)');
    const twice = kids.filter((kid, index) => kid !== undefined && kids.indexOf(kid) !== index);
    require(twice.length === 0, `two keys have the kid ${twice.join(', ')}`);
    const uses = new Set(all.map(({ use }) => use));
    require(!uses.has('enc') ||
      !uses.has(undefined), 'there are keys for encryption, and others that do not say what they are for (RFC 8414 §2)');
  }),
  check<AuthorizationServer>('AS-JWKS-03', 'the strength of the keys', async (server) => {
    for (const { kty, kid = '', crv, n } of (await server.keys()).keys) {
      const bits = bitsOf(n);
      require(kty !== 'RSA' || bits >= MINIMUM_RSA_BITS, `the RSA key ${kid} has ${bits} bits`);
      require(!WEAK_CURVES.includes(crv ?? ''), `the key ${kid} is on the curve ${crv}`);
    }
  }),
  check<AuthorizationServer>('AS-JWKS-04', 'keys for caches and browsers', async (server) => {
    const { headers } = await server.http.ask({ url: server.endpoint('jwks_uri'), headers: { origin: 'https://verifier.example' } });
    require(/\bmax-age=[1-9]/.test(headers.get('cache-control') ?? ''), 'the key set does not say how long it may be kept');
    require(headers.get('access-control-allow-origin') !== null, 'no other origin may read the key set');
  }),
];

function bitsOf(modulus: string | undefined): number {
  const bytes = Buffer.from(modulus ?? '', 'base64url');
  const first = bytes.findIndex((byte) => byte !== 0);
  return first === -1 ? 0 : (bytes.length - first) * 8 - Math.clz32(bytes[first] ?? 0) + 24;
}
