import { exportSPKI, UnsecuredJWT } from 'jose';
import { slowness } from '@rolecall/test-services/slowness';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSigning, publicJwk } from '@rolecall/resource-guard/test-support/authorization-server';
import { parseChallenge } from '@rolecall/resource-guard/test-support/challenge';
import { startResourceServer, type TestResourceServer } from './support/resource-server.ts';
import type { Signing, TokenOptions } from '@rolecall/resource-guard/test-support/sign-token';

const RESOURCE = 'http://localhost:4001';

let server: TestResourceServer;
beforeAll(async () => {
  server = await startResourceServer();
});
afterAll(() => server.close());

const present = (token: string) => server.request('/notes', { token });
const presentWith = async (options: TokenOptions) => present(await server.authorizationServer.token(options));

async function expectRefused(response: Response): Promise<void> {
  expect(response.status).toBe(401);
  expect(parseChallenge(response)).toMatchObject({ error: 'invalid_token' });
}

describe('the type', () => {
  it.each(['at+jwt', 'AT+JWT', 'application/at+jwt', 'Application/AT+jwt'])('RS-JWT-01: %s is an access token’s', async (typ) => {
    expect((await presentWith({ header: { typ } })).status).toBe(200);
  });

  it.each([
    'JWT',
    undefined,
    '',
    'logout+jwt',
    'client-authentication+jwt',
    'dpop+jwt',
    'token-introspection+jwt',
    'oauth-id-jag+jwt',
    'secevent+jwt',
    'at+jwt ',
    'x/at+jwt',
    'application/application/at+jwt',
    7,
  ])('RS-JWT-01: %s is not', async (typ) => {
    await expectRefused(await presentWith({ header: { typ } }));
  });

  it('SEC-30: an ID token does not open the API', async () => {
    await expectRefused(await presentWith({ header: { typ: 'JWT' }, claims: { aud: 'sample-client', nonce: 'n', scope: undefined } }));
  });
});

