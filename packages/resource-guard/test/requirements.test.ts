import type { CryptoKey } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseChallenge } from '../test-support/challenge.ts';
import { signClaims } from '../test-support/sign-token.ts';
import { type GuardedApi, RESOURCE, startGuardedApi } from './support/guarded-api.ts';

let api: GuardedApi;
beforeAll(async () => {
  api = await startGuardedApi({ implies: { write: ['read'] } });
});
afterAll(() => api.close());

const seconds = () => Math.floor(api.clock.now() / 1000);
const get = async (path: string, claims?: Record<string, unknown>) => {
  const response = await api.get(path, claims && (await api.authorizationServer.token({ claims })));
  const header = response.headers['www-authenticate'];
  return {
    status: response.statusCode,
    error: response.statusCode === 200 ? undefined : (response.json().error as string | undefined),
    challenge: header === undefined ? undefined : parseChallenge(new Response(null, { headers: { 'www-authenticate': String(header) } })),
  };
};

describe('scopes', () => {
  it('RS-TOK-06: a token without the scope gets 403 that names all that is needed', async () => {
    const { status, challenge } = await get('/write', { scope: 'read' });
    expect(status).toBe(403);
    expect(challenge).toMatchObject({ error: 'insufficient_scope', scope: 'write', realm: 'api' });
    expect(challenge?.['resource_metadata']).toBe('https://api.example/.well-known/oauth-protected-resource/v1');
  });

  it('RS-TOK-07: a broader scope brings the narrower ones with it, and not the other way round', async () => {
    expect((await get('/read', { scope: 'write' })).status).toBe(200);
    expect((await get('/write', { scope: 'read' })).status).toBe(403);
    expect((await get('/read', { scope: 'toString' })).status).toBe(403);
  });

  it('RS-TOK-02: without credentials the challenge says what is needed, and nothing of an error', async () => {
    expect(await get('/read')).toEqual({
      status: 401,
      error: undefined,
      challenge: { realm: 'api', scope: 'read', resource_metadata: 'https://api.example/.well-known/oauth-protected-resource/v1' },
    });
  });
});

describe('step-up', () => {
  it('RS-STEP-01: a login that is too old gets 401 with max_age', async () => {
    const { status, challenge } = await get('/recent', { scope: 'read', auth_time: seconds() - 61 });
    expect(status).toBe(401);
    expect(challenge).toMatchObject({ error: 'insufficient_user_authentication', max_age: '60' });
  });

  it('RS-STEP-01: one that is too weak gets 401 with acr_values, and both may appear', async () => {
    const weak = await get('/strong', { scope: 'read', acr: 'pwd' });
    expect(weak.status).toBe(401);
    expect(weak.challenge).toMatchObject({ error: 'insufficient_user_authentication', acr_values: 'mfa phr' });
    expect((await get('/both', { scope: 'write' })).challenge).toMatchObject({ acr_values: 'mfa', max_age: '60' });
  });

  it('RS-STEP-02: with a new token the same request goes through, with the old one it does not', async () => {
    const old = { scope: 'write', auth_time: seconds() - 3600, acr: 'pwd' };
    expect((await get('/both', old)).status).toBe(401);
    expect((await get('/both', { scope: 'write', auth_time: seconds(), acr: 'mfa' })).status).toBe(200);
    expect((await get('/both', old)).status).toBe(401);
  });

  it('RS-STEP-03: a token that does not say counts as not enough', async () => {
    expect((await get('/recent', { scope: 'read' })).error).toBe('insufficient_user_authentication');
    expect((await get('/strong', { scope: 'read' })).error).toBe('insufficient_user_authentication');
    expect((await get('/strong', { scope: 'read', acr: ['mfa'] })).error).toBe('insufficient_user_authentication');
  });

  it('RS-STEP-04: where the scope is missing too, the login is reported first', async () => {
    const { status, error } = await get('/both', { scope: 'read', acr: 'pwd' });
    expect([status, error]).toEqual([401, 'insufficient_user_authentication']);
  });
});

describe('a JWT', () => {
  const sign = async (json: string) => {
    return signClaims(json, await api.authorizationServer.rotate());
  };
  const claims = (extra = '') =>
    `{"iss":${JSON.stringify(api.authorizationServer.issuer)},"sub":"alice","aud":"${RESOURCE}","client_id":"c","iat":${seconds()},"exp":${seconds() + 60},"jti":"j","scope":"read"${extra}}`;

  it.each([
    ['a claim', ',"sub":"bob"'],
    ['a claim, written in another way', ',"s\\u0075b":"bob"'],
    ['a member further down', ',"a":{"b":1,"b":2}'],
    ['a member in a list', ',"a":[{"b":1,"b":1}]'],
  ])('SEC-21: with %s twice is refused', async (_what, extra) => {
    api.clock.advance(11);
    expect((await api.get('/read', await sign(claims(extra)))).statusCode).toBe(401);
  });

  it('with members that only look alike is accepted', async () => {
    api.clock.advance(11);
    const extra = ',"a":{"sub":1},"b":[{"sub":1},{"sub":2}],"c":"\\"sub\\":1","__proto__":{"x":1},"d":{},"e":[]';
    expect((await api.get('/read', await sign(claims(extra)))).statusCode).toBe(200);
  });

  it('SEC-21: with a header member twice is refused, though the signature is right', async () => {
    api.clock.advance(11);
    const { key, header } = await api.authorizationServer.rotate();
    const tokenWith = async (json: string) => {
      const input = [json, claims()].map((part) => Buffer.from(part).toString('base64url')).join('.');
      const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key as CryptoKey, Buffer.from(input));
      return `${input}.${Buffer.from(signature).toString('base64url')}`;
    };
    const once = JSON.stringify(header);
    expect((await api.get('/read', await tokenWith(once))).statusCode).toBe(200);
    expect((await api.get('/read', await tokenWith(once.replace('{', '{"typ":"JWT",')))).statusCode).toBe(401);
  });
});
