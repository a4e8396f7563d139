import { exportJWK, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseChallenges } from '../test-support/challenge.ts';
import { athOf, createProofKey, type ProofKey, type ProofOptions, signProof } from '../test-support/proof.ts';
import { type GuardedApi, INTROSPECTION, RESOURCE, startGuardedApi } from './support/guarded-api.ts';

const HTU = 'https://api.example/read';
const ALGS = 'ES256 EdDSA Ed25519';

let api: GuardedApi;
let key: ProofKey;
let token: string;
beforeAll(async () => {
  [api, key] = await Promise.all([startGuardedApi({ introspection: INTROSPECTION }), createProofKey()]);
  token = await boundToken(key.jkt);
});
afterAll(() => api.close());

const boundToken = (jkt: string, claims: Record<string, unknown> = {}) =>
  api.authorizationServer.token({ claims: { scope: 'read', cnf: { jkt }, ...claims } });
const proofWith = (options: Partial<ProofOptions> = {}, by = key) => signProof(by, { clock: api.clock, htu: HTU, token, ...options });

interface Call {
  authorization?: string;
  proof?: string | string[] | null;
  url?: string;
  method?: 'GET' | 'HEAD' | 'POST';
  host?: string;
}

/** With what a good call carries, except for what is said. */
async function call({ authorization = `DPoP ${token}`, proof, url = '/read', method = 'GET', host = 'localhost' }: Call = {}) {
  const presented = proof === undefined ? await proofWith() : proof;
  const headers = { authorization, host, ...(presented !== null && { dpop: presented }) };
  const response = await api.app.inject({ url, method, headers: headers as Record<string, string> });
  const header = response.headers['www-authenticate'];
  return {
    status: response.statusCode,
    challenges: header === undefined ? {} : parseChallenges(new Response(null, { headers: { 'www-authenticate': String(header) } })),
    response,
  };
}

type Answer = Awaited<ReturnType<typeof call>>;

function expectRefused({ status, challenges, response }: Answer, error = 'invalid_dpop_proof'): void {
  expect(status).toBe(401);
  expect(challenges['DPoP']).toMatchObject({ error, algs: ALGS });
  // Of the error tells the scheme that was tried, and no other.
  expect(challenges['Bearer']).not.toHaveProperty('error');
  expect(response.json()).toMatchObject({ error });
}

