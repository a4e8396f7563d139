import type { KeyObject } from 'node:crypto';
import { createPublicKey } from 'node:crypto';
import jwt from '@fastify/jwt';
import { ACCESS_TOKEN_TYPE, type AccessTokenClaims } from '@rolecall/contracts/access-token';
import Fastify from 'fastify';

/** Signs the claims of an access token and answers the JWT (RFC 9068). */
export type TokenSigner = (claims: AccessTokenClaims) => string;

/**
 * A signer for one key. @fastify/jwt prepares a key when it is registered, and only then can it sign without parsing the key again for every token;
 * but a plugin is registered for good, and keys come and go. So each key has a Fastify instance of its own, that never listens, for @fastify/jwt to live in.
 */
export async function createTokenSigner(kid: string, algorithm: 'ES256', privateKey: KeyObject): Promise<TokenSigner> {
  const holder = Fastify();
  await holder.register(jwt, {
    secret: {
      private: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
      public: createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }) as string,
    },
    sign: { algorithm, kid, header: { alg: algorithm, typ: ACCESS_TOKEN_TYPE } },
  });
  await holder.ready();
  return (claims) => holder.jwt.sign(claims);
}
