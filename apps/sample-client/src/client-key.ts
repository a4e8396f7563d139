import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { PrivateKey } from 'oauth4webapi';
import * as z from 'zod';

/** The algorithms with which a client may sign, and how WebCrypto calls them. */
const ALGORITHMS = {
  ES256: { name: 'ECDSA', namedCurve: 'P-256' },
  ES384: { name: 'ECDSA', namedCurve: 'P-384' },
  PS256: { name: 'RSA-PSS', hash: 'SHA-256' },
  RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  EdDSA: { name: 'Ed25519' },
  Ed25519: { name: 'Ed25519' },
} as const;

const NAMES = Object.keys(ALGORITHMS) as [keyof typeof ALGORITHMS];

const privateJwk = z.looseObject({ alg: z.enum(NAMES), kid: z.string().optional(), d: z.string() });

/**
 * A setting that holds a private key as a JWK (RFC 7517): its JSON, or the path of a file with it. What comes of it signs, and cannot be read out again.
 * What is wrong with it is told without a word of what it holds.
 */
export const clientKey = z.codec(z.string(), z.custom<PrivateKey>(), {
  decode: (text, context) => {
    try {
      return readKey(text.startsWith('{') ? text : readFileSync(text, 'utf8'));
    } catch (error) {
      const isMissing = error instanceof Error && 'syscall' in error;
      const message = isMissing
        ? 'names a file that cannot be read'
        : `must be a private key as a JWK with an "alg" out of ${NAMES.join(', ')}`;
      context.issues.push({ code: 'custom', message, input: undefined });
      return z.NEVER;
    }
  },
  encode: () => '[a private key]',
});

function readKey(json: string): PrivateKey {
  const { alg, kid, ...jwk } = privateJwk.parse(JSON.parse(json));
  const key = createPrivateKey({ key: jwk, format: 'jwk' }).toCryptoKey(ALGORITHMS[alg], false, ['sign']);
  return { key, ...(kid !== undefined && { kid }) };
}
