import { INTROSPECTION_JWT_TYPE } from '@rolecall/contracts/introspection';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answer } from '../test-support/authorization-server.ts';
import { type GuardedApi, INTROSPECTION, RESOURCE, startGuardedApi } from './support/guarded-api.ts';

let api: GuardedApi;
afterEach(() => api.close());

const seconds = () => Math.floor(api.clock.now() / 1000);
const active = (claims: Record<string, unknown> = {}) => ({
  active: true,
  iss: api.authorizationServer.issuer,
  sub: 'alice',
  client_id: 'sample-client',
  aud: RESOURCE,
  iat: seconds(),
  exp: seconds() + 600,
  jti: 'j',
  scope: 'read',
  ...claims,
});

describe('an opaque token', () => {
  beforeEach(async () => {
    api = await startGuardedApi({ introspection: INTROSPECTION });
  });

  it('RS-INT-01: is judged by introspection, as which this API authenticates', async () => {
    api.introspection.answers.set('opaque', active());
    expect((await api.get('/read', 'opaque')).json()).toEqual({ subject: 'alice' });
    const { token, authorization = '' } = api.introspection.asked[0] ?? {};
    expect(token).toBe('opaque');
    const pair = Buffer.from(authorization.slice('Basic '.length), 'base64').toString();
    expect(pair.split(':').map((half) => decodeURIComponent(half.replaceAll('+', ' ')))).toEqual([
      INTROSPECTION.clientId,
      INTROSPECTION.clientSecret,
    ]);
  });

  it('RS-INT-01: that is not active is refused', async () => {
    const refused = await api.get('/read', 'unknown');
    expect(refused.statusCode).toBe(401);
    expect(refused.headers['www-authenticate']).toContain('error="invalid_token"');
  });

  it.each([
    ['for another resource', { aud: 'https://other.example' }],
    ['for nobody', { aud: undefined }],
    ['of another issuer', { iss: 'https://evil.example' }],
    ['that has expired', { exp: 1 }],
    ['bound to a key', { cnf: { jkt: 'x' } }],
    ['without a client', { client_id: undefined }],
  ])('RS-INT-02: active, but %s, is refused', async (_what, claims) => {
    api.introspection.answers.set('opaque', active(claims));
    expect((await api.get('/read', 'opaque')).statusCode).toBe(401);
  });

  it('RS-INT-02: active, but without the scope, is refused', async () => {
    api.introspection.answers.set('opaque', active());
    const refused = await api.get('/write', 'opaque');
    expect([refused.statusCode, refused.json().error]).toEqual([403, 'insufficient_scope']);
  });

  it('RS-INT-03: is asked about for each request where nothing is remembered, and once for those that come together', async () => {
    api.introspection.answers.set('opaque', active());
    expect((await api.get('/read', 'opaque')).statusCode).toBe(200);
    api.introspection.answers.set('opaque', { active: false });
    expect((await api.get('/read', 'opaque')).statusCode).toBe(401);
    expect(api.introspection.asked).toHaveLength(2);
    await Promise.all(Array.from({ length: 20 }, () => api.get('/read', 'opaque')));
    expect(api.introspection.asked).toHaveLength(3);
  });

  it('that was revoked by its grant is refused, whatever introspection said', async () => {
    api.feed.revocations.push({ claim: 'grant_id', value: 'g', at: seconds() });
    api.introspection.answers.set('opaque', active({ grant_id: 'g' }));
    expect((await api.get('/read', 'opaque')).statusCode).toBe(401);
  });

  it.each([
    ['status 500', (response: never) => answer(response, 500, {})],
    ['status 401: our own credentials are wrong', (response: never) => answer(response, 401, {})],
    ['no JSON', (response: { end(text: string): void }) => response.end('<html>')],
    ['JSON of something else', (response: never) => answer(response, 200, { active: 'true' })],
    ['a broken connection', (response: { destroy(): void }) => response.destroy()],
  ])(
    'RS-JWT-09: when introspection answers with %s it is neither accepted nor refused, and asked about once in a while',
    async (_what, behaviour) => {
      let asked = 0;
      api.authorizationServer.behave('/introspect', (response) => {
        asked += 1;
        behaviour(response as never);
      });
      for (let turn = 0; turn < 3; turn++) {
        const answered = await api.get('/read', 'opaque');
        expect(answered.statusCode).toBe(503);
        expect(Number(answered.headers['retry-after'])).toBeGreaterThan(0);
      }
      expect(asked).toBe(1);
      // JWTs need no introspection.
      expect((await api.get('/read', await api.authorizationServer.token({ claims: { scope: 'read' } }))).statusCode).toBe(200);
      api.clock.advance(2);
      await api.get('/read', 'opaque');
      expect(asked).toBe(2);
    },
  );
});

