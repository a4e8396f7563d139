import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { loadHooks } from '../src/hooks/load-hooks.ts';
import type { AccessTokenHookContext, OnAccessToken } from '../src/hooks/types.ts';
import { expectError, getCode, getTokens, introspect, postToken, redeem, refresh } from './support/flow.ts';
import { failure, processStores } from './support/process.ts';
import { startTestServer, TEST_SECRET, type TestServer } from './support/test-server.ts';

const OPAQUE = 'https://opaque.example';

describe('the hook for access tokens', () => {
  let server: TestServer;
  let hook: OnAccessToken;
  let calls: AccessTokenHookContext[];
  beforeAll(async () => {
    server = await startTestServer(
      { HOOKS_TIMEOUT: '60' },
      {
        onAccessToken: (context) => {
          calls.push(context);
          return hook(context);
        },
      },
    );
    await server.registerResource({
      identifier: OPAQUE,
      name: 'Opaque',
      scopes: [{ name: 'opaque', description: 'See through' }],
      accessTokenFormat: 'opaque',
      resourceServers: ['opaque-server'],
    });
    await server.register({ id: 'opaque-server', grantTypes: [], redirectUris: [], scopes: [] });
    await server.register({ id: 'service', scopes: ['notes:read', 'opaque'] });
  });
  afterAll(() => server.close());
  beforeEach(() => {
    hook = () => undefined;
    calls = [];
  });

  const serviceToken = (scope = 'notes:read') =>
    postToken(server, { grant_type: 'client_credentials', client_id: 'service', client_secret: TEST_SECRET, scope });
  const never = () => new Promise<never>(() => {});

  it('learns who asks for what, and can change none of it', async () => {
    const { access_token, refresh_token } = await getTokens(server);
    await refresh(server, refresh_token, { scope: 'notes:read' });
    await serviceToken();
    const user = { clientId: 'sample-client', userId: decodeJwt(access_token).sub, resource: 'http://localhost:4001' };
    const grant = { grantId: decodeJwt(access_token)['grant_id'], authTime: decodeJwt(access_token)['auth_time'] };
    const signal = expect.any(AbortSignal);
    expect(calls).toEqual([
      { grantType: 'authorization_code', ...user, ...grant, scopes: ['notes:read', 'notes:write'], signal },
      { grantType: 'refresh_token', ...user, ...grant, scopes: ['notes:read'], signal },
      { grantType: 'client_credentials', clientId: 'service', resource: 'http://localhost:4001', scopes: ['notes:read'], signal },
    ]);
    for (const context of calls) {
      expect(Object.isFrozen(context)).toBe(true);
      expect(Object.isFrozen(context.scopes)).toBe(true);
    }
  });

  it('adds claims to a JWT, and introspection tells of them', async () => {
    const claims = { roles: ['admin'], 'https://example.com/plan': { name: 'gold', seats: 3 } };
    hook = () => ({ claims });
    const { access_token } = await getTokens(server);
    const { payload } = await jwtVerify(access_token, createLocalJWKSet((await server.app.inject('/jwks')).json()), {
      typ: 'at+jwt',
      currentDate: new Date(server.clock.now()),
    });
    expect(payload).toMatchObject(claims);
    expect(await introspect(server, access_token)).toMatchObject({ active: true, ...claims });
  });

  it('adds claims to an opaque token, and introspection tells of them', async () => {
    hook = async () => ({ claims: { tenant: 'wonderland' } });
    const { access_token } = (await serviceToken('opaque')).json();
    expect(access_token).toMatch(/^rc_at_/);
    const asOpaqueServer = { client_id: 'opaque-server', client_secret: TEST_SECRET };
    expect(await introspect(server, access_token, asOpaqueServer)).toMatchObject({ active: true, tenant: 'wonderland' });
  });

  it.each([{}, { claims: {} }, undefined])('may add nothing: %j', async (result) => {
    hook = () => result;
    expect((await serviceToken()).statusCode).toBe(200);
  });

  it('vetoes: access_denied with its words, and the audit log has it', async () => {
    hook = () => ({ deny: { description: 'Not on "Sundays" \u00fc' } });
    const response = await serviceToken();
    expectError(response, 400, 'access_denied');
    expect(response.json().error_description).toBe("Not on 'Sundays' ?");
    expect(server.logged()).toContain('"type":"issuance_vetoed"');
  });

  it('a veto of a code exchange uses nothing up: the same code works afterwards', async () => {
    const code = await getCode(server);
    hook = () => ({ deny: { description: 'Not now.' } });
    expectError(await redeem(server, code), 400, 'access_denied');
    hook = () => undefined;
    expect((await redeem(server, code)).statusCode).toBe(200);
  });

  it('a veto of a refresh uses nothing up: the same refresh token works afterwards, long after the grace', async () => {
    const { refresh_token } = await getTokens(server);
    for (const [result, status, error] of [
      [() => ({ deny: { description: 'Not now.' } }), 400, 'access_denied'],
      [() => Promise.reject(new Error('away')), 500, 'server_error'],
      [never, 503, 'temporarily_unavailable'],
    ] as const) {
      hook = result;
      expectError(await refresh(server, refresh_token), status, error);
      server.clock.advance(60);
    }
    hook = () => ({ claims: { after: true } });
    const response = await refresh(server, refresh_token);
    expect(response.statusCode).toBe(200);
    expect(decodeJwt(response.json().access_token)).toMatchObject({ after: true });
    expect(response.json().refresh_token).not.toBe(refresh_token);
  });

  it('takes nothing of the grace, however long it takes', async () => {
    const { refresh_token } = await getTokens(server);
    hook = () => {
      server.clock.advance(30);
      return undefined;
    };
    const first = await refresh(server, refresh_token);
    hook = () => undefined;
    server.clock.advance(9);
    const second = await refresh(server, refresh_token);
    expect(second.json().refresh_token).toBe(first.json().refresh_token);
  });

  it('is asked once for each token, also when a refresh is repeated within the grace', async () => {
    const { refresh_token } = await getTokens(server);
    calls = [];
    hook = () => ({ claims: { seen: calls.length } });
    const first = await refresh(server, refresh_token);
    const second = await refresh(server, refresh_token);
    expect(calls).toHaveLength(2);
    expect(second.json().refresh_token).toBe(first.json().refresh_token);
    expect(decodeJwt(second.json().access_token)).toMatchObject({ seen: 2 });
  });

  it('is not asked about what is refused anyway, and cannot make a replay good', async () => {
    const code = await getCode(server);
    expect((await redeem(server, code)).statusCode).toBe(200);
    calls = [];
    expectError(await redeem(server, code, { code_verifier: 'x'.repeat(43) }), 400, 'invalid_grant');
    expectError(await refresh(server, 'rc_rt_unknown'), 400, 'invalid_grant');
    expectError(
      await postToken(server, { grant_type: 'client_credentials', client_id: 'service', client_secret: 'no' }),
      401,
      'invalid_client',
    );
    expect(calls).toEqual([]);
    expectError(await redeem(server, code), 400, 'invalid_grant');
  });

  it.each([
    ['a veto', () => ({ deny: { description: 'Not now.' } })],
    ['a failure', () => Promise.reject(new Error('away'))],
    ['silence', never],
  ])('SEC-01: %s does not hide the replay of a code, nor the theft of a refresh token', async (_case, answer) => {
    const code = await getCode(server);
    const redeemed = (await redeem(server, code)).json();
    const rotated = await getTokens(server);
    const successor = (await refresh(server, rotated.refresh_token)).json();
    server.clock.advance(11);
    hook = answer;
    expectError(await redeem(server, code), 400, 'invalid_grant');
    expectError(await refresh(server, rotated.refresh_token), 400, 'invalid_grant');
    hook = () => undefined;
    for (const { access_token, refresh_token } of [redeemed, successor]) {
      expect(await introspect(server, access_token)).toEqual({ active: false });
      expectError(await refresh(server, refresh_token), 400, 'invalid_grant');
    }
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('the hook broke');
      },
    ],
    ['rejects', () => Promise.reject(new Error('the hook broke'))],
    ['throws what is no error', () => Promise.reject()],
  ])('fails closed when it %s', async (_how, broken) => {
    hook = broken;
    const response = await serviceToken();
    expectError(response, 500, 'server_error');
    expect(response.body).not.toContain('broke');
  });

  it('fails closed when it takes too long, and tells it that the time is over', async () => {
    let aborted = false;
    hook = ({ signal }) => {
      signal.addEventListener('abort', () => (aborted = true));
      return never();
    };
    const startedAt = performance.now();
    expectError(await serviceToken(), 503, 'temporarily_unavailable');
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    expect(aborted).toBe(true);
  });

  it('what it answers too late does no harm', async () => {
    let fail: (reason: Error) => void = () => {};
    hook = () => new Promise((_resolve, reject) => (fail = reject));
    expectError(await serviceToken(), 503, 'temporarily_unavailable');
    fail(new Error('too late'));
    hook = () => undefined;
    expect((await serviceToken()).statusCode).toBe(200);
  });

  it.each([
    ...['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'client_id', 'scope', 'auth_time', 'acr', 'amr', 'grant_id'],
    ...['cnf', 'act', 'authorization_details', 'active', 'token_type', 'username', 'nonce', 'at_hash', '', 'a b', 'x'.repeat(200)],
  ])('cannot set the claim "%.20s"', async (name) => {
    hook = () => ({ claims: JSON.parse(`{"${name}":"x"}`) });
    expectError(await serviceToken(), 500, 'server_error');
    expectError(await serviceToken('opaque'), 500, 'server_error');
  });

  it('cannot reach a prototype: the name __proto__ comes to nothing', async () => {
    hook = () => JSON.parse('{"claims":{"__proto__":{"iss":"evil","extra":1}}}');
    const claims = decodeJwt((await serviceToken()).json().access_token);
    expect(claims.iss).toBe(server.issuer);
    expect(claims).not.toHaveProperty('extra');
    expect(Object.getOwnPropertyNames(claims)).not.toContain('__proto__');
  });

  const cyclic: Record<string, unknown> = {};
  cyclic['self'] = cyclic;
  it.each([
    ['too much', { claims: { big: 'x'.repeat(4_100) } }],
    ['too much in UTF-8', { claims: { big: '\u20ac'.repeat(1_400) } }],
    ['a function', { claims: { f: () => 1 } }],
    ['a date', { claims: { at: new Date() } }],
    ['a bigint', { claims: { n: 1n } }],
    ['not a number', { claims: { n: Number.NaN } }],
    ['undefined', { claims: { n: undefined } }],
    ['a circle', { claims: { cyclic } }],
    ['a list', { claims: ['a'] }],
    ['another member', { claims: {}, deny_: true }],
    ['both', { claims: {}, deny: { description: 'x' } }],
    ['a veto without words', { deny: {} }],
    ['a veto with too many words', { deny: { description: 'x'.repeat(201) } }],
    ['false', false],
    ['null', null],
    ['text', 'ok'],
  ])('fails closed when it answers %s', async (_what, result) => {
    hook = () => result as never;
    expectError(await serviceToken(), 500, 'server_error');
  });
});