describe('a token that is bound to a key', () => {
  it.each(['DPoP', 'dpop', 'DPOP', 'dPoP'])('RS-DPOP-01: is let in with a proof, with the scheme written as %s', async (scheme) => {
    const { status, response } = await call({ authorization: `${scheme} ${token}` });
    expect([status, response.json()]).toEqual([200, { subject: 'alice' }]);
  });

  it.each(['ES256', 'EdDSA', 'Ed25519'])('RS-DPOP-01: is let in with a proof signed with %s', async (alg) => {
    const own = await createProofKey(alg);
    const bound = await boundToken(own.jkt);
    const proof = await proofWith({ token: bound, header: { alg } }, own);
    expect((await call({ authorization: `DPoP ${bound}`, proof })).status).toBe(200);
  });

  it('RS-DPOP-04, SEC-28: is no bearer token, with or without a proof', async () => {
    for (const proof of [null, await proofWith()]) {
      const { status, challenges } = await call({ authorization: `Bearer ${token}`, proof });
      expect(status).toBe(401);
      expect(challenges['Bearer']).toMatchObject({ error: 'invalid_token' });
      expect(challenges['DPoP']).not.toHaveProperty('error');
    }
  });

  it('RS-DPOP-03, SEC-28: is refused with a good proof by another key', async () => {
    const thief = await createProofKey();
    expectRefused(await call({ proof: await proofWith({}, thief) }), 'invalid_token');
    // With the owner's key in the header the signature is wrong.
    expectRefused(await call({ proof: await proofWith({ header: { jwk: key.jwk } }, thief) }));
  });

  it('RS-MCP-04, RS-TOK-05: is refused where it is for another resource, has expired or lacks the scope, however good the proof', async () => {
    for (const claims of [{ aud: 'https://other.example' }, { exp: 1 }, { iss: 'https://evil.example' }]) {
      const bad = await boundToken(key.jkt, claims);
      expectRefused(await call({ authorization: `DPoP ${bad}`, proof: await proofWith({ token: bad }) }), 'invalid_token');
    }
    const weak = await boundToken(key.jkt, { scope: 'write' });
    const { status, challenges } = await call({ authorization: `DPoP ${weak}`, proof: await proofWith({ token: weak }) });
    expect(status).toBe(403);
    expect(challenges['DPoP']).toMatchObject({ error: 'insufficient_scope', scope: 'read' });
  });

  it.each([
    ['a certificate', { 'x5t#S256': 'x'.repeat(43) }],
    ['a key and a certificate', { jkt: 'x'.repeat(43), 'x5t#S256': 'x'.repeat(43) }],
    ['a thumbprint that is none', { jkt: 'x' }],
    ['a list', { jkt: ['x'.repeat(43)] }],
    ['nothing', {}],
    ['null', null],
    ['text', 'jkt'],
  ])('that is bound to %s is refused under either scheme', async (_what, cnf) => {
    const odd = await api.authorizationServer.token({ claims: { scope: 'read', cnf } });
    expectRefused(await call({ authorization: `DPoP ${odd}`, proof: await proofWith({ token: odd }) }), 'invalid_token');
    expect((await call({ authorization: `Bearer ${odd}`, proof: null })).status).toBe(401);
  });

  it('RS-DPOP-05: a bearer token is none under the DPoP scheme, and what it was under its own', async () => {
    const bearer = await api.authorizationServer.token({ claims: { scope: 'read' } });
    expectRefused(await call({ authorization: `DPoP ${bearer}`, proof: await proofWith({ token: bearer }) }), 'invalid_token');
    expect((await call({ authorization: `Bearer ${bearer}`, proof: null })).status).toBe(200);
  });

  it('RS-DPOP-11: is known by introspection in the same way', async () => {
    const now = Math.floor(api.clock.now() / 1000);
    const claims = { iss: api.authorizationServer.issuer, sub: 'alice', client_id: 'c', aud: RESOURCE, iat: now, exp: now + 60, jti: 'j' };
    api.introspection.answers.set('opaque', { active: true, scope: 'read', cnf: { jkt: key.jkt }, ...claims });
    const [authorization, opaque] = ['DPoP opaque', { token: 'opaque' }];
    expect((await call({ authorization, proof: await proofWith(opaque) })).status).toBe(200);
    expectRefused(await call({ authorization, proof: await proofWith(opaque, await createProofKey()) }), 'invalid_token');
    expectRefused(await call({ authorization, proof: await proofWith() }));
    expect((await call({ authorization: 'Bearer opaque', proof: null })).status).toBe(401);
  });
});

