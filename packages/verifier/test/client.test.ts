import { requirements } from '@rolecall/contracts/requirements/catalogue';
import { describe, expect, it } from 'vitest';
import { clientSuite } from '../src/client/suite.ts';
import { verifyClient } from '../src/client/verify.ts';
import { idsWith, wrongIn } from './support/findings.ts';
import { ownClient } from './support/own-client.ts';

/** What nobody can see from outside. */
const UNSEEN = ['C-TOK-05', 'C-TOK-09', 'C-TOK-12', 'C-BFF-04', 'C-BFF-05', 'C-BFF-06'];
/** This client is none of OpenID Connect. */
const OPENID = ['C-REQ-09', 'C-OIDC-01', 'C-OIDC-02', 'C-OIDC-03', 'C-OIDC-04', 'C-OIDC-05'];
const BACK_CHANNEL_LOGOUT = ['C-OIDC-06', 'C-OIDC-07'];

describe('the client suite', () => {
  it('has a check, or the reason why there is none, for each requirement', () => {
    const checked = new Set(clientSuite.checks.flatMap(({ ids }) => ids));
    const all = requirements.filter(({ role }) => role === 'client').map(({ id }) => id);
    expect(all.filter((id) => !checked.has(id) && clientSuite.unseen[id] === undefined)).toEqual([]);
    expect([...checked, ...Object.keys(clientSuite.unseen)].filter((id) => !all.includes(id))).toEqual([]);
    expect(Object.keys(clientSuite.unseen).filter((id) => checked.has(id))).toEqual([]);
  });
});

describe('this project’s own client', () => {
  it('is right in everything that could be tried', async () => {
    const report = await verifyClient(await ownClient());
    expect(wrongIn(report)).toEqual([]);
    expect(idsWith(report, 'not tried')).toEqual([...UNSEEN, ...BACK_CHANNEL_LOGOUT].sort());
    const others = ['C-DISC-07', 'C-DISC-09', 'C-REQ-07', 'C-REQ-08', 'C-TOK-03', 'C-DPOP-01', 'C-DPOP-02', 'C-DPOP-03', 'C-DPOP-04'];
    expect(idsWith(report, 'not applicable')).toEqual([...OPENID, ...others].sort());
  });

  it('is right with pushed requests and proofs', async () => {
    const own = await ownClient({ CLIENT_PAR: 'true', CLIENT_DPOP: 'true' });
    const only = ['C-REQ', 'C-CB-01', 'C-TOK-01', 'C-TOK-04', 'C-TOK-07', 'C-API', 'C-DPOP'];
    const report = await verifyClient({ ...own, startSelector: 'a.button', only, skip: { 'C-REQ-04': 'for this test' } });
    expect(wrongIn(report)).toEqual([]);
    expect(report.results.find(({ id }) => id === 'C-REQ-04')?.because).toBe('left out: for this test');
    expect(idsWith(report, 'not applicable')).toEqual(['C-REQ-08', 'C-REQ-09']);
  });

  it('is right where it registers itself, at whom the API names', async () => {
    const {
      clientId: _,
      clientSecret: __,
      launch,
      ...own
    } = await ownClient({ CLIENT_REGISTRATION: 'automatic', DISCOVER_ISSUER: 'true' });
    const report = await verifyClient({ ...own, launch, only: ['C-DISC', 'C-TOK-01', 'C-TOK-02', 'C-CB-01'] });
    expect(wrongIn(report)).toEqual([]);
    expect(idsWith(report, 'not applicable')).toEqual(['C-DISC-06', 'C-DISC-09']);
    expect(idsWith(report, 'not tried')).toEqual([]);
  });
});
