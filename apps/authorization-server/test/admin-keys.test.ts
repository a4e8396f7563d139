import { decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Admin, adminToken, expectChallenge, expectRefusal, openAdmin } from './support/admin.ts';
import { startTestServer, type TestServer } from './support/test-server.ts';

interface Key {
  kid: string;
  algorithm: string;
  state: string;
  signs_from: string;
  public_jwk: object;
}

describe('administration of keys', () => {
  let server: TestServer;
  let admin: Admin;
  beforeAll(async () => {
    server = await startTestServer();
    admin = await openAdmin(server);
  });
  afterAll(() => server.close());

  const keys = async (algorithm: string): Promise<Key[]> =>
    ((await admin('GET', '/keys')).json().items as Key[]).filter((key) => key.algorithm === algorithm);

  it('lists the public parts, with what each key does', async () => {
    const response = await admin('GET', '/keys');
    expect(response.json().items.map(({ algorithm, state }: Key) => [algorithm, state])).toEqual([
      ['ES256', 'signing'],
      ['RS256', 'signing'],
      ['EdDSA', 'signing'],
    ]);
    for (const { public_jwk } of response.json().items as Key[]) expect(Object.keys(public_jwk)).not.toContain('d');
    expect(response.body).not.toMatch(/private|encrypted/i);
  });

  it('a new key is announced, then signs, and the old one is retired', async () => {
    const [old] = await keys('ES256');
    const rotated = await admin('POST', '/keys', { algorithm: 'ES256' });
    expect(rotated.statusCode).toBe(201);
    expect((await keys('ES256')).map(({ kid, state }) => [kid, state])).toEqual([
      [old?.kid, 'signing'],
      [rotated.json().kid, 'announced'],
    ]);
    expect((await admin('POST', '/keys', { algorithm: 'ES256' })).json()).toEqual(rotated.json());
    server.clock.advance((Date.parse(rotated.json().signs_from) - server.clock.now()) / 1000);
    const token = await adminToken(server);
    expect(decodeProtectedHeader(token).kid).toBe(rotated.json().kid);
    admin = await openAdmin(server);
    expect((await keys('ES256')).map(({ state }) => state)).toEqual(['retired', 'signing']);
    const events = (await admin('GET', '/audit-events?type=key_rotated')).json().items;
    expect(events[0]).toMatchObject({ details: { kid: rotated.json().kid, by: 'command' } });
  });

  it('immediately, the older keys are gone, and what they signed is dead', async () => {
    const before = admin;
    const { kid } = (await admin('POST', '/keys', { algorithm: 'ES256', immediately: true })).json();
    expectChallenge(await before('GET', '/keys'), 401, 'invalid_token');
    admin = await openAdmin(server);
    expect((await keys('ES256')).map((key) => [key.kid, key.state])).toEqual([[kid, 'signing']]);
  });

  it('refuses what makes no sense, and who lacks the scope', async () => {
    for (const body of [{}, { algorithm: 'none' }, { algorithm: 'ES256', immediately: 'yes' }, { algorithm: 'ES256', kid: 'x' }])
      expectRefusal(await admin('POST', '/keys', body), 400, 'invalid_request');
    const reader = await openAdmin(server, 'admin:read');
    expectChallenge(await reader('POST', '/keys', { algorithm: 'ES256' }), 403, 'insufficient_scope', 'admin:keys');
    expect((await reader('GET', '/keys')).statusCode).toBe(200);
  });
});
