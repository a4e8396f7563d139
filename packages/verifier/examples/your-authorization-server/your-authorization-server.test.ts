import { type Ecosystem, startEcosystem } from '@rolecall/testing';
import { describeAuthorizationServer } from '@rolecall/verifier/vitest';
import { afterAll, beforeAll } from 'vitest';

// Yours in its place: in a container, or wherever your tests start it.
let server: Ecosystem;
beforeAll(async () => {
  server = await startEcosystem({ roles: ['authorization-server'] });
});
afterAll(() => server.close());

describeAuthorizationServer(() => server.issuer, {
  user: { username: 'alice', password: 'wonderland' },
  scope: 'notes:read notes:write',
  later: () => ({ resource: server.resource }),
  // All, unless it is said. What is left out is shown as skipped, with its reason: skip: { 'AS-RT-06': 'our refresh tokens live for a month' }.
  only: ['AS-INTRO', 'AS-JINT', 'AS-MGMT'],
});
