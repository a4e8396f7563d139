import { StoreUnavailableError } from '@rolecall/storage/store-unavailable-error';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tokenHash } from '../src/random.ts';
import { openBrowser } from './support/browser.ts';
import { authorizeUrl, expectError, getCode, getTokens, introspect, redeem, refresh, responseParameters, revoke } from './support/flow.ts';
import { startTestServer, type TestServer } from './support/test-server.ts';

const ROUNDS = 100;
const AT_ONCE = 50;

describe('races', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.close());

  it('SEC-01: of fifty redemptions of one code at once exactly one succeeds, a hundred times in a row', { timeout: 120_000 }, async () => {
    const browser = openBrowser(server.app);
    await getCode(server, {}, browser);
    for (let round = 0; round < ROUNDS; round++) {
      const code = responseParameters(await browser.get(authorizeUrl())).get('code') as string;
      const responses = await Promise.all(Array.from({ length: AT_ONCE }, () => redeem(server, code)));
      const [success, ...more] = responses.filter((response) => response.statusCode === 200);
      expect(more).toHaveLength(0);
      for (const response of responses) if (response !== success) expectError(response, 400, 'invalid_grant');
      // The others were replays: what the one has got is dead.
      expectError(await refresh(server, success?.json().refresh_token), 400, 'invalid_grant');
      expect(await introspect(server, success?.json().access_token)).toEqual({ active: false });
    }
  });

  it('SEC-02: fifty refreshes with one token at once get one successor, a hundred times in a row', { timeout: 120_000 }, async () => {
    let { refresh_token: token } = await getTokens(server);
    for (let round = 0; round < ROUNDS; round++) {
      const presented = token;
      const responses = await Promise.all(Array.from({ length: AT_ONCE }, () => refresh(server, presented)));
      for (const response of responses) expect(response.statusCode).toBe(200);
      const successors = new Set<string>(responses.map((response) => response.json().refresh_token));
      expect(successors.size).toBe(1);
      [token] = [...successors] as [string];
      expect(await server.stores.refreshTokens.find(tokenHash(token), server.clock.now())).toMatchObject({ alive: true });
    }
    // After the grace one of those long rotated tells of theft.
    const last = (await refresh(server, token)).json();
    server.clock.advance(11);
    expectError(await refresh(server, token), 400, 'invalid_grant');
    expectError(await refresh(server, last.refresh_token), 400, 'invalid_grant');
    expect(await introspect(server, last.access_token)).toEqual({ active: false });
  });

  it('SEC-07: of refreshes and a revocation at once none succeeds that begins after the revocation was answered', async () => {
    for (let round = 0; round < 20; round++) {
      const tokens = await getTokens(server);
      const racing = Array.from({ length: 8 }, () => refresh(server, tokens.refresh_token));
      const revoked = await revoke(server, tokens.refresh_token);
      expect(revoked.statusCode).toBe(200);
      const after = await Promise.all(Array.from({ length: 4 }, () => refresh(server, tokens.refresh_token)));
      for (const response of after) expectError(response, 400, 'invalid_grant');
      for (const response of await Promise.all(racing)) {
        if (response.statusCode !== 200) continue;
        const { access_token, refresh_token } = response.json();
        expectError(await refresh(server, refresh_token), 400, 'invalid_grant');
        expect(await introspect(server, access_token)).toEqual({ active: false });
      }
    }
  });

  it('SEC-51: an instance that dies between using a code up and answering leaves nothing to use', async () => {
    const browser = openBrowser(server.app);
    await getCode(server, {}, browser);
    const { create } = server.serverStores.grants;
    for (let round = 0; round < 500; round++) {
      const code = responseParameters(await browser.get(authorizeUrl())).get('code') as string;
      const { promise: recorded, resolve } = Promise.withResolvers<void>();
      server.serverStores.grants.create = async (...grant) => {
        await create(...grant);
        resolve();
        throw new StoreUnavailableError('the process is gone');
      };
      const lost = redeem(server, code);
      await recorded;
      expect((await lost).statusCode).toBe(503);
      server.serverStores.grants.create = create;
      expectError(await redeem(server, code), 400, 'invalid_grant');
    }
  }, 120_000);

  it('SEC-07: a code that is redeemed while its consent is withdrawn leaves no grant alive', async () => {
    const { grants, consents, users } = server.stores;
    const user = (await users.findByUsername('bob'))?.id as string;
    const about = { userId: user, clientId: 'sample-client' };
    const now = server.clock.now();
    for (let round = 0; round < 60; round++) {
      await consents.decide(user, 'sample-client', 'http://localhost:4001', { agreed: ['notes:read'], refused: [] });
      const ids = Array.from({ length: 4 }, (_, index) => `withdrawn-${round}-${index}`);
      const creating = ids.map((id) =>
        grants.create({
          ...about,
          id,
          granted: [{ resource: 'http://localhost:4001', scopes: ['notes:read'] }],
          authTime: 0,
          sessionId: 'any',
          createdAt: now,
          expiresAt: now + 60_000,
        }),
      );
      await consents.withdraw(user, 'sample-client');
      await grants.revokeAll(about, now);
      await Promise.all(creating);
      for (const id of ids) {
        const grant = await grants.find(id);
        expect(grant === undefined || grant.revokedAt !== undefined).toBe(true);
      }
    }
  });

  it('SEC-02: theft that is told at once by many ends one grant, and no other', async () => {
    const [stolen, other] = [await getTokens(server), await getTokens(server)];
    await refresh(server, stolen.refresh_token);
    server.clock.advance(11);
    const responses = await Promise.all(Array.from({ length: AT_ONCE }, () => refresh(server, stolen.refresh_token)));
    for (const response of responses) expectError(response, 400, 'invalid_grant');
    expect((await server.stores.grants.find(decodeJwt(stolen.access_token)['grant_id'] as string))?.revokedAt).toBeDefined();
    expect((await refresh(server, other.refresh_token)).statusCode).toBe(200);
  });
});
