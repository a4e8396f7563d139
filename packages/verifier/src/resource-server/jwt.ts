import { CompactSign, type CompactJWSHeaderParameters, type CryptoKey } from 'jose';

/** A JWT, taken apart. */
export interface TakenApart {
  header: Record<string, unknown>;
  claims: Record<string, unknown>;
  /** As they are written, in base64url. */
  parts: [header: string, claims: string, signature: string];
}

export const encodePart = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** @returns undefined where it is no signed JWT: an opaque token. */
export function takeApart(token: string): TakenApart | undefined {
  const [header, claims, signature, ...more] = token.split('.');
  if (header === undefined || claims === undefined || signature === undefined || more.length > 0) return undefined;
  try {
    return { header: decodePart(header), claims: decodePart(claims), parts: [header, claims, signature] };
  } catch {
    return undefined;
  }
}

/** Signs claims as they are, or JSON as it is written. */
export function signJwt(claims: object | string, header: Record<string, unknown>, key: CryptoKey | Uint8Array): Promise<string> {
  const { crit } = header;
  const text = typeof claims === 'string' ? claims : JSON.stringify(claims);
  return new CompactSign(new TextEncoder().encode(text))
    .setProtectedHeader(header as CompactJWSHeaderParameters)
    .sign(key, Array.isArray(crit) ? { crit: Object.fromEntries(crit.map((name: string) => [name, true])) } : {});
}

function decodePart(part: string): Record<string, unknown> {
  const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  if (typeof value !== 'object' || value === null) throw new Error('it is no JSON object');
  return value as Record<string, unknown>;
}
