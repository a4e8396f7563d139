import { describe, expect, it } from 'vitest';
import { playIssuer } from '../src/resource-server/played-issuer/played-issuer.ts';
import { verifyResourceServer } from '../src/resource-server/verify.ts';
import { wrongIn } from './support/findings.ts';
import { type Fault, faults, mcpFaults } from './support/small-api/faults.ts';
import { startSmallApi } from './support/small-api/small-api.ts';
import { breaks } from './support/wrong-resource-servers.ts';

interface Kind {
  mcp?: boolean;
  boundOnly?: boolean;
}

/** What the verifier finds wrong in a small API with these faults. */
async function foundIn(
  given: readonly Fault[],
  { mcp = false, boundOnly = false }: Kind = {},
): Promise<Record<string, string | undefined>> {
  const issuer = await playIssuer({ issuer: 'http://localhost:0', algorithm: 'ES256' });
  const { resource, close } = await startSmallApi(issuer.issuer, { faults: given, mcp, boundOnly });
  const report = await verifyResourceServer({
    resource,
    operation: { url: `${resource}/notes`, scope: 'notes:read', usersOnly: true },
    otherOperation: { method: 'POST', url: `${resource}/notes`, json: {}, scope: 'notes:write' },
    stepUp: { operation: { url: `${resource}/recent`, scope: 'notes:read' }, acrValues: ['mfa'], maxAge: 60 },
    authorizationDetails: { operation: { url: `${resource}/details`, scope: 'notes:read' }, covering: [{ type: 'note' }] },
    playIssuer: issuer,
    introspectionCache: 0,
    patience: 1_500,
    ...(mcp && { profiles: ['mcp'] }),
  });
  await close();
  await issuer.close();
  return Object.fromEntries(wrongIn(report).map(({ id, because }) => [id, because]));
}

/** All that it breaks is found, and nothing else. */
async function findsOnly(fault: keyof typeof breaks, kind?: Kind): Promise<void> {
  const found = await foundIn([fault], kind);
  expect(Object.keys(found).toSorted(), JSON.stringify(found, undefined, 2)).toEqual(breaks[fault].toSorted());
}

const { unboundAccepted, connectionKnown, ...others } = faults;
const each = <Name extends string>(described: Record<Name, string>): [Name, string][] => Object.entries(described) as [Name, string][];

describe('a small API', () => {
  it('that is right has nothing that fails', async () => {
    expect(await foundIn([])).toEqual({});
  });

  it(`that is wrong is found out: it ${connectionKnown}`, async () => {
    expect((await foundIn(['connectionKnown']))['RS-TOK-10']).toContain('on the connection of one with a token');
  });

  it.each(each(others))('that is wrong is found out: %s (it %s)', (fault) => findsOnly(fault));
});

describe('a small API that takes bound tokens only', () => {
  it('and is right has nothing that fails', async () => {
    expect(await foundIn([], { boundOnly: true })).toEqual({});
  });

  it(`and is wrong is found out: it ${unboundAccepted}`, () => findsOnly('unboundAccepted', { boundOnly: true }));
});

describe('a small API that is an MCP server', () => {
  it('and is right has nothing that fails', async () => {
    expect(await foundIn([], { mcp: true })).toEqual({});
  });

  it.each(each(mcpFaults))('and is wrong is found out: %s (it %s)', (fault) => findsOnly(fault, { mcp: true }));
});
