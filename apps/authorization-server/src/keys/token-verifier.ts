import { createPublicKey } from 'node:crypto';
import jwt from '@fastify/jwt';
import type { PublicSigningKey } from '@rolecall/contracts/jwks';
import Fastify from 'fastify';

/** The claims of a JWT whose signature is that of one key; undefined when it is not. Says nothing of its time or its type. */
export type TokenVerifier = (token: string) => object | undefined;

/**
 * A verifier for one key. @fastify/jwt prepares a key when it is registered, and a plugin is registered for good, while keys come and go: so each has a Fastify
 * instance of its own that never listens ([ADR 3](../../../../docs/adr/0003-a-signer-for-each-key.md)).
 */
export async function createTokenVerifier(key: PublicSigningKey): Promise<TokenVerifier> {
  const holder = Fastify();
  await holder.register(jwt, {
    secret: { public: createPublicKey({ key, format: 'jwk' }).export({ type: 'spki', format: 'pem' }) as string },
    // Its time is looked at with the server's own clock, by whoever asks.
    verify: { algorithms: [key.alg], ignoreExpiration: true },
  });
  await holder.ready();
  return (token) => {
    try {
      return holder.jwt.verify<object>(token);
    } catch {
      return undefined;
    }
  };
}
