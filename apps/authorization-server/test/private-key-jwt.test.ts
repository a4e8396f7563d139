import { randomBytes } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { base64url, type CryptoKey, importJWK, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { sampleServiceKey } from '../src/seeds.ts';
import { type AssertionChanges, ASSERTION_TYPE, makeKey, sign, startPeer, type TestKey } from './support/client-assertion.ts';
import { type Changes, expectError, postToken } from './support/flow.ts';
import { startTestServer, TEST_SECRET, type TestServer } from './support/test-server.ts';

const GRANT = { grant_type: 'client_credentials', client_assertion_type: ASSERTION_TYPE };

describe('private_key_jwt', () => {
  let server: TestServer;
  let key: TestKey;
  beforeAll(async () => {
    server = await startTestServer();
    key = await makeKey();
    await server.register({ id: 'signer', tokenEndpointAuthMethod: 'private_key_jwt', jwks: { keys: [{ ...key.publicJwk }] } });
    await server.register({ id: 'other-signer', tokenEndpointAuthMethod: 'private_key_jwt', jwks: { keys: [{ ...key.publicJwk }] } });
  });
  afterAll(() => server.close());

  const send = (client_assertion: string | undefined, more: Changes = {}, to = server) =>
    postToken(to, { ...GRANT, client_assertion, ...more });
  const ask = async (changes: AssertionChanges = {}, more: Changes = {}) => send(await sign(server, 'signer', key, changes), more);
  const now = () => Math.floor(server.clock.now() / 1000);
  /** Lets the throttle forget: each of these tests fails on purpose. */
  const forget = () => server.clock.advance(16 * 60);

  it('AS-CAUTH-10: an assertion for the issuer is accepted, with client_id beside it or without', async () => {
    expect((await ask()).statusCode).toBe(200);
    expect((await ask({}, { client_id: 'signer' })).statusCode).toBe(200);
  });

  it('AS-CAUTH-10: a client_id that is not its subject is refused', async () => {
    expectError(await ask({}, { client_id: 'other-signer' }), 401, 'invalid_client');
  });

  it('AS-CAUTH-10: the seeded client authenticates with its well-known key', async () => {
    const privateKey = (await importJWK(sampleServiceKey, 'ES256')) as CryptoKey;
    const seeded = { algorithm: 'ES256', privateKey, publicJwk: { kty: 'EC', kid: sampleServiceKey.kid } };
    expect((await send(await sign(server, 'sample-service-jwt', seeded))).statusCode).toBe(200);
  });

  it.each(['ES256', 'PS256', 'RS256', 'EdDSA', 'Ed25519'])('AS-CAUTH-10: %s is accepted', async (algorithm) => {
    const own = await makeKey(algorithm);
    const id = `signs-${algorithm}`;
    await server.register({ id, tokenEndpointAuthMethod: 'private_key_jwt', jwks: { keys: [{ ...own.publicJwk }] } });
    expect((await send(await sign(server, id, own))).statusCode).toBe(200);
  });

  it.each(['/introspect', '/revoke'])('AS-CAUTH-10: it is good at %s too', async (url) => {
    const form = { client_assertion_type: ASSERTION_TYPE, token: 'x' };
    const good = await postToken(server, { ...form, client_assertion: await sign(server, 'signer', key) }, {}, url);
    expect(good.statusCode).toBe(200);
    const bad = await sign(server, 'signer', key, { claims: { aud: `${server.issuer}${url}` } });
    expectError(await postToken(server, { ...form, client_assertion: bad }, {}, url), 401, 'invalid_client');
  });

  it.each([
    ['the token endpoint', 'http://localhost:4000/token'],
    ['another server', 'https://other.example'],
    ['AS-CAUTH-13: the issuer with a slash', 'http://localhost:4000/'],
    ['AS-CAUTH-13: the issuer in capitals', 'HTTP://LOCALHOST:4000'],
    ['AS-CAUTH-12: the issuer and something else', ['http://localhost:4000', 'https://other.example']],
    ['AS-CAUTH-12: the issuer twice', ['http://localhost:4000', 'http://localhost:4000']],
    ['AS-CAUTH-12: the issuer and the token endpoint', ['http://localhost:4000', 'http://localhost:4000/token']],
    ['nobody', []],
    ['nothing', undefined],
    ['a number', 7 as never],
  ])('AS-CAUTH-11: aud = %s is refused', async (_case, aud) => {
    forget();
    expectError(await ask({ claims: { aud: aud as string } }), 401, 'invalid_client');
  });

  it('AS-CAUTH-12: a list of the issuer alone is accepted', async () => {
    expect((await ask({ claims: { aud: ['http://localhost:4000'] } })).statusCode).toBe(200);
  });

  it('P2: the token endpoint as the audience is accepted where it is configured', async () => {
    const lenient = await startTestServer({ ACCEPT_TOKEN_ENDPOINT_AUDIENCE: 'true' });
    await lenient.register({ id: 'signer', tokenEndpointAuthMethod: 'private_key_jwt', jwks: { keys: [{ ...key.publicJwk }] } });
    for (const [aud, status] of [
      [`${lenient.issuer}/token`, 200],
      [lenient.issuer, 200],
      [`${lenient.issuer}/introspect`, 401],
      [[lenient.issuer, `${lenient.issuer}/token`], 401],
    ] as const)
      expect((await send(await sign(lenient, 'signer', key, { claims: { aud: aud as string } }), {}, lenient)).statusCode).toBe(status);
    await lenient.close();
  });

  it.each<[string, () => AssertionChanges]>([
    ['exp in the past', () => ({ claims: { exp: now() - 300 } })],
    ['no exp', () => ({ claims: { exp: undefined as never } })],
    ['exp as text', () => ({ claims: { exp: String(now() + 60) as never } })],
    ['exp in a year', () => ({ claims: { exp: now() + 365 * 86_400 } })],
    ['exp beyond all numbers', () => ({ claims: { exp: 1e300 } })],
    ['no sub', () => ({ claims: { sub: undefined as never } })],
    ['no iss', () => ({ claims: { iss: undefined as never } })],
    ['another iss', () => ({ claims: { iss: 'other-signer' } })],
    ['iat ahead', () => ({ claims: { iat: now() + 61 } })],
    ['nbf ahead', () => ({ claims: { nbf: now() + 61 } })],
    ['no jti', () => ({ claims: { jti: undefined as never } })],
    ['an empty jti', () => ({ claims: { jti: '' } })],
    ['a jti that is no text', () => ({ claims: { jti: 5 as never } })],
    ['an endless jti', () => ({ claims: { jti: 'x'.repeat(600) } })],
    ['an unknown kid', () => ({ header: { kid: 'unknown' } })],
    ['a kid that is no text', () => ({ header: { kid: 7 as never } })],
    ['an unknown critical header', () => ({ header: { crit: ['exp'], exp: 1 } as never })],
  ])('AS-CAUTH-14: %s is refused', async (_case, changes) => {
    forget();
    const { claims = {}, header = {} } = changes();
    // What jose itself would not sign is put together by hand.
    const critical = 'crit' in header;
    const { crit: _crit, ...rest } = header;
    const signed = await sign(server, 'signer', key, { claims, header: critical ? rest : header });
    const assertion = critical ? await withHeader(signed, { ...header, alg: 'ES256', kid: key.publicJwk.kid }) : signed;
    expectError(await send(assertion), 401, 'invalid_client');
  });

  /** The same claims under another header, signed again. */
  async function withHeader(signed: string, header: object): Promise<string> {
    const input = `${base64url.encode(JSON.stringify(header))}.${signed.split('.')[1]}`;
    const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key.privateKey, new TextEncoder().encode(input));
    return `${input}.${base64url.encode(new Uint8Array(signature))}`;
  }

  it('AS-CAUTH-14: a bad signature, another key and another algorithm are refused', async () => {
    forget();
    const good = await sign(server, 'signer', key);
    const [head, body] = good.split('.');
    expectError(await send(`${head}.${body}.${'A'.repeat(86)}`), 401, 'invalid_client');
    expectError(await send(await sign(server, 'signer', await makeKey('ES256'))), 401, 'invalid_client');
    expectError(await send(await sign(server, 'signer', await makeKey('RS256', 'ES256-1'))), 401, 'invalid_client');
    expectError(await send(`${base64url.encode('{"alg":"none"}')}.${body}.`), 401, 'invalid_client');
    // Its own signature still counts: nothing of the above has used it up.
    expect((await send(good)).statusCode).toBe(200);
  });

  it('AS-CAUTH-14: HS256 is refused, with the public key as the secret too', async () => {
    forget();
    const secrets = [JSON.stringify(key.publicJwk), String(key.publicJwk.x), TEST_SECRET, ''].map((text) =>
      new TextEncoder().encode(text || ' '),
    );
    for (const secret of secrets) {
      const claims = { iss: 'signer', sub: 'signer', aud: server.issuer, exp: now() + 60, jti: 'hs' };
      const assertion = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: key.publicJwk.kid as string }).sign(secret);
      expectError(await send(assertion), 401, 'invalid_client');
    }
  });

  it('AS-CAUTH-14: a key in the header itself counts for nothing', async () => {
    forget();
    const foreign = await makeKey('ES256', 'foreign');
    const peer = await startPeer(() => ({ body: JSON.stringify({ keys: [foreign.publicJwk] }) }));
    for (const header of [{ jwk: foreign.publicJwk }, { jku: peer.url }, { x5u: peer.url }] as never[])
      expectError(await send(await sign(server, 'signer', foreign, { header })), 401, 'invalid_client');
    expect(peer.requests).toBe(0);
  });

  it('AS-CAUTH-14: a client that has named its algorithm is held to it', async () => {
    forget();
    const rsa = await makeKey('PS256', 'rsa');
    const jwks = { keys: [{ ...rsa.publicJwk }] };
    await server.register({ id: 'only-ps256', tokenEndpointAuthMethod: 'private_key_jwt', jwks, tokenEndpointAuthSigningAlg: 'PS256' });
    expect((await send(await sign(server, 'only-ps256', rsa))).statusCode).toBe(200);
    const { n, e } = rsa.publicJwk;
    await server.register({
      id: 'only-rs256',
      tokenEndpointAuthMethod: 'private_key_jwt',
      jwks: { keys: [{ kty: 'RSA', n, e, kid: 'rsa' }] },
      tokenEndpointAuthSigningAlg: 'RS256',
    });
    expectError(await send(await sign(server, 'only-rs256', rsa)), 401, 'invalid_client');
  });

  it('AS-CAUTH-14: a private key that was registered by mistake verifies nothing', async () => {
    forget();
    const jwks = { keys: [{ ...key.publicJwk, d: 'AAAA' }] };
    await server.register({ id: 'careless', tokenEndpointAuthMethod: 'private_key_jwt', jwks });
    expectError(await send(await sign(server, 'careless', key)), 401, 'invalid_client');
  });

  it('AS-CAUTH-15: clocks may be a little apart', async () => {
    for (const seconds of [10, 59])
      expect((await ask({ claims: { iat: now() + seconds, nbf: now() + seconds, exp: now() + 120 } })).statusCode).toBe(200);
  });

  it('AS-CAUTH-16: the same jti a second time is refused, until it has expired and after', async () => {
    forget();
    const assertion = await sign(server, 'signer', key, { claims: { exp: now() + 300 } });
    expect((await send(assertion)).statusCode).toBe(200);
    expectError(await send(assertion), 401, 'invalid_client');
    server.clock.advance(299);
    expectError(await send(assertion), 401, 'invalid_client');
    // Within the skew, its last moment.
    server.clock.advance(60);
    expectError(await send(assertion), 401, 'invalid_client');
    server.clock.advance(600);
    expectError(await send(assertion), 401, 'invalid_client');
  });

  it('AS-CAUTH-16: a jti is one of its client: another client may have the same', async () => {
    const claims = { jti: 'shared' };
    expect((await send(await sign(server, 'signer', key, { claims }))).statusCode).toBe(200);
    expect((await send(await sign(server, 'other-signer', key, { claims }))).statusCode).toBe(200);
  });

  it('SEC-25: of 32 requests with one assertion at once, exactly one is answered', async () => {
    forget();
    const assertion = await sign(server, 'signer', key);
    const answers = await Promise.all(Array.from({ length: 32 }, () => send(assertion)));
    expect(answers.filter((answer) => answer.statusCode === 200)).toHaveLength(1);
    for (const answer of answers) expect([200, 401, 429]).toContain(answer.statusCode);
  });

  it('SEC-25: while it cannot be told whether an assertion was used, it is not accepted', async () => {
    forget();
    server.failShortLived('claim');
    const assertion = await sign(server, 'signer', key);
    expectError(await send(assertion), 503, 'temporarily_unavailable');
    server.failShortLived(undefined);
    expect((await send(assertion)).statusCode).toBe(200);
  });

  it.each(['client-authentication+jwt', 'application/client-authentication+jwt', 'JWT', 'jwt', undefined])(
    'AS-CAUTH-17: typ %s is accepted',
    async (typ) => {
      expect((await ask({ header: { typ: typ as string } })).statusCode).toBe(200);
    },
  );

  it.each(['at+jwt', 'application/at+jwt', 'oauth-authz-req+jwt', 'dpop+jwt', 'logout+jwt', 'oauth-id-jag+jwt', '', 7])(
    'AS-CAUTH-17: typ %s is refused: it was made for something else',
    async (typ) => {
      forget();
      expectError(await ask({ header: { typ: typ as string } }), 401, 'invalid_client');
    },
  );

  it('AS-CAUTH-18: another type of assertion, and half of the pair, are refused', async () => {
    forget();
    const assertion = await sign(server, 'signer', key);
    const saml = 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer';
    expectError(await send(assertion, { client_assertion_type: saml }), 401, 'invalid_client');
    expectError(await send(assertion, { client_assertion_type: undefined }), 401, 'invalid_client');
    expectError(await send(undefined), 401, 'invalid_client');
    expectError(await send(undefined, { client_id: 'signer' }), 401, 'invalid_client');
    expect((await send(assertion)).statusCode).toBe(200);
  });

  it('AS-CAUTH-05 SEC-26: an assertion beside a secret is two methods', async () => {
    const assertion = await sign(server, 'signer', key);
    expectError(await send(assertion, { client_id: 'signer', client_secret: TEST_SECRET }), 400, 'invalid_request');
    const authorization = `Basic ${Buffer.from(`signer:${TEST_SECRET}`).toString('base64')}`;
    expectError(await postToken(server, { ...GRANT, client_assertion: assertion }, { authorization }), 400, 'invalid_request');
  });

  it('AS-CAUTH-07: only a client that is registered for it may sign, and it may not send a secret', async () => {
    forget();
    await server.register({ id: 'with-secret', jwks: { keys: [{ ...key.publicJwk }] } });
    expectError(await send(await sign(server, 'with-secret', key)), 401, 'invalid_client');
    for (const client_secret of [TEST_SECRET, undefined])
      expectError(await postToken(server, { grant_type: 'client_credentials', client_id: 'signer', client_secret }), 401, 'invalid_client');
  });

  it('AS-CAUTH-08: an unknown client that signs gets the answer of one that signs wrongly', async () => {
    forget();
    const unknown = await send(await sign(server, 'nobody-here', key));
    const wrong = await send(await sign(server, 'signer', await makeKey('ES256')));
    expect(unknown.body).toBe(wrong.body);
    expect(unknown.statusCode).toBe(wrong.statusCode);
  });

  it('AS-GEN-12: an assertion in the URL is refused', async () => {
    const assertion = await sign(server, 'signer', key);
    const query = new URLSearchParams({ client_assertion: assertion, client_assertion_type: ASSERTION_TYPE });
    const response = await postToken(server, { grant_type: 'client_credentials', client_id: 'signer' }, {}, `/token?${query.toString()}`);
    expectError(response, 401, 'invalid_client');
  });

  describe('SEC-45: assertions that are costly to open', () => {
    /** The best of three: the process has other things to do as well. */
    const cheaply = async (assertion: string) => {
      const costs: number[] = [];
      for (let time = 0; time < 3; time++) {
        const before = process.cpuUsage();
        const response = await send(assertion);
        const { user, system } = process.cpuUsage(before);
        costs.push((user + system) / 1000);
        expect([400, 401, 413]).toContain(response.statusCode);
      }
      expect(Math.min(...costs)).toBeLessThan(50);
    };
    const claims = () => ({ iss: 'signer', sub: 'signer', aud: server.issuer, exp: now() + 60, jti: 'bomb' });

    it('1 MB, a long claim, and nesting without end', async () => {
      forget();
      await cheaply('x'.repeat(1_000_000));
      await cheaply(await sign(server, 'signer', key, { claims: { padding: 'x'.repeat(40_000) } }));
      await cheaply(`${base64url.encode('{"alg":"ES256"}')}.${base64url.encode(`{"sub":"signer","a":${'['.repeat(5_000)}`)}.AA`);
    });

    it('an encrypted one that unpacks to a thousand times its size, and one that stretches a password', async () => {
      forget();
      const zip = deflateRawSync(Buffer.alloc(4_000_000)).toString('base64url').slice(0, 5_000);
      await cheaply(`${base64url.encode('{"alg":"dir","enc":"A256GCM","zip":"DEF"}')}..AAAA.${zip}.AAAA`);
      const p2c = JSON.stringify({ alg: 'PBES2-HS256+A128KW', enc: 'A128GCM', p2c: 2_000_000_000, p2s: 'AAAA' });
      await cheaply(`${base64url.encode(p2c)}.AAAA.AAAA.AAAA.AAAA`);
    });

    it('a signature for an RSA key of 16,384 bits with a great exponent, which a client has registered', async () => {
      forget();
      const odd = randomBytes(2_048);
      odd[0] = 0xff;
      odd[2_047] = 0xff;
      const huge = odd.toString('base64url');
      await server.register({
        id: 'bomber',
        tokenEndpointAuthMethod: 'private_key_jwt',
        jwks: { keys: [{ kty: 'RSA', n: huge, e: huge, kid: 'huge' }] },
      });
      const header = base64url.encode('{"alg":"RS256","kid":"huge"}');
      const body = base64url.encode(JSON.stringify({ ...claims(), iss: 'bomber', sub: 'bomber' }));
      await cheaply(`${header}.${body}.${randomBytes(2_048).toString('base64url')}`);
    });
  });

  it('a failure is written down, with the client and why, and without what was sent', async () => {
    forget();
    const assertion = await sign(server, 'signer', key, { claims: { aud: 'https://other.example' } });
    await send(assertion);
    expect(server.logged()).toContain('"type":"client_authentication_failed"');
    expect(server.logged()).toContain('aud is not this server alone');
    expect(server.logged()).not.toContain(assertion);
  });
});

