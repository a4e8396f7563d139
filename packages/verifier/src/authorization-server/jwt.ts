import { createLocalJWKSet, decodeProtectedHeader, jwtVerify, type JWTPayload } from 'jose';
import { failed } from '../finding.ts';
import type { AuthorizationServer } from './subject.ts';

export interface ReadJwt {
  header: Record<string, unknown>;
  claims: JWTPayload;
}

/** Whether a token looks like a JWT: three parts, of which the first is a header. */
export function isJwt(token: string): boolean {
  try {
    return token.split('.').length === 3 && decodeProtectedHeader(token).alg !== undefined;
  } catch {
    return false;
  }
}

/**
 * A JWT of the server's, its signature verified with the keys that it publishes.
 *
 * @param what how messages call it: "the ID token"
 * @throws Finding (`failed`) where it is none, unsigned, or signed with another key.
 */
export async function readJwt(server: AuthorizationServer, jwt: unknown, what: string): Promise<ReadJwt> {
  if (typeof jwt !== 'string' || !isJwt(jwt)) return failed(`${what} is no signed JWT`);
  const header = decodeProtectedHeader(jwt);
  if (header.alg === 'none') return failed(`${what} is unsigned`);
  // With a secret as the key (HS256) nothing published verifies it: OpenID Connect Core §10.1.
  try {
    const { payload } = await jwtVerify(jwt, createLocalJWKSet(await server.keys()), { clockTolerance: 60 });
    return { header: { ...header }, claims: payload };
  } catch (error) {
    return failed(`${what} does not verify with the published keys: ${(error as Error).message}`);
  }
}
