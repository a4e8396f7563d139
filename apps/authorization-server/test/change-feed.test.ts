import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectError, postToken } from './support/flow.ts';
import { startTestServer, TEST_SECRET, type TestServer } from './support/test-server.ts';

describe('the change feed', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.close());

  it('of a database that was restored to an older state is read from the beginning', async () => {
    await server.register({ id: 'restored' });
    const token = () => postToken(server, { grant_type: 'client_credentials', client_id: 'restored', client_secret: TEST_SECRET });
    // Every instance has it in its memory.
    for (let count = 0; count < 2; count++) expect((await token()).statusCode).toBe(200);

    // The database that was followed so far had come further than the one that is there now.
    const { changes } = server.serverStores;
    const { since } = changes;
    changes.since = async (horizon) => {
      const { horizon: reached, changes: found } = await since(horizon);
      return { horizon: String(BigInt(reached) + 1_000_000n), changes: found };
    };
    await server.app.changeFeed.poll();
    changes.since = since;
    await server.stores.clients.setDisabled('restored', server.clock.now());
    for (let count = 0; count < 2; count++) expectError(await token(), 401, 'invalid_client');
    for (let count = 0; count < 2; count++) {
      const { body } = await server.app.inject('/revocations');
      expect(decodeJwt(body)['revocations']).toContainEqual(expect.objectContaining({ claim: 'client_id', value: 'restored' }));
    }
  });
});
