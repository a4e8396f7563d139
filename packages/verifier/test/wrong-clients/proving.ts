import { hash, randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { rightSteps, type Steps } from './steps.ts';

/** What a client puts into its proofs (RFC 9449 §4.2), and does with them. */
export interface Proofs {
  id(): string;
  method(method: string): string;
  address(url: string): string;
  tokenHash(token: string): string | undefined;
  /** With which it sends the token to the API. */
  scheme: string;
  /** Of each origin apart, of all together, or not at all. */
  keepsNonces: 'apart' | 'together' | 'never';
  showsPrivateKey: boolean;
  takesBearer: boolean;
}

export const rightProofs: Proofs = {
  id: randomUUID,
  method: (method) => method,
  address: (url) => url,
  tokenHash: (token) => hash('sha256', token, 'base64url'),
  scheme: 'DPoP',
  keepsNonces: 'apart',
  showsPrivateKey: false,
  takesBearer: false,
};

/** The steps of a client that binds its tokens to a key. */
export function proving(proofs: Proofs): Partial<Steps> {
  const key = generateKeyPair('ES256', { extractable: true });
  const nonces = new Map<string, string>();
  const nonceFor = (url: string): string => (proofs.keepsNonces === 'together' ? 'everywhere' : new URL(url).origin);

  const proofFor = async (method: string, url: string, token?: string): Promise<string> => {
    const { privateKey, publicKey } = await key;
    const nonce = nonces.get(nonceFor(url));
    const ath = token === undefined ? undefined : proofs.tokenHash(token);
    const claims = { jti: proofs.id(), htm: proofs.method(method), htu: proofs.address(url), ...(nonce && { nonce }), ...(ath && { ath }) };
    const jwk = await exportJWK(proofs.showsPrivateKey ? privateKey : publicKey);
    return new SignJWT(claims).setIssuedAt().setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk }).sign(privateKey);
  };

  /** Once more, where the answer brings a nonce that is wanted. */
  const withNonce = async (url: string, send: () => Promise<Response>): Promise<Response> => {
    const response = await send();
    const nonce = response.headers.get('dpop-nonce');
    if (nonce === null || proofs.keepsNonces === 'never') return response;
    nonces.set(nonceFor(url), nonce);
    return response.ok ? response : send();
  };

  return {
    requestTokens: (request) =>
      withNonce(request.url, async () =>
        rightSteps.requestTokens({ ...request, headers: { ...request.headers, dpop: await proofFor('POST', request.url) } }),
      ),
    callApi: (url, access) =>
      withNonce(url, async () =>
        fetch(url, {
          headers: { authorization: `${proofs.scheme} ${access}`, dpop: await proofFor('GET', url, access) },
          redirect: 'manual',
        }),
      ),
    isTokenResponse: (response, { token_type: type, ...answer }) => {
      const isBound = String(type).toLowerCase() === 'dpop';
      return (isBound || proofs.takesBearer) && rightSteps.isTokenResponse(response, { ...answer, token_type: 'bearer' });
    },
  };
}
