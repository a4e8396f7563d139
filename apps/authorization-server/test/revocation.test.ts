import { revocationsClaims } from '@rolecall/contracts/revocations';
import { StoreUnavailableError } from '@rolecall/storage/store-unavailable-error';
import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it, inject } from 'vitest';
import { expectError, getCode, getTokens, introspect, postToken, redeem, refresh, revoke } from './support/flow.ts';
import { startTestServer, TEST_SECRET, type TestServer } from './support/test-server.ts';

const OPAQUE = 'https://opaque.example';

describe('revocation', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
    await server.registerResource({
      identifier: OPAQUE,
      name: 'Opaque',
      scopes: [{ name: 'opaque', description: 'See through' }],
      accessTokenFormat: 'opaque',
      resourceServers: ['resource-server'],
    });
    await server.register({ id: 'service', scopes: ['notes:read', 'opaque'], grantTypes: ['client_credentials'] });
  });
  afterAll(() => server.close());

  const asService = { client_id: 'service', client_secret: TEST_SECRET };

  async function serviceToken(scope: string): Promise<string> {
    return (await postToken(server, { grant_type: 'client_credentials', scope, ...asService })).json().access_token;
  }

  it('AS-REV-01 AS-REV-05 SEC-07: a refresh token is dead at once, and with it all that its grant gave', async () => {
    const first = await getTokens(server);
    const second = (await refresh(server, first.refresh_token)).json();
    const response = await revoke(server, second.refresh_token);
    expect(response.statusCode).toBe(200);
    expect(response.body).toBe('');
    expect(response.headers['cache-control']).toBe('no-store');
    expectError(await refresh(server, second.refresh_token), 400, 'invalid_grant');
    expectError(await refresh(server, first.refresh_token), 400, 'invalid_grant');
    for (const token of [first.access_token, second.access_token]) expect(await introspect(server, token)).toEqual({ active: false });
  });

  it('AS-REV-01: so is a refresh token that was used already: its grant dies all the same', async () => {
    const first = await getTokens(server);
    const second = (await refresh(server, first.refresh_token)).json();
    expect((await revoke(server, first.refresh_token)).statusCode).toBe(200);
    expectError(await refresh(server, second.refresh_token), 400, 'invalid_grant');
  });

  it.each(['notes:read', 'opaque'])('AS-REV-01: an access token is dead at once, alone: %s', async (scope) => {
    const [token, other] = [await serviceToken(scope), await serviceToken(scope)];
    expect(await introspect(server, token)).toMatchObject({ active: true });
    expect((await revoke(server, token, asService)).statusCode).toBe(200);
    expect(await introspect(server, token)).toEqual({ active: false });
    expect(await introspect(server, other)).toMatchObject({ active: true });
  });

  it('AS-REV-01: a user’s access token dies alone too, its refresh token lives', async () => {
    const tokens = await getTokens(server);
    await revoke(server, tokens.access_token);
    expect(await introspect(server, tokens.access_token)).toEqual({ active: false });
    const next = (await refresh(server, tokens.refresh_token)).json();
    expect(await introspect(server, next.access_token)).toMatchObject({ active: true });
  });

  it('AS-REV-01 AS-REV-02: a second time, and for what nobody knows, it is 200', async () => {
    const { refresh_token, access_token } = await getTokens(server);
    for (const token of [access_token, access_token, refresh_token, refresh_token, 'garbage', 'rc_at_x', 'a.b.c'])
      expect((await revoke(server, token)).statusCode).toBe(200);
    for (const token_type_hint of ['access_token', 'nonsense'])
      expect((await revoke(server, refresh_token, { token_type_hint })).statusCode).toBe(200);
  });

  it('AS-REV-02: a wrong hint does not keep a token alive', async () => {
    const { refresh_token } = await getTokens(server);
    await revoke(server, refresh_token, { token_type_hint: 'access_token' });
    expectError(await refresh(server, refresh_token), 400, 'invalid_grant');
  });

  it('AS-REV-03: a client that does not authenticate, or sends no token, is refused', async () => {
    const { refresh_token } = await getTokens(server);
    expectError(await revoke(server, refresh_token, { client_secret: 'wrong' }), 401, 'invalid_client');
    expectError(await revoke(server, refresh_token, { client_secret: undefined }), 401, 'invalid_client');
    expectError(await revoke(server, '', {}), 400, 'invalid_request');
    expect((await refresh(server, refresh_token)).statusCode).toBe(200);
  });

  it('AS-REV-04: nobody revokes what is another client’s, and it stays alive', async () => {
    const tokens = await getTokens(server);
    for (const token of [tokens.refresh_token, tokens.access_token])
      expectError(await revoke(server, token, asService), 400, 'invalid_grant');
    expect(await introspect(server, tokens.access_token)).toMatchObject({ active: true });
    expect((await refresh(server, tokens.refresh_token)).statusCode).toBe(200);
  });

  it('AS-REV-07: a public client revokes with its client_id alone', async () => {
    const spa = { client_id: 'sample-spa', redirect_uri: 'http://localhost:4002/spa/callback' };
    const tokens = await getTokens(server, spa, { ...spa, client_secret: undefined });
    const asSpa = { client_id: 'sample-spa', client_secret: undefined };
    expect((await revoke(server, tokens.refresh_token, asSpa)).statusCode).toBe(200);
    expectError(await refresh(server, tokens.refresh_token, asSpa), 400, 'invalid_grant');
  });

  it('AS-GEN-14: only by POST', async () => {
    expect((await server.app.inject('/revoke')).statusCode).toBe(405);
  });

  it('AS-GEN-07: a program in a browser may call it', async () => {
    const response = await server.app.inject({
      method: 'OPTIONS',
      url: '/revoke',
      headers: { origin: 'https://app.example', 'access-control-request-method': 'POST' },
    });
    expect(response.headers['access-control-allow-origin']).toBe('*');
    expect(response.headers).not.toHaveProperty('access-control-allow-credentials');
  });

  it.each(['notes:read', 'opaque'])('disabling or deleting a client kills what it had: %s', async (scope) => {
    const id = `doomed-${scope}`;
    await server.register({ id, scopes: ['notes:read', 'opaque'], grantTypes: ['client_credentials'] });
    const client = { client_id: id, client_secret: TEST_SECRET };
    const token = async (): Promise<string> =>
      (await postToken(server, { grant_type: 'client_credentials', scope, ...client })).json().access_token;
    const first = await token();
    await server.stores.clients.setDisabled(id, server.clock.now());
    expect(await introspect(server, first)).toEqual({ active: false });
    await server.stores.clients.setDisabled(id, undefined);
    // What it had stays dead when it may act again.
    expect(await introspect(server, first)).toEqual({ active: false });
    // Beyond the time in which tokens may still have been issued to it.
    server.clock.advance(16);
    const second = await token();
    expect(await introspect(server, second)).toMatchObject({ active: true });
    await server.stores.clients.remove(id);
    expect(await introspect(server, second)).toEqual({ active: false });
  });

  it('disabling a user kills what was issued for the user', async () => {
    const own = await startTestServer();
    const { access_token } = await getTokens(own);
    const alice = (await own.stores.users.findByUsername('alice'))?.id as string;
    await own.stores.users.setDisabled(alice, own.clock.now());
    expect(await introspect(own, access_token)).toEqual({ active: false });
    await own.stores.users.setDisabled(alice, undefined);
    expect(await introspect(own, access_token)).toEqual({ active: false });
    await own.close();
  });

  it('SEC-53: a short-lived store that was emptied makes nothing alive again', async () => {
    const [token, { access_token, refresh_token }] = [await serviceToken('opaque'), await getTokens(server)];
    const [jti, grant] = [(await introspect(server, token))['jti'] as string, decodeJwt(access_token)['grant_id'] as string];
    await revoke(server, token, asService);
    await revoke(server, refresh_token);
    await server.shortLived.delete(`revoked:jti:${jti}`);
    await server.shortLived.delete(`revoked:grant_id:${grant}`);
    expect(await introspect(server, token)).toEqual({ active: false });
    expect(await introspect(server, access_token)).toEqual({ active: false });
    expectError(await refresh(server, refresh_token), 400, 'invalid_grant');
  });

  it('SEC-49: what cannot be looked up is not called alive', async () => {
    const { access_token } = await getTokens(server);
    server.failShortLived('getAll');
    const response = await postToken(
      server,
      { token: access_token, client_id: 'resource-server', client_secret: 'resource-server-secret' },
      {},
      '/introspect',
    );
    server.failShortLived(undefined);
    expectError(response, 503, 'temporarily_unavailable');
  });

  it('SEC-49: a revocation that could not be recorded is not answered with 200', async () => {
    const own = await startTestServer();
    const { refresh_token } = await getTokens(own);
    const { revoke: recorded } = own.serverStores.grants;
    own.serverStores.grants.revoke = () => Promise.reject(new StoreUnavailableError('down'));
    expectError(await revoke(own, refresh_token), 503, 'temporarily_unavailable');
    own.serverStores.grants.revoke = recorded;
    own.failShortLived('set');
    expectError(await revoke(own, refresh_token), 503, 'temporarily_unavailable');
    own.failShortLived(undefined);
    expect((await revoke(own, refresh_token)).statusCode).toBe(200);
    await own.close();
  });

  it('SEC-07 SEC-56: a grant or token that is revoked is dead whenever it was issued, by the clock of whichever instance', async () => {
    const [tokens, single] = [await getTokens(server), await serviceToken('notes:read')];
    // The instance that revokes is behind the one that issued.
    server.clock.advance(-30);
    await revoke(server, tokens.refresh_token);
    await revoke(server, single, asService);
    server.clock.advance(30);
    for (const token of [tokens.access_token, single]) expect(await introspect(server, token)).toEqual({ active: false });
  });

  it('what was issued to a client in the moment in which it was disabled, by an instance that had not heard of it, is dead too', async () => {
    await server.register({ id: 'late', grantTypes: ['client_credentials'], scopes: ['notes:read'] });
    const client = { client_id: 'late', client_secret: TEST_SECRET };
    const at = server.clock.now();
    server.clock.advance(2);
    const { access_token } = (await postToken(server, { grant_type: 'client_credentials', ...client })).json();
    await server.stores.clients.setDisabled('late', at);
    await server.stores.clients.setDisabled('late', undefined);
    expect(await introspect(server, access_token)).toEqual({ active: false });
  });

  describe('feed', () => {
    /** Verified as a resource server would, with an independent library. */
    async function feed(query = '', from = server) {
      const response = await from.app.inject(`/revocations${query}`);
      expect(response.statusCode).toBe(200);
      expect(response.headers['content-type']).toMatch(/^application\/revocations\+jwt/);
      const keys = createLocalJWKSet((await from.app.inject('/jwks')).json());
      const { payload } = await jwtVerify(response.body, keys, {
        issuer: from.issuer,
        typ: 'revocations+jwt',
        currentDate: new Date(from.clock.now()),
      });
      return revocationsClaims.parse(payload);
    }

    it('names what was revoked, and says nothing of what was not', async () => {
      const [revoked, alive] = [await getTokens(server), await getTokens(server)];
      const single = await serviceToken('notes:read');
      await revoke(server, revoked.refresh_token);
      await revoke(server, single, asService);
      const { revocations, iat } = await feed();
      const at = Math.floor(server.clock.now() / 1000);
      expect(iat).toBe(at);
      expect(revocations).toContainEqual({ claim: 'grant_id', value: decodeJwt(revoked.access_token)['grant_id'], at });
      expect(revocations).toContainEqual({ claim: 'jti', value: decodeJwt(single).jti, at });
      expect(JSON.stringify(revocations)).not.toContain(decodeJwt(alive.access_token)['grant_id']);
    });

    it('names replayed codes, stolen refresh tokens, disabled users and deleted clients', async () => {
      const own = await startTestServer();
      const code = await getCode(own);
      const replayed = (await redeem(own, code)).json();
      await redeem(own, code);
      const stolen = await getTokens(own);
      await refresh(own, stolen.refresh_token);
      own.clock.advance(11);
      await refresh(own, stolen.refresh_token);
      const alice = (await own.stores.users.findByUsername('alice'))?.id as string;
      await own.stores.users.setDisabled(alice, own.clock.now());
      await own.register({ id: 'doomed' });
      await own.stores.clients.remove('doomed');
      const named = (await feed('', own)).revocations.map(({ claim, value }) => `${claim} ${value}`);
      expect(named).toEqual(
        expect.arrayContaining([
          ...[replayed, stolen].map((tokens) => `grant_id ${String(decodeJwt(tokens.access_token)['grant_id'])}`),
          `sub ${alice}`,
          'client_id doomed',
        ]),
      );
      await own.close();
    });

    it('answers from a time on, with two minutes to spare, and forgets what cannot matter any more', async () => {
      const own = await startTestServer();
      const { refresh_token, access_token } = await getTokens(own);
      await revoke(own, refresh_token);
      const value = decodeJwt(access_token)['grant_id'];
      const now = () => Math.floor(own.clock.now() / 1000);
      const names = async (query: string) => (await feed(query, own)).revocations.some((each) => each.value === value);
      own.clock.advance(100);
      expect(await names(`?since=${now()}`)).toBe(true);
      own.clock.advance(100);
      expect(await names(`?since=${now()}`)).toBe(false);
      expect(await names('')).toBe(true);
      own.clock.advance(3_600);
      const other = await getTokens(own);
      await revoke(own, other.refresh_token);
      expect(await names('')).toBe(false);
      await own.close();
    });

    it('is signed once a second for everybody, or when there is something new', async () => {
      const own = await startTestServer();
      const { refresh_token } = await getTokens(own);
      const since = Math.floor(own.clock.now() / 1000);
      const bodies = async () => {
        const all = new Set<string>();
        for (let request = 0; request < 8; request++) all.add((await own.app.inject(`/revocations?since=${since}`)).body);
        return all;
      };
      const instances = inject('instances');
      const first = await bodies();
      expect(first.size).toBe(instances);
      await revoke(own, refresh_token);
      const second = await bodies();
      expect([second.size, first.union(second).size]).toEqual([instances, 2 * instances]);
      own.clock.advance(1);
      const third = await bodies();
      expect([third.size, second.union(third).size]).toEqual([instances, 2 * instances]);
      await own.close();
    });

    it.each(['x', '-1', '1e9', '12345678901234', '1.5', '1&since=2'])('refuses since=%s', async (since) => {
      expectError(await server.app.inject(`/revocations?since=${since}`), 400, 'invalid_request');
    });

    it('is announced, and readable by a program in a browser', async () => {
      const metadata = (await server.app.inject('/.well-known/oauth-authorization-server')).json();
      expect(metadata.revocations_uri).toBe(`${server.issuer}/revocations`);
      const response = await server.app.inject({ url: '/revocations', headers: { origin: 'https://app.example' } });
      expect(response.headers['access-control-allow-origin']).toBe('*');
      expect(response.headers['cache-control']).toBe('no-store');
    });
  });
});
