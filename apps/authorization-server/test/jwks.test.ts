import { jsonWebKeySet } from '@rolecall/contracts/jwks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from './support/test-server.ts';

describe('published keys', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.close());

  const published = async () => jsonWebKeySet.parse((await server.app.inject('/jwks')).json()).keys;

  it('AS-JWKS-01: have kty, a kid of their own, use and alg, and nothing private', async () => {
    const keys = await published();
    expect(keys.map(({ kty, use, alg }) => ({ kty, use, alg }))).toEqual([
      { kty: 'EC', use: 'sig', alg: 'ES256' },
      { kty: 'RSA', use: 'sig', alg: 'RS256' },
      { kty: 'OKP', use: 'sig', alg: 'EdDSA' },
    ]);
    expect(new Set(keys.map(({ kid }) => kid)).size).toBe(3);
    for (const key of keys) for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']) expect(key).not.toHaveProperty(member);
  });

  it('AS-JWKS-03: RSA keys have 2048 bits, EC keys are on P-256, Edwards keys on Ed25519', async () => {
    for (const key of await published()) {
      if (key.kty === 'RSA') expect(Buffer.from(key.n, 'base64url').length * 8).toBeGreaterThanOrEqual(2048);
      else expect(key.crv).toBe(key.kty === 'EC' ? 'P-256' : 'Ed25519');
    }
  });

  it('AS-JWKS-04: may be kept for a stated time, and read by other origins', async () => {
    const { headers } = await server.app.inject({ url: '/jwks', headers: { origin: 'https://app.example' } });
    expect(headers['cache-control']).toBe('public, max-age=300');
    expect(headers['access-control-allow-origin']).toBe('*');
  });
});
