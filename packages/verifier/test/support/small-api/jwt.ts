import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  compactVerify,
  type CompactVerifyGetKey,
  createRemoteJWKSet,
  type CryptoKey,
  decodeProtectedHeader,
  exportSPKI,
  importJWK,
  type JWK,
} from 'jose';
import type { Faults } from './faults.ts';
import type { Issuer } from './issuer.ts';
import { Breakdown, invalidToken, Refusal } from './refusal.ts';

export type Claims = Record<string, unknown>;

export interface Expected {
  issuer: Issuer;
  name: string;
  audience: string;
  faults: Faults;
}

const SKEW_SECONDS = 5;

/** What a JWT access token says, after all of RFC 9068 §4 but for what is wrong on purpose. */
export async function readJwt(token: string, { issuer, name, audience, faults }: Expected): Promise<Claims> {
  const claims = await signedClaims(token, issuer, faults).catch((error: unknown) => {
    throw error instanceof Refusal || error instanceof Breakdown ? error : invalidToken();
  });
  const { iss, aud, exp, nbf } = claims;
  const now = Date.now() / 1000;
  const audiences = [aud].flat();
  const begins = (each: unknown, beginning: string): boolean => typeof each === 'string' && each.startsWith(beginning);
  const good = [
    faults.has('issuerUnchecked') || iss === name || (faults.has('issuerByPrefix') && begins(iss, name)),
    faults.has('audienceUnchecked') ||
      audiences.includes(audience) ||
      (faults.has('audienceByPrefix') && audiences.some((each) => begins(each, audience))),
    faults.has('endUnchecked') || (exp === undefined && faults.has('endOptional')) || (typeof exp === 'number' && exp > now - SKEW_SECONDS),
    faults.has('beginningUnchecked') || nbf === undefined || (typeof nbf === 'number' && nbf <= now + SKEW_SECONDS),
  ];
  if (good.includes(false)) throw invalidToken();
  return claims;
}

async function signedClaims(token: string, issuer: Issuer, faults: Faults): Promise<Claims> {
  const header = decodeProtectedHeader(token);
  const { alg, typ, kid, jwk, jku, crit } = header;
  const text = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8');
  const claims = (): Claims => objectOf(text, faults);
  if (!faults.has('typeUnchecked') && typ !== 'at+jwt') throw invalidToken();
  if (faults.has('signatureUnchecked') || (faults.has('unsignedAccepted') && alg?.toLowerCase() === 'none')) return claims();
  if (faults.has('oddKeyNames') && typeof kid === 'string' && /[./]/.test(kid)) throw new Breakdown('no such file');
  const secret = alg === 'HS256' ? await wrongSecret(kid, issuer, faults) : undefined;
  if (secret !== undefined) {
    if (hmacOf(token, secret) !== token.split('.')[2]) throw invalidToken();
    return claims();
  }
  const key: CompactVerifyGetKey =
    faults.has('embeddedKey') && jwk
      ? async () => importJWK(jwk as JWK, alg)
      : faults.has('pointedKey') && jku
        ? createRemoteJWKSet(new URL(jku))
        : issuer.key;
  const known = faults.has('extensionsIgnored') && crit ? { crit: Object.fromEntries(crit.map((each) => [each, true])) } : {};
  await compactVerify(token, key, { algorithms: ['RS256', 'ES256'], ...known });
  return claims();
}

async function wrongSecret(kid: unknown, issuer: Issuer, faults: Faults): Promise<string | undefined> {
  if (faults.has('keyFromFile') && typeof kid === 'string' && kid.includes('/')) return readFileSync(`/${kid}`, 'utf8');
  if (!faults.has('publicKeyAsSecret') || typeof kid !== 'string') return undefined;
  return exportSPKI((await issuer.key({ alg: 'ES256', kid }, { payload: '', signature: '' })) as CryptoKey);
}

function hmacOf(token: string, secret: string): string {
  return createHmac('sha256', secret)
    .update(token.slice(0, token.lastIndexOf('.')))
    .digest('base64url');
}

function objectOf(text: string, faults: Faults): Claims {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalidToken();
  if (!faults.has('firstMemberCounts')) return value as Claims;
  const first: Claims = {};
  for (const [, name = '', found = ''] of text.matchAll(/"(aud|iss|exp)":("[^"]*"|\d+)/g)) first[name] ??= JSON.parse(found) as unknown;
  return { ...value, ...first };
}
