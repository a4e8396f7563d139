import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postToken } from './support/flow.ts';
import { startTestServer, type TestServer } from './support/test-server.ts';

describe('audit log', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.close());

  const written = async (type: string) => {
    await server.app.audit.flush();
    return server.stores.audit.list({ type } as never, { before: undefined, limit: 100 });
  };

  it('SEC-40: text that the database does not take, and ids that no index takes, hold up nothing', async () => {
    server.app.audit.record(undefined, {
      type: 'client_authentication_failed',
      method: 'none',
      reason: 'a\0b\ud800',
      clientId: 'x\0'.repeat(5_000),
    });
    server.app.audit.record(undefined, { type: 'logout', userId: 'usr_after' });
    expect(await written('logout')).toMatchObject([{ userId: 'usr_after' }]);
  });

  it('SEC-40 SEC-44: nor does an assertion whose header has what no database takes', async () => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const assertion = `${part({ alg: 'ES256', crit: ['\0'], '\0': 1 })}.${part({ sub: 'sample-service-jwt' })}.AAAA`;
    const response = await postToken(server, {
      grant_type: 'client_credentials',
      client_assertion: assertion,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    });
    expect(response.statusCode).toBe(401);
    server.app.audit.record(undefined, { type: 'logout_everywhere', userId: 'usr_after' });
    expect(await written('logout_everywhere')).toHaveLength(1);
    expect(JSON.stringify(await written('client_authentication_failed'))).not.toContain('crit');
  });

  it('a client that does not exist is a line in the log and no row: nobody fills the database with made-up names', async () => {
    const before = (await written('client_authentication_failed')).length;
    const attempt = (client_id: string) => postToken(server, { grant_type: 'client_credentials', client_id, client_secret: 'wrong' });
    for (const name of ['made-up', 'sample-service']) expect((await attempt(name)).statusCode).toBe(401);
    expect(server.logged()).toContain('"reason":"unknown client"');
    expect(server.logged()).not.toContain('made-up');
    const after = await written('client_authentication_failed');
    expect(after).toHaveLength(before + 1);
    expect(after[0]).toMatchObject({ clientId: 'sample-service' });
  });

  it('an event that the database refuses is left to the log, and the others are written', async () => {
    const { append } = server.serverStores.audit;
    server.serverStores.audit.append = async (events) => {
      if (events.some(({ userId }) => userId === 'usr_refused')) throw new Error('refused');
      return append(events);
    };
    server.app.audit.record(undefined, { type: 'signed_up', userId: 'usr_refused' });
    server.app.audit.record(undefined, { type: 'signed_up', userId: 'usr_taken' });
    for (const _ of [1, 2, 3]) await server.app.audit.flush();
    expect(await written('signed_up')).toMatchObject([{ userId: 'usr_taken' }]);
    expect(server.logged()).toContain('usr_refused');
    server.serverStores.audit.append = append;
  });
});
