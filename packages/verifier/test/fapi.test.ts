import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyAuthorizationServer } from '../src/authorization-server/verify.ts';
import type { Report } from '../src/report.ts';
import { defects, groups, underFapi } from './support/fapi-findings.ts';
import { type OidcProvider, startOidcProvider } from '../test-support/oidc-provider.ts';

const RESOURCE = 'https://api.example/notes';

let other: OidcProvider;
let report: Report;
beforeAll(async () => {
  other = await startOidcProvider({ resource: RESOURCE, format: 'jwt', fapi: true, fetch });
  report = await verifyAuthorizationServer({
    issuer: other.issuer,
    resource: RESOURCE,
    scope: 'openid notes:read notes:write',
    user: { username: 'alice', password: 'anything' },
    profiles: ['fapi2'],
    only: groups,
  });
}, 60_000);
afterAll(() => other.close());

describe('somebody else’s authorization server, set to FAPI 2.0', () => {
  it('is reached through pushed requests, with keys instead of secrets and bound tokens', () => {
    const passed = report.results.filter(({ verdict }) => verdict === 'passed').map(({ id }) => id);
    expect(passed).toEqual(expect.arrayContaining(underFapi));
    expect(report.results.filter(({ because }) => because?.includes('the check itself has failed'))).toEqual([]);
  });

  it('fails what it does not do as FAPI says, and nothing else', () => {
    const because = Object.fromEntries(report.results.filter(({ verdict }) => verdict === 'failed').map((each) => [each.id, each.because]));
    expect(because).toEqual(Object.fromEntries(Object.entries(defects).map(([id, part]) => [id, expect.stringContaining(part)])));
  });

  it('has none of the clients any more that were registered for the run', () => {
    expect(report.left).toEqual([]);
  });
});
