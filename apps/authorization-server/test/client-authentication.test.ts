import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { tokenHash } from '../src/random.ts';
import { expectError, getCode, postToken, redeem } from './support/flow.ts';
import { startTestServer, TEST_SECRET, type TestServer } from './support/test-server.ts';

const AWKWARD_SECRET = 'pa+ss%wo:rd ü&=';

function basic(id: string, secret: string): { authorization: string } {
  const encode = (text: string) => encodeURIComponent(text).replaceAll('%20', '+');
  return { authorization: `Basic ${Buffer.from(`${encode(id)}:${encode(secret)}`).toString('base64')}` };
}

describe('client authentication', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
    await server.register({ id: 'post' });
    await server.register({ id: 'basic', tokenEndpointAuthMethod: 'client_secret_basic' });
    await server.register({ id: 'public', tokenEndpointAuthMethod: 'none' });
    await server.register({
      id: 'awk:ward',
      tokenEndpointAuthMethod: 'client_secret_basic',
      secrets: [{ hash: tokenHash(AWKWARD_SECRET) }],
    });
  });
  afterAll(() => server.close());

  const GRANT = { grant_type: 'client_credentials' };
  const withBody = (client_id: string, client_secret?: string, more = {}) =>
    postToken(server, { ...GRANT, client_id, client_secret, ...more });
  const withBasic = (id: string, secret: string, more = {}) => postToken(server, { ...GRANT, ...more }, basic(id, secret));

  it('AS-CAUTH-01: a secret in the body works for every client that has one', async () => {
    for (const id of ['post', 'basic']) expect((await withBody(id, TEST_SECRET)).statusCode, id).toBe(200);
    expect((await withBody('awk:ward', AWKWARD_SECRET)).statusCode).toBe(200);
  });

  it('AS-CAUTH-02: Basic works, both halves form-url-decoded', async () => {
    expect((await withBasic('basic', TEST_SECRET)).statusCode).toBe(200);
    expect((await withBasic('awk:ward', AWKWARD_SECRET)).statusCode).toBe(200);
    expect((await withBasic('basic', TEST_SECRET, { client_id: 'basic' })).statusCode).toBe(200);
  });

  it('AS-CAUTH-02: the scheme may be written in any case', async () => {
    const { authorization } = basic('basic', TEST_SECRET);
    expect((await postToken(server, GRANT, { authorization: authorization.replace('Basic', 'bAsIc') })).statusCode).toBe(200);
  });

  it('AS-CAUTH-03: a wrong secret through Basic gets 401 and the scheme', async () => {
    const response = await withBasic('basic', 'wrong');
    expectError(response, 401, 'invalid_client');
    expect(response.headers['www-authenticate']).toMatch(/^Basic realm="[^"]+"/);
  });

  it('AS-CAUTH-04: a wrong secret in the body gets 401', async () => {
    const response = await withBody('post', 'wrong');
    expectError(response, 401, 'invalid_client');
    expect(response.headers['www-authenticate']).toBeUndefined();
  });

  it('AS-CAUTH-05 SEC-26: two methods at once are an invalid request', async () => {
    expectError(await withBasic('basic', TEST_SECRET, { client_id: 'basic', client_secret: TEST_SECRET }), 400, 'invalid_request');
    expectError(await withBasic('basic', TEST_SECRET, { client_id: 'post' }), 400, 'invalid_request');
  });

  it('AS-CAUTH-06: a confidential client that sends only its client_id is refused', async () => {
    for (const id of ['post', 'basic']) expectError(await withBody(id), 401, 'invalid_client');
    const code = await getCode(server);
    expectError(await redeem(server, code, { client_secret: undefined }), 401, 'invalid_client');
  });

  it('AS-CAUTH-07: another method than the registered one is refused', async () => {
    expectError(await withBasic('post', TEST_SECRET), 401, 'invalid_client');
  });

  it('AS-CAUTH-07 AS-CAUTH-09: a public client with a secret is refused: it has none', async () => {
    for (const secret of ['', 'x', TEST_SECRET].filter(Boolean)) {
      expectError(await withBody('public', secret), 401, 'invalid_client');
      expectError(await withBasic('public', secret), 401, 'invalid_client');
    }
  });

  it('AS-CAUTH-08: an unknown client, a disabled one and a wrong secret get the same answer', async () => {
    await server.register({ id: 'gone', disabled: true });
    const bodies = await Promise.all([
      withBody('unknown', 'x'),
      withBody('gone', TEST_SECRET),
      withBody('post', 'x'),
      withBody('unknown'),
      withBody('post'),
    ]);
    expect(new Set(bodies.map((response) => response.body)).size).toBe(1);
  });

  it('AS-CAUTH-09: a public client is known by its client_id', async () => {
    const redirect = { client_id: 'sample-spa', redirect_uri: 'http://localhost:4002/spa/callback' };
    const code = await getCode(server, redirect);
    expect((await redeem(server, code, { ...redirect, client_secret: undefined })).statusCode).toBe(200);
  });

  it('AS-CAUTH-21: a secret past its end is refused, a second one is not', async () => {
    const expiresAt = server.clock.now() + 60_000;
    await server.register({ id: 'rolling', secrets: [{ hash: tokenHash('old'), expiresAt }, { hash: tokenHash('new') }] });
    for (const secret of ['old', 'new']) expect((await withBody('rolling', secret)).statusCode).toBe(200);
    server.clock.advance(61);
    expectError(await withBody('rolling', 'old'), 401, 'invalid_client');
    expect((await withBody('rolling', 'new')).statusCode).toBe(200);
  });

  it('nobody at all gets 401', async () => {
    expectError(await postToken(server, GRANT), 401, 'invalid_client');
  });

  it.each([
    ['nothing', 'Basic'],
    ['no base64', 'Basic %%%'],
    ['base64 and more', `${basic('basic', TEST_SECRET).authorization} x`],
    ['a tab', basic('basic', TEST_SECRET).authorization.replace(' ', '\t')],
    ['two spaces', basic('basic', TEST_SECRET).authorization.replace(' ', '  ')],
    ['no colon', `Basic ${Buffer.from('basic').toString('base64')}`],
    ['an empty id', `Basic ${Buffer.from(':secret').toString('base64')}`],
    ['an empty secret', `Basic ${Buffer.from('basic:').toString('base64')}`],
    ['a broken percent-encoding', `Basic ${Buffer.from('basic:%zz').toString('base64')}`],
    ['bytes that are not UTF-8', `Basic ${Buffer.from([0x62, 0x3a, 0xff, 0xfe]).toString('base64')}`],
    ['another scheme', 'Bearer x'],
    ['a NUL', `Basic ${Buffer.from('basic\0:x').toString('base64')}`],
  ])('SEC-26 SEC-44: an Authorization header with %s gets 401', async (_case, authorization) => {
    expectError(await postToken(server, GRANT, { authorization }), 401, 'invalid_client');
  });

  it('AS-GEN-13: after ten failures it asks to wait, from there; the right secret still works from elsewhere', async () => {
    await server.register({ id: 'guessed' });
    for (let count = 1; count <= 9; count++) expectError(await withBody('guessed', `guess-${count}`), 401, 'invalid_client');
    const tenth = await withBody('guessed', 'guess-10');
    expectError(tenth, 429, 'invalid_request');
    expect(Number(tenth.headers['retry-after'])).toBeGreaterThan(0);
    // An instance that has seen none of it looks at one more guess before it knows.
    for (let instance = 2; instance <= inject('instances'); instance++) expectError(await withBody('guessed', 'x'), 429, 'invalid_request');
    expectError(await withBody('guessed', TEST_SECRET), 429, 'invalid_request');

    const elsewhere = await server.app.inject({
      method: 'POST',
      url: '/token',
      remoteAddress: '203.0.113.9',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({ ...GRANT, client_id: 'guessed', client_secret: TEST_SECRET }).toString(),
    });
    expect(elsewhere.statusCode).toBe(200);
    expect((await withBody('post', TEST_SECRET)).statusCode).toBe(200);

    server.clock.advance(16 * 60);
    expect((await withBody('guessed', TEST_SECRET)).statusCode).toBe(200);
  });
});
