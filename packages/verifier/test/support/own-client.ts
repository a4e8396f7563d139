import { readOptions } from '@rolecall/testing/options';
import { startRole } from '@rolecall/testing/start-role';
import type { ClientOptions } from '../../src/client/verify.ts';
import { clientAddress } from './client-address.ts';

/** Characters that show whether a secret is encoded as it has to be. */
const SECRET = 'a secret: 50% of + & more';

/** This project’s sample client, as its owner would configure it for the verifier. */
export async function ownClient(environment: Record<string, string> = {}): Promise<ClientOptions> {
  const { url: client, port, take } = await clientAddress();
  const options = readOptions({ environment: { client: { CLIENT_SECRET: SECRET, PEER_TIMEOUT: '1', ...environment } } });
  return {
    issuer: 'http://localhost:0',
    resource: 'http://localhost:0',
    startUrl: client,
    clientId: 'sample-client',
    clientSecret: SECRET,
    scope: 'notes:read notes:write',
    apiAnswers: { 'GET /notes': { notes: [] } },
    logoutSelector: 'form[action="/logout"]',
    profiles: ['mcp', 'oidc'],
    launch: async (addresses) => {
      await take();
      const running = await startRole('client', { ...addresses, client }, { port, release: async () => {} }, options, undefined);
      return () => running.close();
    },
  };
}