describe('a proof', () => {
  it('RS-DPOP-02: that is missing, empty, or there twice is refused', async () => {
    expectRefused(await call({ proof: null }));
    expectRefused(await call({ proof: '' }));
    const good = await proofWith();
    expectRefused(await call({ proof: [good, good] }));
    expectRefused(await call({ proof: [good, await proofWith()] }));
    expectRefused(await call({ proof: `${good}, ${await proofWith()}` }));
  });

  it.each<[string, Partial<ProofOptions>]>([
    ['without typ', { header: { typ: undefined } }],
    ['of the type JWT', { header: { typ: 'JWT' } }],
    ['of the type of an access token', { header: { typ: 'at+jwt' } }],
    ['without jwk', { header: { jwk: undefined } }],
    ['with a jwk that is text', { header: { jwk: 'x' } }],
    ['with a kid in place of a key', { header: { jwk: undefined, kid: 'key-1' } }],
    ['with a secret as its key', { header: { jwk: { kty: 'oct', k: 'AAAA' } } }],
    ['without jti', { claims: { jti: undefined } }],
    ['with an empty jti', { claims: { jti: '' } }],
    ['with a jti that is a number', { claims: { jti: 7 } }],
    ['without htm', { claims: { htm: undefined } }],
    ['without htu', { claims: { htu: undefined } }],
    ['without iat', { claims: { iat: undefined } }],
    ['with an iat that is text', { claims: { iat: '1' } }],
    ['without ath', { claims: { ath: undefined } }],
    ['for another method', { htm: 'POST' }],
    ['for the method in small letters', { htm: 'get' }],
    ['with the ath of another token', { claims: { ath: athOf('another') } }],
    ['with an ath that is padded', { claims: { ath: `${athOf('x')}=` } }],
    ['that has expired', { claims: { exp: 1 } }],
  ])('RS-DPOP-02: %s is refused', async (_what, options) => {
    expectRefused(await call({ proof: await proofWith(options) }));
  });

  it.each([-3600, -301, 301, 3600])('RS-DPOP-02: of %i seconds from now is refused', async (seconds) => {
    expectRefused(await call({ proof: await proofWith({ claims: { iat: api.clock.now() / 1000 + seconds } }) }));
  });

  it.each([-299, -10, 10, 299])('RS-DPOP-10: of %i seconds from now is accepted', async (seconds) => {
    expect((await call({ proof: await proofWith({ claims: { iat: api.clock.now() / 1000 + seconds } }) })).status).toBe(200);
  });

  it('RS-DPOP-10: may say more than it has to', async () => {
    const jwk = { ...key.jwk, kid: 'k', alg: 'ES256', use: 'sig' };
    const proof = await proofWith({ header: { jwk, kid: 'x', cty: 'y' }, claims: { iss: 'someone', aud: 'anything', extra: { a: 1 } } });
    expect((await call({ proof })).status).toBe(200);
  });

  it('RS-DPOP-02: with a private key in it is refused', async () => {
    expectRefused(await call({ proof: await proofWith({ header: { jwk: await exportJWK(key.privateKey) } }) }));
    expectRefused(await call({ proof: await proofWith({ header: { jwk: { ...key.jwk, d: '' } } }) }));
  });

  it('RS-DPOP-02: that is not signed, is signed with a secret, or was changed is refused', async () => {
    const good = await proofWith();
    const [header = '', claims = '', signature = ''] = good.split('.');
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    for (const alg of ['none', 'None', 'HS256', 'RS256', 'ES512'])
      expectRefused(await call({ proof: `${part({ alg, typ: 'dpop+jwt', jwk: key.jwk })}.${claims}.${signature}` }));
    const changed = part({ ...JSON.parse(Buffer.from(claims, 'base64url').toString()), jti: 'another' });
    const unsigned = new UnsecuredJWT({}).encode();
    const spaced = `${header}.${claims}.${signature.slice(0, 9)} ${signature.slice(9)}`;
    for (const proof of [
      spaced,
      `${good}=`,
      `${header}.${changed}.${signature}`,
      `${header}.${claims}.`,
      `${header}.${claims}`,
      'x',
      '..',
      unsigned,
      token,
    ])
      expectRefused(await call({ proof }));
  });

  it('RS-DPOP-02: by an RSA key is refused, whatever its length: this server announces that it takes none', async () => {
    const rsa = await createProofKey('RS256');
    const bound = await boundToken(rsa.jkt);
    expectRefused(await call({ authorization: `DPoP ${bound}`, proof: await proofWith({ token: bound, header: { alg: 'RS256' } }, rsa) }));
  });

  it('SEC-21: that names a member twice, or an extension that nobody knows, is refused, though the signature is right', async () => {
    const now = Math.floor(api.clock.now() / 1000);
    const claims = (jti: string) => `{${jti},"htm":"GET","htu":"${HTU}","iat":${now},"ath":"${athOf(token)}"}`;
    const proofOf = async (header: string, payload: string) => {
      const input = [header, payload].map((part) => Buffer.from(part).toString('base64url')).join('.');
      const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key.privateKey, Buffer.from(input));
      return `${input}.${Buffer.from(signature).toString('base64url')}`;
    };
    const header = JSON.stringify({ alg: 'ES256', typ: 'dpop+jwt', jwk: key.jwk });
    expect((await call({ proof: await proofOf(header, claims('"jti":"one"')) })).status).toBe(200);
    expectRefused(await call({ proof: await proofOf(header, claims('"jti":"two","jti":"three"')) }));
    expectRefused(await call({ proof: await proofOf(header.replace('{', '{"alg":"none",'), claims('"jti":"four"')) }));
    expectRefused(await call({ proof: await proofOf(header.replace('{', '{"crit":["x"],"x":1,'), claims('"jti":"five"')) }));
    expectRefused(await call({ proof: await proofOf(header.replace('{', '{"crit":["b64"],"b64":false,'), claims('"jti":"six"')) }));
  });

  it('SEC-45: that is too long is refused before anything of it is read', async () => {
    const asked = api.introspection.asked.length;
    expectRefused(await call({ authorization: 'DPoP opaque-that-nobody-knows', proof: 'x'.repeat(8_193) }));
    expect(api.introspection.asked).toHaveLength(asked);
    expectRefused(await call({ proof: await proofWith({ claims: { filler: 'x'.repeat(9_000) } }) }));
  });
});

