import { stateHandlers } from '@rolecall/contracts/provider-states';
import type { Provider } from '@rolecall/contract-testing/verify';
import { startResourceServer } from '../test/support/resource-server.ts';
import { createStates } from './states.ts';

/** The resource server alone: a fixture has the keys with which tokens are signed, and there is no authorization server. */
export async function startProvider(): Promise<Provider> {
  const [plain, withNonces] = await Promise.all([startResourceServer(), startResourceServer({ environment: { DPOP_NONCES: 'true' } })]);
  let current = plain;
  return {
    url: () => current.url,
    reset: async () => void (current = plain),
    states: stateHandlers({ ...createStates(() => current), 'nonces required': async () => void (current = withNonces) }),
    close: async () => {
      await Promise.all([plain.close(), withNonces.close()]);
    },
  };
}
