import { describe, expect, it } from 'vitest';
import { verifyClient } from '../src/client/verify.ts';
import { idsWith, wrongIn } from './support/findings.ts';
import { SMALL_CLIENT } from './support/small-client-coverage.ts';
import { smallClient } from './wrong-clients/small-client.ts';
import { proving, rightProofs } from './wrong-clients/proving.ts';
import { wrongClients, wrongProofs } from './wrong-clients/wrong-clients.ts';

describe('a small client', () => {
  it('that is right is accused of nothing', async () => {
    const report = await verifyClient(await smallClient());
    expect(wrongIn(report)).toEqual([]);
    expect(idsWith(report, 'not tried')).toEqual(SMALL_CLIENT['not tried']);
    expect(idsWith(report, 'not applicable')).toEqual(SMALL_CLIENT['not applicable']);
  });

  it('that is right, and binds its tokens to a key, is accused of nothing', async () => {
    const report = await verifyClient({ ...(await smallClient(proving(rightProofs))), only: SMALL_CLIENT.proving });
    expect(wrongIn(report)).toEqual([]);
    expect(idsWith(report, 'passed')).toEqual(SMALL_CLIENT.proving);
  });

  it.each([...wrongClients, ...wrongProofs])('with a fault is found: $name', async ({ breaks, found }) => {
    const report = await verifyClient({ ...(await smallClient(breaks)), only: found });
    expect(idsWith(report, 'failed')).toEqual(found.toSorted());
  });
});