describe('a token that the authorization server will not hear of', () => {
  it.each([400, 413, 414])('(%s) is refused, and no other one with it', async (status) => {
    api = await startGuardedApi({ introspection: INTROSPECTION });
    api.authorizationServer.behave('/introspect', (response, { body }) =>
      answer(response, body.includes('odd') ? status : 200, body.includes('odd') ? {} : active()),
    );
    expect((await api.get('/read', 'odd')).statusCode).toBe(401);
    expect((await api.get('/read', 'even')).statusCode).toBe(200);
  });

  it('because it is too long is not even asked about', async () => {
    api = await startGuardedApi({ introspection: INTROSPECTION });
    expect((await api.get('/read', 'x'.repeat(20_000))).statusCode).toBe(401);
    expect(api.introspection.asked).toEqual([]);
  });
});

describe('a flood of made-up tokens', () => {
  it('takes nothing from those whose tokens were good before, and asks no more than so many questions at once', async () => {
    api = await startGuardedApi({ introspection: INTROSPECTION });
    api.introspection.answers.set('good', active());
    expect((await api.get('/read', 'good')).statusCode).toBe(200);
    const waiting: (() => void)[] = [];
    api.authorizationServer.behave('/introspect', (response, { body }) => {
      if (body.includes('good')) answer(response, 200, active());
      else waiting.push(() => answer(response, 200, { active: false }));
    });
    const flood = Array.from({ length: 300 }, (_, index) => api.get('/read', `made-up-${index}`));
    await expect.poll(() => waiting.length).toBe(200);
    expect((await api.get('/read', 'good')).statusCode).toBe(200);
    expect((await api.get('/read', 'one-more')).statusCode).toBe(503);
    waiting.splice(0).forEach((answerIt) => answerIt());
    const statuses = (await Promise.all(flood)).map(({ statusCode }) => statusCode);
    expect([401, 503].map((status) => statuses.filter((each) => each === status).length)).toEqual([200, 100]);
    expect(waiting).toEqual([]);
  });

  it('that do not begin as the issuer’s do is refused without a question', async () => {
    api = await startGuardedApi({ introspection: { ...INTROSPECTION, prefix: 'rc_at_' } });
    api.introspection.answers.set('rc_at_good', active());
    api.introspection.answers.set('good', active());
    expect((await api.get('/read', 'rc_at_good')).statusCode).toBe(200);
    for (const token of ['good', 'RC_AT_good', 'x', 'a.b.c.d']) expect((await api.get('/read', token)).statusCode).toBe(401);
    expect(api.introspection.asked).toHaveLength(1);
  });
});

