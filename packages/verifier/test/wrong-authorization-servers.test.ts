import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failures, type RightServer, startRightServer } from './support/wrong-server.ts';
import { authorizationEndpoint } from './wrong-servers/authorization-endpoint.ts';
import { codeGrant } from './wrong-servers/code-grant.ts';
import { metadata } from './wrong-servers/metadata.ts';
import { pages } from './wrong-servers/pages.ts';
import { refreshTokens } from './wrong-servers/refresh-tokens.ts';
import { registration } from './wrong-servers/registration.ts';
import { clientCredentials, introspection, revocation } from './wrong-servers/token-endpoints.ts';
import { tokenRequests } from './wrong-servers/token-requests.ts';

const wrongServers = [
  ...[...metadata, ...authorizationEndpoint, ...pages, ...codeGrant, ...tokenRequests],
  ...[...refreshTokens, ...clientCredentials, ...introspection, ...revocation, ...registration],
];

/** What every server has to do for anything else to mean something: a verifier that refuses everything would see no difference. */
const BASELINE = ['AS-META-01', 'AS-AUTHZ-01', 'AS-CODE-01'];

let right: RightServer;
beforeAll(async () => {
  right = await startRightServer();
});
afterAll(() => right[Symbol.asyncDispose]());

describe('the verifier', () => {
  it('finds nothing of all that in the right server', async () => {
    const ids = wrongServers.flatMap(({ breaks, also = [] }) => [...breaks, ...also]);
    const report = await right.verify(undefined, { only: [...BASELINE, ...ids] });
    expect(failures(report)).toEqual({});
    expect(report.results.filter(({ id, verdict }) => ids.includes(id) && verdict !== 'passed').map(({ id }) => id)).toEqual([]);
  });

  it.each(wrongServers)('finds the server that $name', async ({ breaks, also = [], mistake }) => {
    const report = await right.verify(mistake, { only: [...BASELINE, ...breaks, ...also] });
    const found = failures(report);
    expect(Object.keys(found)).toEqual(expect.arrayContaining([...breaks]));
    expect(Object.keys(found).filter((id) => ![...breaks, ...also].includes(id))).toEqual([]);
    const broken = report.results.filter(({ because }) => because?.includes('the check itself has failed'));
    expect(broken).toEqual([]);
  });
});
