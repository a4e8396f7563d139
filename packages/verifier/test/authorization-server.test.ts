import { type Ecosystem, startEcosystem } from '@rolecall/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyAuthorizationServer } from '../src/authorization-server/verify.ts';

let ecosystem: Ecosystem;
beforeAll(async () => {
  ecosystem = await startEcosystem({ roles: ['authorization-server'] });
});
afterAll(() => ecosystem.close());

describe('this project’s own authorization server', () => {
  it('is right in everything that could be tried', async () => {
    const report = await verifyAuthorizationServer({
      issuer: ecosystem.issuer,
      resource: ecosystem.resource,
      scope: 'notes:read notes:write',
      user: { username: 'alice', password: 'wonderland' },
    });
    const wrong = report.results
      .filter(({ verdict }) => verdict === 'failed')
      .map(({ id, because, trials }) => ({ id, because, exchanges: trials.flatMap((trial) => trial.exchanges) }));
    expect(wrong).toEqual([]);
    const broken = report.results.filter(({ because }) => because?.includes('the check itself has failed'));
    expect(broken).toEqual([]);
    expect(report.results.filter(({ verdict }) => verdict === 'passed').map(({ id }) => id)).toContain('AS-CODE-01');
  });
});
