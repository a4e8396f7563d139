import { exportJWK, generateKeyPair, decodeJwt, decodeProtectedHeader, SignJWT } from 'jose';
import type { FrontRequest, Meddling } from './front.ts';

/** What is to be different in a JWT: members of `undefined` go. */
export interface JwtChanges {
  header?: Record<string, unknown>;
  claims?: Record<string, unknown>;
}

/**
 * Changes the access tokens that a server issues: they are signed anew, with a key that is among the server's published ones.
 * Where such a token is presented, the server sees its own.
 */
export async function reSigned(change: (claims: Record<string, unknown>) => JwtChanges): Promise<Meddling> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const kid = 'wrong-server-1';
  const own = { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' };
  const originals = new Map<string, string>();

  const withOriginals = (request: FrontRequest): void => {
    const token = request.parameters.get('token');
    const original = originals.get(token ?? '');
    if (original !== undefined) request.parameters.set('token', original);
    const [scheme, presented] = request.headers.get('authorization')?.split(' ') ?? [];
    const known = originals.get(presented ?? '');
    if (known !== undefined) request.headers.set('authorization', `${scheme} ${known}`);
  };

  return {
    request: withOriginals,
    response: async (response, { url }) => {
      if (url.pathname === '/jwks') response.change({ keys: [...(response.json?.['keys'] as object[]), own] });
      const token = response.json?.['access_token'];
      if (typeof token !== 'string' || token.split('.').length !== 3) return;
      const claims = decodeJwt(token);
      const { header, claims: changed } = change(claims);
      const changedToken = await new SignJWT({ ...claims, ...changed })
        .setProtectedHeader({ ...decodeProtectedHeader(token), alg: 'ES256', kid, ...header })
        .sign(privateKey);
      originals.set(changedToken, token);
      response.change({ access_token: changedToken });
    },
  };
}
