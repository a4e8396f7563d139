import { type Ecosystem, startEcosystem } from '@rolecall/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyAuthorizationServer } from '../src/authorization-server/verify.ts';

/** The code flow, from its metadata to its tokens. */
const groups = ['AS-GEN', 'AS-META', 'AS-JWKS', 'AS-AUTHZ', 'AS-CODE', 'AS-TOKEN', 'AS-CAUTH', 'AS-RI', 'AS-AT'];

/** Said one by one, so that nothing gets lost unseen. */
const notPassed = [
  'AS-GEN-13 not tried',
  'AS-META-03 not applicable',
  'AS-META-10 not applicable',
  'AS-META-11 not applicable',
  'AS-META-12 not applicable',
  'AS-META-13 not applicable',
  'AS-META-16 not applicable',
  'AS-META-17 not applicable',
  'AS-META-19 not applicable',
  'AS-JWKS-02 not tried',
  'AS-AUTHZ-17 not tried',
  'AS-CAUTH-19 not tried',
  'AS-CAUTH-21 not tried',
  'AS-CODE-09 not applicable',
  'AS-CODE-12 not tried',
  'AS-RI-06 not tried',
  'AS-AT-04 not applicable',
];

let ecosystem: Ecosystem;
beforeAll(async () => {
  ecosystem = await startEcosystem({
    roles: ['authorization-server'],
    environment: { authorizationServer: { REGISTRATION_GRANT_TYPES: 'authorization_code,refresh_token,client_credentials' } },
  });
});
afterAll(() => ecosystem.close());

describe('this project’s own authorization server', () => {
  it('is right in everything that could be tried', async () => {
    const report = await verifyAuthorizationServer({
      issuer: ecosystem.issuer,
      resource: ecosystem.resource,
      scope: 'notes:read notes:write',
      user: { username: 'alice', password: 'wonderland' },
      only: groups,
    });
    const wrong = report.results
      .filter(({ verdict }) => verdict === 'failed')
      .map(({ id, because, trials }) => ({ id, because, exchanges: trials.flatMap((trial) => trial.exchanges) }));
    expect(wrong).toEqual([]);
    const broken = report.results.filter(({ because }) => because?.includes('the check itself has failed'));
    expect(broken).toEqual([]);
    const others = report.results.filter(({ verdict }) => verdict !== 'passed');
    expect(others.map(({ id, verdict }) => `${id} ${verdict}`)).toEqual(notPassed);
  });
});