describe('the module with the hooks', () => {
  async function moduleWith(text: string): Promise<string> {
    const directory = await mkdtemp(join(tmpdir(), 'rolecall-hooks-'));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    const path = join(directory, 'hooks.ts');
    await writeFile(path, text);
    return path;
  }

  it('is TypeScript, and is loaded as it is', async () => {
    const path = await moduleWith(
      'export const onAccessToken = (context: { clientId: string }) => ({ claims: { of: context.clientId } });',
    );
    const { onAccessToken } = await loadHooks(path);
    expect(onAccessToken?.({ clientId: 'c' } as never)).toEqual({ claims: { of: 'c' } });
  });

  it.each([
    ['throw new Error("first line\\nsecond line");', /^HOOKS_MODULE cannot be loaded: first line$/],
    ['export const onAccesToken = () => {};', /^HOOKS_MODULE exports what is no hook: onAccesToken \(a hook is onAccessToken\)$/],
    ['export default () => {};', /^HOOKS_MODULE exports what is no hook: default/],
    ['export const onAccessToken = 7;', /^HOOKS_MODULE exports onAccessToken, which is not a function$/],
    ['const nothing = 1;', /^HOOKS_MODULE exports no hook/],
    ['export const = ;', /^HOOKS_MODULE cannot be loaded: .+$/],
  ])('is refused in one line: %s', async (text, message) => {
    await expect(loadHooks(await moduleWith(text))).rejects.toThrow(message);
  });

  it('that is not there prevents the start, in one line', async () => {
    const output = await failure({ PORT: '4999', HOOKS_MODULE: '/nowhere/hooks.ts', ...processStores() });
    expect(output).toMatch(/^authorization-server: cannot start: HOOKS_MODULE cannot be loaded: .*nowhere\/hooks\.ts.*\n$/);
  });
});
