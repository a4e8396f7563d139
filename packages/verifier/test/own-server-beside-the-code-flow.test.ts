import { type Ecosystem, startEcosystem } from '@rolecall/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyAuthorizationServer } from '../src/authorization-server/verify.ts';
import type { Report } from '../src/report.ts';
import { withoutVerdict } from './support/own-server-beside-the-code-flow.ts';

const client = { token_endpoint_auth_method: 'client_secret_basic' as const, redirect_uris: [] };

let ecosystem: Ecosystem;
let report: Report;
beforeAll(async () => {
  ecosystem = await startEcosystem({ roles: ['authorization-server'] });
  report = await verifyAuthorizationServer({
    issuer: ecosystem.issuer,
    resource: ecosystem.resource,
    scope: 'notes:read notes:write',
    user: { username: 'alice', password: 'wonderland' },
    // A client that nobody vouches for registers for neither.
    clients: {
      service: { ...client, client_id: 'sample-service', client_secret: 'sample-service-secret', scope: 'notes:read' },
      resourceServer: { ...client, client_id: 'resource-server', client_secret: 'resource-server-secret' },
    },
    only: [
      'AS-RT',
      'AS-CC',
      'AS-INTRO',
      'AS-JINT',
      'AS-REV',
      'AS-REG',
      'AS-MGMT',
      'AS-DPOP',
      'AS-PAR',
      'AS-DEV',
      'AS-JAR',
      'AS-RAR',
      'AS-TX',
      'AS-STEP',
      'AS-CIMD',
    ],
  });
}, 60_000);
afterAll(() => ecosystem.close());

describe('this project’s own authorization server, beside the code flow', () => {
  it('passes everything but what it does not offer and what nobody sees from outside', () => {
    const others = report.results.filter(({ verdict }) => verdict !== 'passed');
    expect(Object.fromEntries(others.map(({ id, verdict, because }) => [id, [verdict, because]]))).toEqual(
      Object.fromEntries(
        Object.entries(withoutVerdict).map(([id, [verdict, because]]) => [id, [verdict, expect.stringContaining(because)]]),
      ),
    );
  });

  it('has none of the clients any more that were registered for the run', () => {
    expect(report.left).toEqual([]);
  });
});