describe('the signature', () => {
  it.each(['RS256', 'EdDSA'])('RS-JWT-02: %s is allowed beside ES256', async (alg) => {
    const { authorizationServer } = server;
    const signing = await createSigning(`${alg}-key`, alg);
    authorizationServer.keys.push(await publicJwk(signing));
    server.clock.advance(60);
    expect((await presentWith({ signing })).status).toBe(200);
  });

  it.each(['ES384', 'PS256', 'RS512'])('RS-JWT-02: %s is refused, by a published key too', async (alg) => {
    const { authorizationServer } = server;
    const signing = await createSigning(`${alg}-key`, alg);
    authorizationServer.keys.push(await publicJwk(signing));
    server.clock.advance(60);
    await expectRefused(await presentWith({ signing }));
  });

  it.each(['none', 'None', 'NONE', 'nOnE'])('RS-JWT-02: an unsigned token (alg %s) is refused', async (alg) => {
    const claims = (await server.authorizationServer.token()).split('.')[1] as string;
    const header = Buffer.from(JSON.stringify({ alg, typ: 'at+jwt' })).toString('base64url');
    await expectRefused(await present(`${header}.${claims}.`));
    await expectRefused(await present(`${header}.${claims}.${claims.slice(0, 86)}`));
    await expectRefused(await present(new UnsecuredJWT({ iss: server.authorizationServer.issuer }).encode()));
  });

  it('RS-JWT-02: SEC-19: HMAC with the public key as its secret is refused, in every form of that key', async () => {
    const { authorizationServer } = server;
    const signing = await createSigning('confused');
    const jwk = await publicJwk(signing);
    authorizationServer.keys.push(jwk);
    server.clock.advance(60);
    expect((await presentWith({ signing })).status).toBe(200);
    const pem = await exportSPKI(signing.publicKey);
    for (const secret of [pem, pem.trim(), ` ${pem}`, `\n${pem}`, JSON.stringify(jwk)]) {
      const hmac: Signing = { ...signing, key: new TextEncoder().encode(secret), header: { alg: 'HS256', typ: 'at+jwt', kid: 'confused' } };
      await expectRefused(await presentWith({ signing: hmac }));
    }
  });

  it('RS-JWT-02: a key of another type than the algorithm’s is refused', async () => {
    const { authorizationServer } = server;
    const rsa = await createSigning('mismatch', 'RS256');
    authorizationServer.keys.push(await publicJwk(await createSigning('mismatch', 'ES256')));
    server.clock.advance(60);
    await expectRefused(await presentWith({ signing: rsa }));
  });

  it('RS-JWT-02: a key serves the algorithm that it says itself, and no other of its kind', async () => {
    const { authorizationServer } = server;
    for (const [alg, said] of [
      ['RS256', 'PS256'],
      ['RS256', 'RS512'],
      ['ES256', 'ES384'],
      ['EdDSA', 'ES256'],
    ] as const) {
      const signing = await createSigning(`${alg}-that-says-${said}`, alg);
      authorizationServer.keys.push({ ...(await publicJwk(signing)), alg: said });
      server.clock.advance(60);
      await expectRefused(await presentWith({ signing }));
    }
  });

  it.each(['ES256', 'RS256', 'EdDSA'])('RS-TOK-05: a signature of %s that was changed is refused', async (alg) => {
    const { authorizationServer } = server;
    const signing = await createSigning(`changed-${alg}`, alg);
    authorizationServer.keys.push(await publicJwk(signing));
    server.clock.advance(60);
    const token = await authorizationServer.token({ signing });
    expect((await present(token)).status).toBe(200);
    const [header, claims, signature] = token.split('.') as [string, string, string];
    const bytes = Buffer.from(signature, 'base64url');
    bytes[9] = (bytes[9] as number) ^ 1;
    await expectRefused(await present(`${header}.${claims}.${bytes.toString('base64url')}`));
  });

  it.each([
    ['short', 1_024],
    ['long', 16_384],
  ])('RS-JWT-02, SEC-45: an RSA key that is too %s is not used, though it is published', async (name, modulusLength) => {
    const { authorizationServer } = server;
    // Openssl takes its time to find primes of such a length: any odd number will do for one that is refused before it is used.
    const modulus = Buffer.alloc(modulusLength / 8, 0xff).toString('base64url');
    authorizationServer.keys.push({ kty: 'RSA', n: modulus, e: 'AQAB', kid: `too-${name}`, alg: 'RS256', use: 'sig' });
    server.clock.advance(60);
    const header = Buffer.from(JSON.stringify({ alg: 'RS256', typ: 'at+jwt', kid: `too-${name}` })).toString('base64url');
    const claims = (await authorizationServer.token()).split('.')[1] as string;
    const begun = process.cpuUsage();
    await expectRefused(await present(`${header}.${claims}.${'A'.repeat(342)}`));
    const { user, system } = process.cpuUsage(begun);
    expect((user + system) / 1000).toBeLessThan(50 * slowness());
    expect(server.logs()).toContain(`a key of ${modulusLength} bits is not used`);
  });

  it('RS-JWT-02: a published secret or encryption key is not a key', async () => {
    const { authorizationServer } = server;
    const key = new TextEncoder().encode('a secret that everybody can read!');
    const encryption = await createSigning('for-encryption');
    authorizationServer.keys.push(
      { kty: 'oct', k: Buffer.from(key).toString('base64url'), kid: 'secret', alg: 'HS256' },
      { ...(await publicJwk(encryption)), use: 'enc' },
    );
    server.clock.advance(60);
    await expectRefused(await presentWith({ signing: { ...encryption, key, header: { alg: 'HS256', typ: 'at+jwt', kid: 'secret' } } }));
    await expectRefused(await presentWith({ signing: encryption }));
  });

  it('RS-TOK-05: another’s key, changed claims, a changed header and a cut signature are refused', async () => {
    const good = await server.authorizationServer.token();
    const [header, claims, signature] = good.split('.') as [string, string, string];
    const kid = server.authorizationServer.keys[0]?.kid as string;
    await expectRefused(await presentWith({ signing: await createSigning(kid) }));
    const bob = Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(claims, 'base64url').toString()), sub: 'bob' })).toString(
      'base64url',
    );
    const untyped = Buffer.from(JSON.stringify({ alg: 'ES256', typ: 'at+jwt', kid, extra: 1 })).toString('base64url');
    for (const token of [
      `${header}.${bob}.${signature}`,
      `${untyped}.${claims}.${signature}`,
      `${header}.${claims}.${signature.slice(0, -2)}`,
      `${header}.${claims}.`,
      `${header}.${claims}.${'A'.repeat(86)}`,
      `${header}.${claims}.${signature}.`,
      `${good}=`,
    ])
      await expectRefused(await present(token));
  });

  it('RS-JWT-07: SEC-20: keys that the token names or brings are not used, and nothing is fetched', async () => {
    const { authorizationServer } = server;
    const own = await createSigning('own');
    const jwk = await publicJwk(own);
    for (const header of [
      { jwk },
      { jku: `${authorizationServer.issuer}/evil-jku` },
      { x5u: `${authorizationServer.issuer}/evil-x5u` },
      { x5c: ['MIIB'] },
      { jwk, kid: undefined },
    ])
      await expectRefused(await presentWith({ signing: own, header }));
    expect(authorizationServer.requests.filter(({ path }) => path.includes('evil'))).toEqual([]);
  });

  it('RS-JWT-07: SEC-21: an extension that is marked critical and not understood is refused', async () => {
    const { authorizationServer } = server;
    const [header, claims, signature] = (await authorizationServer.token()).split('.') as [string, string, string];
    const critical = { ...JSON.parse(Buffer.from(header, 'base64url').toString()), crit: ['exp'], exp: 1 };
    await expectRefused(await present(`${Buffer.from(JSON.stringify(critical)).toString('base64url')}.${claims}.${signature}`));
    await expectRefused(await presentCritical(['http://example.com/ext'], { 'http://example.com/ext': true }));
    await expectRefused(await presentCritical(['b64'], { b64: false }));
    await expectRefused(await presentCritical([], {}));
  });

  /** Signs by hand what a library would refuse to sign. */
  async function presentCritical(crit: string[], extra: Record<string, unknown>): Promise<Response> {
    const signing = await server.authorizationServer.rotate();
    server.clock.advance(60);
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = (await server.authorizationServer.token()).split('.')[1];
    const input = `${encode({ ...signing.header, crit, ...extra })}.${claims}`;
    const algorithm = { name: 'ECDSA', hash: 'SHA-256' };
    const signature = await crypto.subtle.sign(algorithm, signing.key as never, new TextEncoder().encode(input));
    return present(`${input}.${Buffer.from(signature).toString('base64url')}`);
  }

  it.each(['../../etc/passwd', "' OR 1=1 --", '__proto__', 'constructor', 'k'.repeat(9_000), '\0', ''])(
    'SEC-24: the key id %.20s is refused',
    async (kid) => {
      await expectRefused(await presentWith({ header: { kid } }));
    },
  );
});

