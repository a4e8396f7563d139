import { describe, expect, it } from 'vitest';
import { verifyClient } from '../src/client/verify.ts';
import { idsWith, wrongIn } from './support/findings.ts';
import { openidWebApplication } from './support/openid-web-application.ts';
import { OPENID_CLIENT } from './support/openid-client-coverage.ts';

describe('a client of OpenID Connect, by the library openid-client', () => {
  it('is accused of nothing', async () => {
    const report = await verifyClient(await openidWebApplication());
    expect(wrongIn(report)).toEqual([]);
    expect(idsWith(report, 'not tried')).toEqual(OPENID_CLIENT['not tried']);
    expect(idsWith(report, 'not applicable')).toEqual(OPENID_CLIENT['not applicable']);
  });

  it('is accused of nothing where it checks signatures, and its keys are new', async () => {
    const { only, keys } = OPENID_CLIENT;
    const report = await verifyClient({ ...(await openidWebApplication({ checksSignatures: true })), only });
    expect(wrongIn(report)).toEqual([]);
    expect(report.results.find(({ id }) => id === keys)?.because).toMatch(/fetched the keys \d+ s ago/);
    const signatures = report.results
      .flatMap(({ trials }) => trials)
      .filter(({ title }) => /broken signature|somebody else has signed/.test(title));
    expect(signatures.map(({ verdict }) => verdict)).toEqual(['passed', 'passed', 'not tried', 'not tried']);
  });
});
