import { requirements } from '@rolecall/contracts/requirements/catalogue';
import { exportJWK, generateKeyPair } from 'jose';
import { describe, expect, it } from 'vitest';
import { clientSuite } from '../src/client/suite.ts';
import { verifyClient } from '../src/client/verify.ts';
import { idsWith, wrongIn } from './support/findings.ts';
import { ownClient } from './support/own-client.ts';
import { OWN_CLIENT } from './support/own-client-coverage.ts';

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
    const { configured } = OWN_CLIENT;
    const report = await verifyClient(await ownClient());
    expect(wrongIn(report)).toEqual([]);
    expect(idsWith(report, 'not tried')).toEqual(configured['not tried']);
    expect(idsWith(report, 'not applicable')).toEqual(configured['not applicable'].toSorted());
  });

  it('is right with pushed requests and proofs', async () => {
    const { only, ...expected } = OWN_CLIENT.proving;
    const own = await ownClient({ CLIENT_PAR: 'true', CLIENT_DPOP: 'true' });
    const report = await verifyClient({ ...own, startSelector: 'a.button', only });
    expect(wrongIn(report)).toEqual([]);
    expect(idsWith(report, 'not tried')).toEqual([]);
    expect(idsWith(report, 'not applicable')).toEqual(expected['not applicable']);
  });

  it('is right with a key instead of a secret', async () => {
    const { privateKey } = await generateKeyPair('ES256', { extractable: true });
    const key = JSON.stringify({ ...(await exportJWK(privateKey)), alg: 'ES256', kid: 'of-this-test' });
    const { clientSecret: _, ...own } = await ownClient({ CLIENT_KEY: key });
    const report = await verifyClient({ ...own, only: OWN_CLIENT.signing.only });
    expect(wrongIn(report)).toEqual([]);
    expect(idsWith(report, 'passed')).toEqual(OWN_CLIENT.signing.only.toSorted());
  });

  it('is right where it registers itself, at whom the API names', async () => {
    const { only, ...expected } = OWN_CLIENT.registering;
    const { clientId: _, clientSecret: __, ...own } = await ownClient({ CLIENT_REGISTRATION: 'automatic', DISCOVER_ISSUER: 'true' });
    const report = await verifyClient({ ...own, only });
    expect(wrongIn(report)).toEqual([]);
    expect(idsWith(report, 'not tried')).toEqual([]);
    expect(idsWith(report, 'not applicable')).toEqual(expected['not applicable']);
  });
});
