import { generateKeyPairSync } from 'node:crypto';
import { compactVerify, decodeProtectedHeader } from 'jose';
import { describe, expect, it } from 'vitest';
import { createTokenSigner } from '../src/keys/token-signer.ts';

const keyPairs = {
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  EdDSA: () => generateKeyPairSync('ed25519'),
} as const;

describe('what the token signer makes', () => {
  it.each(['ES256', 'RS256', 'EdDSA'] as const)('is a JWT that jose takes for signed (%s)', async (algorithm) => {
    const { privateKey, publicKey } = keyPairs[algorithm]();
    const claims = { sub: 'usr_1', name: 'Élodie 🦊', exp: 2_000_000_000 };
    const token = createTokenSigner('a-key', algorithm, privateKey, 'at+jwt')(claims);
    expect(decodeProtectedHeader(token)).toEqual({ alg: algorithm, typ: 'at+jwt', kid: 'a-key' });
    const { payload } = await compactVerify(token, publicKey, { algorithms: [algorithm] });
    expect(JSON.parse(Buffer.from(payload).toString('utf8'))).toEqual(claims);
    const other = keyPairs[algorithm]();
    await expect(compactVerify(token, other.publicKey)).rejects.toThrow('signature verification failed');
  });

  it('is nothing where the key is one of another algorithm', () => {
    for (const algorithm of ['ES256', 'RS256', 'EdDSA'] as const)
      for (const other of ['ES256', 'RS256', 'EdDSA'] as const)
        if (other !== algorithm)
          expect(() => createTokenSigner('a-key', algorithm, keyPairs[other]().privateKey, 'at+jwt')).toThrow(`none for ${algorithm}`);
  });

  it('has R and S of 32 bytes each with ES256, however small they are', async () => {
    const { privateKey, publicKey } = keyPairs.ES256();
    const sign = createTokenSigner('a-key', 'ES256', privateKey, 'at+jwt');
    let small = 0;
    for (let count = 0; count < 3_000; count++) {
      const token = sign({ count });
      const signature = Buffer.from(token.split('.')[2] as string, 'base64url');
      expect(signature).toHaveLength(64);
      // One in 128 has a number that is a byte shorter; those, and some of the others, are looked at.
      const isSmall = signature[0] === 0 || signature[32] === 0;
      if (isSmall) small++;
      if (isSmall || count % 100 === 0) await compactVerify(token, publicKey);
    }
    expect(small).toBeGreaterThan(0);
  });
});
