import { describe, expect, it } from 'vitest';
import { playIssuer } from '../src/resource-server/played-issuer/played-issuer.ts';
import { verifyResourceServer } from '../src/resource-server/verify.ts';
import { type Fault, faults } from './support/small-api/faults.ts';
import { startSmallApi } from './support/small-api/small-api.ts';
import { breaks } from './support/wrong-resource-servers.ts';

const failedAt = async (...given: Fault[]): Promise<Record<string, string | undefined>> => {
  const issuer = await playIssuer({ issuer: 'http://localhost:0', algorithm: 'ES256' });
  const { resource, close } = await startSmallApi(issuer.issuer, ...given);
  const { results } = await verifyResourceServer({
    resource,
    operation: { url: `${resource}/notes`, scope: 'notes:read', usersOnly: true },
    otherOperation: { method: 'POST', url: `${resource}/notes`, json: {}, scope: 'notes:write' },
    stepUp: { operation: { url: `${resource}/recent`, scope: 'notes:read' }, acrValues: ['mfa'], maxAge: 60 },
    authorizationDetails: { operation: { url: `${resource}/details`, scope: 'notes:read' }, covering: [{ type: 'note' }] },
    playIssuer: issuer,
    introspectionCache: 0,
    patience: 1_500,
  });
  await close();
  await issuer.close();
  const wrong = results.filter(({ verdict, because }) => verdict === 'failed' || because?.includes('the check itself has failed'));
  return Object.fromEntries(wrong.map(({ id, because }) => [id, because]));
};

describe('a small API', () => {
  it('that is right has nothing that fails', async () => {
    expect(await failedAt()).toEqual({});
  });

  it.each(Object.entries(faults))('that is wrong is found out: %s (it %s)', async (fault) => {
    const found = await failedAt(fault as Fault);
    expect(Object.keys(found).toSorted(), JSON.stringify(found, undefined, 2)).toEqual(breaks[fault as Fault].toSorted());
  });
});
