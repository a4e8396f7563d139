import { freePort } from '@rolecall/test-services/free-ports';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyAuthorizationServer } from '../src/authorization-server/verify.ts';
import type { Verdict } from '../src/finding.ts';
import type { Report } from '../src/report.ts';
import { type OidcProvider, startOidcProvider } from '../test-support/oidc-provider.ts';
import { defects, groups, withoutVerdict } from './support/oidc-provider-findings.ts';

/** Where it finds the verifier: it sends nothing to its own machine. */
const PUBLIC = 'https://verifier.public.example';
const RESOURCE = 'https://api.example/notes';

let other: OidcProvider;
let report: Report;
beforeAll(async () => {
  const port = await freePort();
  other = await startOidcProvider({
    resource: RESOURCE,
    format: 'opaque',
    // As its own way to ask would, but for the guard against addresses of this machine.
    fetch: (url, { signal = null, method = 'GET', headers = {}, body = null, redirect = 'follow' }) =>
      fetch(url.replace(PUBLIC, `http://localhost:${port}`), { signal, method, headers, body, redirect }),
  });
  report = await verifyAuthorizationServer({
    issuer: other.issuer,
    resource: RESOURCE,
    scope: 'openid notes:read notes:write',
    user: { username: 'alice', password: 'anything' },
    reachable: { url: PUBLIC, port },
    authorizationDetails: [{ type: 'notes', actions: ['read'] }],
    profiles: ['oidc', 'mcp'],
    only: groups,
  });
}, 60_000);
afterAll(() => other.close());

const withVerdict = (verdict: Verdict): string[] => report.results.filter((result) => result.verdict === verdict).map(({ id }) => id);

describe('somebody else’s authorization server, of many features', () => {
  it('fails what it does not do as the standards say, and nothing else', () => {
    const because = Object.fromEntries(report.results.filter(({ verdict }) => verdict === 'failed').map((each) => [each.id, each.because]));
    expect(because).toEqual(Object.fromEntries(Object.entries(defects).map(([id, part]) => [id, expect.stringContaining(part)])));
  });

  it('is tried in everything that it offers', () => {
    expect(withVerdict('not applicable')).toEqual(withoutVerdict['not applicable']);
    expect(withVerdict('not tried')).toEqual(withoutVerdict['not tried']);
  });

  it('has none of the clients any more that were registered for the run, and nothing went wrong inside of it', () => {
    expect(report.left).toEqual([]);
    expect(other.errors).toEqual([]);
  });
});
