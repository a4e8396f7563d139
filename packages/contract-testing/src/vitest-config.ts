import { patience } from '@rolecall/test-services/patience';
import { reportTo } from '@rolecall/test-services/report';

/** What the tests of contracts need in the environment: Pact sends no statistics, and its verifier uses no proxy to reach this machine. */
const env = { PACT_DO_NOT_TRACK: '1', HTTP_PROXY: '', HTTPS_PROXY: '' };

/** The Vitest configuration of the tests that run a role's own code as a consumer. */
export const consumerContracts = {
  test: {
    include: ['contract/**/*.consumer.test.ts'],
    reporters: ['default', reportTo('reports/contract-consumer.json')] as const,
    env,
    ...patience,
  },
};

/** What the configuration of a provider's contracts adds to that of its tests: what goes over the wire is the same on all stores. */
export const providerContracts = { include: ['contract/**/*.provider.test.ts'], report: 'contract-provider', embeddedOnly: true, env };