describe('the claims', () => {
  it('RS-JWT-03: only the very issuer counts', async () => {
    const { issuer } = server.authorizationServer;
    for (const iss of [`${issuer}/`, issuer.toUpperCase(), 'https://evil.example', `${issuer}.evil.example`, [issuer], null, ''])
      await expectRefused(await presentWith({ claims: { iss } }));
  });

  it('RS-JWT-04: refuses a token for another audience', async () => {
    for (const aud of [
      'http://localhost:4002',
      `${RESOURCE}/`,
      `${RESOURCE}/notes`,
      'sample-client',
      'HTTP://LOCALHOST:4001',
      '',
      [],
      ['x'],
      {},
      null,
    ])
      await expectRefused(await presentWith({ claims: { aud } }));
  });

  it('RS-JWT-04: finds itself among several audiences', async () => {
    expect((await presentWith({ claims: { aud: ['https://other.example', RESOURCE] } })).status).toBe(200);
    await expectRefused(await presentWith({ claims: { aud: [RESOURCE, 7] } }));
  });

  it('RS-JWT-05: SEC-56: an expired token is refused, after a minute’s grace for clocks that differ', async () => {
    const now = Math.floor(server.clock.now() / 1000);
    expect((await presentWith({ claims: { exp: now - 58 } })).status).toBe(200);
    const response = await presentWith({ claims: { exp: now - 61 } });
    await expectRefused(response);
    expect(parseChallenge(response).error_description).toBe('the access token has expired');
  });

  it('RS-JWT-05: SEC-22: a token that was good is refused once its time is over', async () => {
    const token = await server.authorizationServer.token();
    expect((await present(token)).status).toBe(200);
    server.clock.advance(600 + 61);
    await expectRefused(await present(token));
  });

  it('RS-JWT-05: SEC-56: a token that is not valid yet, or comes from the future, is refused', async () => {
    const now = Math.floor(server.clock.now() / 1000);
    expect((await presentWith({ claims: { nbf: now + 55, iat: now + 55 } })).status).toBe(200);
    await expectRefused(await presentWith({ claims: { nbf: now + 65 } }));
    await expectRefused(await presentWith({ claims: { iat: now + 65 } }));
  });

  it.each(['iss', 'sub', 'aud', 'client_id', 'iat', 'exp', 'jti'])('RS-JWT-06: refuses a token without %s', async (name) => {
    await expectRefused(await presentWith({ claims: { [name]: undefined } }));
  });

  it.each([
    ['sub', 7],
    ['sub', ''],
    ['sub', null],
    ['sub', 'a\0b'],
    ['sub', 'a\ud800'],
    ['sub', 'x'.repeat(256)],
    ['sub', ['alice']],
    ['client_id', 7],
    ['client_id', ''],
    ['client_id', null],
    ['iat', 'now'],
    ['iat', null],
    ['exp', '99999999999'],
    ['exp', null],
    ['nbf', '0'],
    ['jti', 7],
    ['jti', ''],
    ['scope', ['notes:read']],
    ['scope', 7],
  ])('RS-JWT-06: refuses %s as %.40j', async (name, value) => {
    await expectRefused(await presentWith({ claims: { [name]: value } }));
  });

  it('RS-JWT-06: claims that are not an object are refused', async () => {
    const signing = await server.authorizationServer.rotate();
    server.clock.advance(60);
    const { CompactSign } = await import('jose');
    for (const payload of ['null', '[]', '"alice"', '{', '', '\u{feff}{}'])
      await expectRefused(
        await present(await new CompactSign(new TextEncoder().encode(payload)).setProtectedHeader(signing.header).sign(signing.key)),
      );
  });

  it('RS-DPOP-04: a token that is bound to a key is no bearer token', async () => {
    for (const cnf of [{ jkt: 'x'.repeat(43) }, { 'x5t#S256': 'x'.repeat(43) }, {}, null])
      await expectRefused(await presentWith({ claims: { cnf } }));
  });

  it('SEC-32: what they say is not logged when they are refused', async () => {
    const personal = { email: 'alice.liddell@example.org', sub: 'the-subject-of-alice' };
    for (const claims of [{ aud: 'x' }, { exp: 1 }, { iss: 'x' }, { jti: 7 }])
      await expectRefused(await presentWith({ claims: { ...personal, ...claims } }));
    expect(server.logs()).toContain('the token is for another resource');
    expect(server.logs()).not.toMatch(/liddell|the-subject-of-alice/);
  });

  it('takes the longest subject that there can be', async () => {
    const token = await server.authorizationServer.token({ claims: { sub: '\u20ac'.repeat(255) } });
    expect((await server.request('/notes', { method: 'POST', token, json: { title: 'x' } })).status).toBe(201);
  });

  it('RS-JWT-10: SEC-33: a client that acts for itself is refused where there are only users', async () => {
    for (const [path, method] of [
      ['/notes', 'GET'],
      ['/notes', 'POST'],
      ['/notes/6f1c1f6e-0d3b-4b43-9a55-0c8a7b9d2e11', 'DELETE'],
    ] as const) {
      const token = await server.authorizationServer.token({ claims: { sub: 'sample-service', client_id: 'sample-service' } });
      const response = await server.request(path, { method, token });
      expect(response.status).toBe(403);
      expect(await response.json()).toMatchObject({ error: 'access_denied' });
    }
  });
});