describe('private_key_jwt by jwks_uri', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.close());

  const instances = inject('instances');
  /** The same at each instance, each time with another assertion: every instance has a copy of its own. */
  const sendEverywhere = async (id: string, key: TestKey, times = 1) => {
    const answers = [];
    for (let time = 0; time < times * instances; time++)
      answers.push(await postToken(server, { ...GRANT, client_assertion: await sign(server, id, key) }));
    return answers;
  };
  const expectAccepted = async (...request: Parameters<typeof sendEverywhere>) => {
    for (const answer of await sendEverywhere(...request)) expect(answer.statusCode).toBe(200);
  };
  const expectRefused = async (...request: Parameters<typeof sendEverywhere>) => {
    for (const answer of await sendEverywhere(...request)) expectError(answer, 401, 'invalid_client');
  };

  it('AS-CAUTH-19: a kid that is new is looked for once, and found after the client has changed its key', async () => {
    const [first, second] = [await makeKey('ES256', 'first'), await makeKey('ES256', 'second')];
    let keys = [first.publicJwk];
    const peer = await startPeer(() => ({ body: JSON.stringify({ keys }) }));
    await server.register({ id: 'rotating', tokenEndpointAuthMethod: 'private_key_jwt', jwksUri: `${peer.url}/jwks` });

    await expectAccepted('rotating', first, 3);
    expect(peer.requests).toBe(instances);

    keys = [second.publicJwk];
    server.clock.advance(11);
    await expectAccepted('rotating', second);
    expect(peer.requests).toBe(2 * instances);
    // The old one is not known any more.
    await expectRefused('rotating', first);
  });

  it('AS-CAUTH-19: unknown kids one after the other do not make this server ask one after the other', async () => {
    const known = await makeKey('ES256', 'known');
    const peer = await startPeer(() => ({ body: JSON.stringify({ keys: [known.publicJwk] }) }));
    await server.register({ id: 'flooded', tokenEndpointAuthMethod: 'private_key_jwt', jwksUri: `${peer.url}/jwks` });
    await expectAccepted('flooded', known);
    server.clock.advance(11);
    const foreign = await makeKey('ES256', 'foreign');
    await Promise.all(
      Array.from({ length: 8 }, async (_, index) => {
        const client_assertion = await sign(server, 'flooded', foreign, { header: { kid: `k${index}` } });
        return postToken(server, { ...GRANT, client_assertion });
      }),
    );
    expect(peer.requests).toBe(2 * instances);
    await expectAccepted('flooded', known);
  });

  it('keys that are five minutes old are fetched again', async () => {
    const own = await makeKey();
    const peer = await startPeer(() => ({ body: JSON.stringify({ keys: [own.publicJwk] }) }));
    await server.register({ id: 'aging', tokenEndpointAuthMethod: 'private_key_jwt', jwksUri: `${peer.url}/jwks` });
    for (const [seconds, requests] of [
      [0, 1],
      [299, 1],
      [2, 2],
    ] as const) {
      server.clock.advance(seconds);
      await expectAccepted('aging', own);
      expect(peer.requests).toBe(requests * instances);
    }
  });

  it('keys that are known outlive an address that is down for a while', async () => {
    const own = await makeKey('ES256', 'own');
    let status = 200;
    const peer = await startPeer(() => ({ status, body: JSON.stringify({ keys: [own.publicJwk] }) }));
    await server.register({ id: 'shaky', tokenEndpointAuthMethod: 'private_key_jwt', jwksUri: `${peer.url}/jwks` });
    await expectAccepted('shaky', own);
    status = 500;
    server.clock.advance(11);
    // Anybody can send a kid that is not known, and so make this server ask.
    await expectRefused('shaky', await makeKey('ES256', 'foreign'));
    expect(peer.requests).toBe(2 * instances);
    await expectAccepted('shaky', own);
    // But not for longer than the keys would have been used without that.
    server.clock.advance(300);
    await expectRefused('shaky', own);
  });

  it('an address that is down is asked again after a pause, not at each request', async () => {
    const own = await makeKey();
    let status = 500;
    const peer = await startPeer(() => ({ status, body: JSON.stringify({ keys: [own.publicJwk] }) }));
    await server.register({ id: 'down', tokenEndpointAuthMethod: 'private_key_jwt', jwksUri: `${peer.url}/jwks` });
    await expectRefused('down', own, 3);
    expect(peer.requests).toBe(instances);
    status = 200;
    server.clock.advance(11);
    await expectAccepted('down', own);
  });

  it.each<[string, { status?: number; headers?: Record<string, string>; body: string }]>([
    ['no JSON', { body: 'keys' }],
    ['no key set', { body: '[]' }],
    ['an empty key set', { body: '{"keys":[]}' }],
    ['null', { body: 'null' }],
    ['a thousand keys', { body: JSON.stringify({ keys: Array.from({ length: 1000 }, () => ({ kty: 'EC' })) }) }],
    ['compressed data', { headers: { 'content-encoding': 'gzip' }, body: 'x' }],
  ])('an address that answers %s refuses the client, and nothing fails', async (name, answer) => {
    const own = await makeKey();
    const peer = await startPeer(() => answer);
    await server.register({ id: `odd ${name}`, tokenEndpointAuthMethod: 'private_key_jwt', jwksUri: peer.url });
    await expectRefused(`odd ${name}`, own);
    expect(peer.requests).toBeGreaterThan(0);
  });
});
