import { randomUUID } from 'node:crypto';
import { type Clock, nowInSeconds } from '@rolecall/storage/clock';
import { CompactSign, type CompactJWSHeaderParameters, type CryptoKey } from 'jose';

/** A key, and the protected header of what it signs. */
export interface Signing {
  key: CryptoKey | Uint8Array;
  publicKey: CryptoKey;
  header: CompactJWSHeaderParameters;
}

export interface TokenOptions {
  /** Claims that differ from those of a good token. `undefined` leaves one out. */
  claims?: Record<string, unknown>;
  /** Header members that differ. `undefined` leaves one out. */
  header?: Record<string, unknown>;
  signing?: Signing;
}

interface Base {
  issuer: string;
  audience: string;
  clock: Clock;
  signing: Signing;
}

/** Signs an access token as RFC 9068 has it: for alice, from the sample client, with both scopes, for ten minutes. */
export async function signToken({ issuer, audience, clock, signing, claims = {}, header = {} }: Base & TokenOptions): Promise<string> {
  const now = nowInSeconds(clock);
  const payload = {
    iss: issuer,
    sub: 'alice',
    aud: audience,
    client_id: 'sample-client',
    iat: now,
    exp: now + 600,
    jti: randomUUID(),
    scope: 'notes:read notes:write',
    ...claims,
  };
  return signClaims(payload, { ...signing, header: { ...signing.header, ...header } as CompactJWSHeaderParameters });
}

/** Signs claims, or JSON as it is written, as they are. */
export async function signClaims(claims: object | string, { key, header }: Signing): Promise<string> {
  const json = typeof claims === 'string' ? claims : JSON.stringify(claims);
  return new CompactSign(new TextEncoder().encode(json)).setProtectedHeader(header).sign(key);
}
