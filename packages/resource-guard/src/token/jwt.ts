import { ACCESS_TOKEN_TYPE } from '@rolecall/contracts/access-token';
import type { Clock } from '@rolecall/storage/clock';
import type { Issuer } from '../issuer/issuer.ts';
import { type AccessToken, readAccessToken } from './access-token.ts';
import { parseOnce } from './duplicate-members.ts';
import { createKnownSignatures, type SignedToken } from './known-signatures.ts';
import { ALGORITHMS, isSignatureOf } from './signature.ts';

/** Three parts in base64url, and no character of any other alphabet: what decodes in two ways is not decoded. */
export const COMPACT_JWS = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/;

/** Whatever has two dots could be a JWT; opaque tokens have none. */
export function looksLikeJwt(token: string): boolean {
  return token.split('.', 4).length === 3;
}

/**
 * Makes the function that validates JWT access tokens (RFC 9068 §4): signature, type, issuer, audience, times and every required claim.
 * Keys come from the issuer's metadata alone: `jku`, `x5u`, `jwk` and `x5c` in a token are not looked at (RFC 8725 §3.10).
 * An extension that must be understood (`crit`, RFC 7515 §4.1.11) is not: none is known here.
 *
 * @param options.rememberSignatures of how many tokens it is remembered that their signatures were right, with the key that they were checked with.
 * @returns a function that throws an Error that says what is wrong, for the log, or UnavailableError where the token cannot be judged now.
 */
export function createJwtVerifier(options: {
  issuerName: string;
  audience: string;
  issuer: Issuer;
  clock: Clock;
  rememberSignatures: number;
}): (token: string) => Promise<AccessToken> {
  const { issuerName, audience, issuer, clock } = options;
  const known = createKnownSignatures(options.rememberSignatures);

  const verifySigned = async (token: string): Promise<SignedToken> => {
    const [, encodedHeader = '', encodedClaims = '', signature = ''] = COMPACT_JWS.exec(token) ?? [];
    const { alg, typ, crit, ...rest } = parsePart(encodedHeader);
    if (typeof alg !== 'string' || !ALGORITHMS.includes(alg)) throw new Error('the algorithm is not allowed');
    if (!isAccessTokenType(typ)) throw new Error('it is not an access token');
    if (crit !== undefined) throw new Error('an extension is not known');
    const header = { alg, ...rest };
    const signatureBytes = Buffer.from(signature, 'base64url');
    // The last character has bits that decode to nothing: with others there, one token would have several texts.
    if (signatureBytes.toString('base64url') !== signature) throw new Error('the signature is not as it is written');
    const key = await issuer.key(header);
    if (!isSignatureOf(`${encodedHeader}.${encodedClaims}`, signatureBytes, alg, key)) throw new Error('the signature is wrong');
    return { header, claims: parsePart(encodedClaims), key };
  };

  return async (token) => {
    const before = known.find(token);
    // A key that was withdrawn, or that is not known any more, is found out here.
    const signed = before !== undefined && (await issuer.key(before.header)) === before.key ? before : await verifySigned(token);
    const accessToken = readAccessToken(signed.claims, { issuer: issuerName, audience, now: clock.now() });
    if (signed !== before) known.add(token, signed);
    return accessToken;
  };
}

function parsePart(part: string): Record<string, unknown> {
  const value = parseOnce(Buffer.from(part, 'base64url').toString('utf8'));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('it is no JWT');
  return value as Record<string, unknown>;
}

/** In any letter case, with or without `application/` (RFC 7515 §4.1.9). */
function isAccessTokenType(typ: unknown): boolean {
  return typeof typ === 'string' && typ.toLowerCase().replace(/^application\//, '') === ACCESS_TOKEN_TYPE;
}