describe('an answer that is remembered', () => {
  beforeEach(async () => {
    api = await startGuardedApi({ introspection: { ...INTROSPECTION, cacheSeconds: 30 } });
  });

  it('RS-INT-03: serves for so long, and not a second longer', async () => {
    api.introspection.answers.set('opaque', active());
    expect((await api.get('/read', 'opaque')).statusCode).toBe(200);
    api.introspection.answers.set('opaque', { active: false });
    api.clock.advance(29);
    expect((await api.get('/read', 'opaque')).statusCode).toBe(200);
    expect(api.introspection.asked).toHaveLength(1);
    api.clock.advance(1);
    expect((await api.get('/read', 'opaque')).statusCode).toBe(401);
  });

  it('RS-INT-03 SEC-22: never outlives its token, nor serves another one', async () => {
    api.introspection.answers.set('short', active({ exp: seconds() + 20 }));
    expect((await api.get('/read', 'short')).statusCode).toBe(200);
    api.introspection.answers.set('short', { active: false });
    api.clock.advance(20);
    expect((await api.get('/read', 'short')).statusCode).toBe(401);
    // Nor does it come back when the clock is set back.
    api.clock.advance(-15);
    expect((await api.get('/read', 'short')).statusCode).toBe(401);
    api.introspection.answers.set('one', active({ sub: 'alice' }));
    api.introspection.answers.set('two', active({ sub: 'bob' }));
    for (let turn = 0; turn < 2; turn++) {
      expect((await api.get('/read', 'one')).json()).toEqual({ subject: 'alice' });
      expect((await api.get('/read', 'two')).json()).toEqual({ subject: 'bob' });
    }
    expect((await api.get('/read', 'one ')).statusCode).toBe(401);
  });

  it('is that of a good token: a refusal is asked for again', async () => {
    expect((await api.get('/read', 'opaque')).statusCode).toBe(401);
    api.introspection.answers.set('opaque', active());
    expect((await api.get('/read', 'opaque')).statusCode).toBe(200);
  });
});

describe('a signed answer', () => {
  beforeEach(async () => {
    api = await startGuardedApi({ introspection: { ...INTROSPECTION, signed: true } });
  });

  const signed = (claims: Record<string, unknown> = {}, typ = INTROSPECTION_JWT_TYPE) =>
    api.authorizationServer.sign(
      { iss: api.authorizationServer.issuer, aud: INTROSPECTION.clientId, iat: seconds(), token_introspection: active(), ...claims },
      typ,
    );

  it('is asked for, and believed', async () => {
    api.introspection.answers.set('opaque', await signed());
    expect((await api.get('/read', 'opaque')).json()).toEqual({ subject: 'alice' });
    expect(api.introspection.asked[0]?.accept).toBe('application/token-introspection+jwt');
  });

  it.each([
    ['of another type', {}, 'at+jwt'],
    ['of another issuer', { iss: 'https://evil.example' }, undefined],
    ['for another resource server', { aud: 'another' }, undefined],
    ['of two minutes ago', { iat: Math.floor(Date.now() / 1000) - 120 }, undefined],
  ])('RS-INT-04: %s is no answer', async (_what, claims, typ) => {
    api.introspection.answers.set('opaque', await signed(claims, typ));
    expect((await api.get('/read', 'opaque')).statusCode).toBe(503);
  });

  it('RS-INT-04: that is not signed, or by another key, is no answer', async () => {
    api.introspection.answers.set('opaque', active());
    expect((await api.get('/read', 'opaque')).statusCode).toBe(503);
    api.clock.advance(10);
    const [header, claims, signature = ''] = (await signed()).split('.');
    const forged = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
    api.introspection.answers.set('opaque', [header, claims, forged].join('.'));
    expect((await api.get('/read', 'opaque')).statusCode).toBe(503);
  });

  it('RS-INT-04: presented as an access token is refused', async () => {
    expect((await api.get('/read', await signed())).statusCode).toBe(401);
  });
});

it('without credentials for introspection an opaque token is refused, and nobody is asked', async () => {
  api = await startGuardedApi();
  expect((await api.get('/read', 'opaque')).statusCode).toBe(401);
  expect(api.introspection.asked).toEqual([]);
});

it('where the authorization server offers no introspection an opaque token is none of its tokens', async () => {
  api = await startGuardedApi({ introspection: INTROSPECTION });
  delete api.authorizationServer.metadata['introspection_endpoint'];
  expect((await api.get('/read', 'opaque')).statusCode).toBe(401);
});
