import { stateHandlers } from '@rolecall/contracts/provider-states';
import type { Provider } from '@rolecall/contract-testing/verify';
import { startTestServer } from '../test/support/test-server.ts';
import { createMessages } from './messages.ts';
import { createStates } from './states.ts';

/** What is limited, and how much, is not what contracts are about. */
const ENVIRONMENT = { RATE_LIMITS: 'off' };

/** The authorization server alone, on a port of this machine, with everything that makes the states of its contracts happen. */
export async function startProvider(): Promise<Provider> {
  const [server, byInvitation] = await Promise.all([
    startTestServer(ENVIRONMENT),
    startTestServer({ ...ENVIRONMENT, REGISTRATION: 'initial_access_token' }),
  ]);
  const listen = ({ app }: typeof server) => app.listen({ host: '127.0.0.1', port: 0 });
  const [url, urlByInvitation] = await Promise.all([listen(server), listen(byInvitation)]);
  let current = url;
  const { states, latestAccessToken } = createStates(server);
  return {
    url: () => current,
    reset: async () => void (current = url),
    states: stateHandlers({
      ...states,
      'registration by invitation': async () => void (current = urlByInvitation),
    }),
    messages: createMessages(server, latestAccessToken),
    close: async () => {
      await Promise.all([server.close(), byInvitation.close()]);
    },
  };
}
