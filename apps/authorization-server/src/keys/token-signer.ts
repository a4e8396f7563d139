import type { KeyObject } from 'node:crypto';
import { createPublicKey } from 'node:crypto';
import jwt from '@fastify/jwt';
import type { SigningAlgorithm } from '@rolecall/contracts/jwks';
import Fastify from 'fastify';

/** Signs claims and answers the JWT. */
export type TokenSigner = (claims: object) => string;

/**
 * A signer for one key and one type of token. @fastify/jwt prepares a key when it is registered, and only then can it sign without parsing the key again for every token;
 * but a plugin is registered for good, and keys come and go. So each has a Fastify instance of its own, that never listens, for @fastify/jwt to live in.
 *
 * @param type the `typ` in the header of every token (RFC 8725 §3.11).
 */
export async function createTokenSigner(
  kid: string,
  algorithm: SigningAlgorithm,
  privateKey: KeyObject,
  type: string,
): Promise<TokenSigner> {
  const holder = Fastify();
  await holder.register(jwt, {
    secret: {
      private: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
      public: createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }) as string,
    },
    sign: { algorithm, kid, header: { alg: algorithm, typ: type } },
  });
  await holder.ready();
  return (claims) => holder.jwt.sign(claims);
}
