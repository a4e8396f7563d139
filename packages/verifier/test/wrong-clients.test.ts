import { describe, expect, it } from 'vitest';
import { verifyClient } from '../src/client/verify.ts';
import { idsWith, wrongIn } from './support/findings.ts';
import { SMALL_CLIENT } from './support/small-client-coverage.ts';
import { smallClient } from './wrong-clients/small-client.ts';
import { wrongClients } from './wrong-clients/wrong-clients.ts';

describe('a small client', () => {
  it('that is right is accused of nothing', async () => {
    const report = await verifyClient(await smallClient());
    expect(wrongIn(report)).toEqual([]);
    expect(idsWith(report, 'not tried')).toEqual(SMALL_CLIENT['not tried']);
    expect(idsWith(report, 'not applicable')).toEqual(SMALL_CLIENT['not applicable']);
  });

  it.each(wrongClients)('with a fault is found: $name', async ({ breaks, found }) => {
    const report = await verifyClient({ ...(await smallClient(breaks)), only: found });
    expect(idsWith(report, 'failed')).toEqual(found.toSorted());
  });
});
