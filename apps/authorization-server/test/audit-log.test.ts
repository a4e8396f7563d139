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