describe('the address in a proof', () => {
  it.each([
    'https://api.example/read?limit=1',
    'https://api.example/read#top',
    'HTTPS://API.example/read',
    'https://api.example:443/read',
    'https://api.example/%72ead',
    'https://api.example/x/../read',
  ])('RS-DPOP-06: %s is that of the request', async (htu) => {
    expect((await call({ url: '/read?limit=20', proof: await proofWith({ htu }) })).status).toBe(200);
  });

  it.each([
    'http://api.example/read',
    'https://api.example:8443/read',
    'https://api.example/read/',
    'https://api.example/READ',
    'https://api.example/write',
    'https://api.example/',
    'https://api.example.evil.example/read',
    'https://evil.example/read',
    'https://api.example@evil.example/read',
    'https://someone@api.example/read',
    '/read',
    'read',
    '',
    'https://[',
  ])('RS-DPOP-02, SEC-28: %s is not', async (htu) => {
    expectRefused(await call({ proof: await proofWith({ htu }) }));
  });

  it('RS-DPOP-06: is compared with the configured address, never with the Host that the request names', async () => {
    expectRefused(await call({ host: 'evil.example', proof: await proofWith({ htu: 'https://evil.example/read' }) }));
    expect((await call({ host: 'internal:8080' })).status).toBe(200);
  });

  it('RS-DPOP-06: a target that is written as a whole address counts by its path', async () => {
    const proof = await proofWith();
    const request = { rawHeaders: ['Authorization', `DPoP ${token}`, 'DPoP', proof], method: 'GET' };
    const { createIsTarget } = await import('../src/dpop/target.ts');
    const isTarget = createIsTarget('https://api.example/base/');
    const is = (htu: string, url: string) => isTarget(htu, { ...request, url });
    expect(is('https://api.example/base/read', 'http://evil.example/read?x')).toBe(true);
    expect(is('http://evil.example/read', 'http://evil.example/read')).toBe(false);
    expect(is('https://api.example/base/', 'http://evil.example')).toBe(true);
    expect(is('https://api.example/base/', '*')).toBe(false);
    // A router may take it literally: then the proof would be for another place than the request.
    for (const url of ['/secret/../read', '/secret/%2e%2e/read', '/secret\\..\\..\\read', '/./read', '//evil.example/read'])
      expect(is('https://api.example/base/read', url)).toBe(false);
    expect(is('https://api.example/base/a%2fb', '/a%2Fb')).toBe(true);
    expect(is('https://api.example/base/a/b', '/a%2Fb')).toBe(false);
  });

  it('RS-DPOP-06: is that before a router took its part of the path away', async () => {
    const { createIsTarget } = await import('../src/dpop/target.ts');
    const isTarget = createIsTarget('https://api.example');
    expect(isTarget('https://api.example/v1/read', { rawHeaders: [], url: '/read', originalUrl: '/v1/read', method: 'GET' })).toBe(true);
  });

  it('the method HEAD is one of its own', async () => {
    expect((await call({ method: 'HEAD', proof: await proofWith({ htm: 'HEAD' }) })).status).toBe(200);
    expect((await call({ method: 'HEAD' })).status).toBe(401);
  });
});
