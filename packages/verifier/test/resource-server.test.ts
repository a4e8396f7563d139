import { requirements } from '@rolecall/contracts/requirements/catalogue';
import { startEcosystem } from '@rolecall/testing';
import { reservePort } from '@rolecall/testing/reserved-ports';
import { describe, expect, it } from 'vitest';
import type { Report } from '../src/report.ts';
import { playIssuer } from '../src/resource-server/played-issuer/played-issuer.ts';
import { resourceServerSuite } from '../src/resource-server/suite.ts';
import { type ResourceServerOptions, verifyResourceServer } from '../src/resource-server/verify.ts';
import { wrongIn } from './support/findings.ts';
import { startBareApi } from './support/bare-api.ts';
import { startOidcProvider } from '../test-support/oidc-provider.ts';
import { startOwnResourceServer } from './support/own-resource-server.ts';
import { startSmallApi } from './support/small-api/small-api.ts';

const idsOf = ({ results }: Report, verdict: string): string[] => results.filter((each) => each.verdict === verdict).map(({ id }) => id);

const notesOptions = (resource: string): Omit<ResourceServerOptions, 'issuer' | 'playIssuer'> => ({
  resource,
  operation: { url: `${resource}/notes`, scope: 'notes:read', usersOnly: true },
  otherOperation: { method: 'POST', url: `${resource}/notes`, json: { title: 'a', body: 'b' }, scope: 'notes:write' },
});

async function verifyOwn(environment: Record<string, string> = {}): Promise<Report> {
  const issuer = await playIssuer({ issuer: 'http://localhost:0' });
  const { resource, close } = await startOwnResourceServer(issuer.issuer, environment);
  const report = await verifyResourceServer({ ...notesOptions(resource), playIssuer: issuer, introspectionCache: 0 });
  await close();
  await issuer.close();
  return report;
}

describe('the suite of a resource server', () => {
  it('has a check for each requirement of the role, or says why nobody can see it', () => {
    const judged = new Set([...resourceServerSuite.checks.flatMap(({ ids }) => ids), ...Object.keys(resourceServerSuite.unseen)]);
    const ids = requirements.filter(({ role }) => role === 'resource server').map(({ id }) => id);
    expect(ids.filter((id) => !judged.has(id))).toEqual([]);
    expect([...judged].filter((id) => !ids.includes(id))).toEqual([]);
  });
});

describe('this project’s own resource server', () => {
  it('is right in everything, with an issuer that the verifier plays', async () => {
    const report = await verifyOwn();
    expect(wrongIn(report)).toEqual([]);
    expect(idsOf(report, 'not tried')).toEqual(['RS-TOK-13']);
    expect(idsOf(report, 'not applicable').join(' ')).toBe(
      'RS-TOK-07 RS-TOK-09 RS-INT-04 RS-DPOP-08 RS-DPOP-12 RS-PRM-08 RS-STEP-01 RS-STEP-02 RS-STEP-03 RS-STEP-04 RS-RAR-01',
    );
  }, 120_000);

  it('is right where it takes bound tokens only, with nonces', async () => {
    const report = await verifyOwn({ DPOP: 'required', DPOP_NONCES: 'true' });
    expect(wrongIn(report)).toEqual([]);
    expect(idsOf(report, 'not tried')).toEqual(['RS-TOK-13']);
    expect(idsOf(report, 'not applicable').join(' ')).toBe(
      'RS-TOK-07 RS-TOK-09 RS-INT-04 RS-DPOP-05 RS-PRM-08 RS-STEP-01 RS-STEP-02 RS-STEP-03 RS-STEP-04 RS-RAR-01',
    );
  }, 120_000);

  it('is right in what can be seen with tokens of its own authorization server', async () => {
    const ecosystem = await startEcosystem({
      roles: ['authorization-server', 'resource-server'],
      resources: [{ identifier: 'https://other.example', scopes: ['other'] }],
    });
    const report = await verifyResourceServer({
      ...notesOptions(ecosystem.resource),
      issuer: ecosystem.issuer,
      user: { username: 'alice', password: 'wonderland' },
      clients: {
        service: {
          client_id: 'sample-service',
          client_secret: 'sample-service-secret',
          token_endpoint_auth_method: 'client_secret_basic',
          redirect_uris: [],
        },
      },
      otherScope: 'notes:write',
      otherResource: { identifier: 'https://other.example', scope: 'other' },
    });
    await ecosystem.close();
    expect(wrongIn(report)).toEqual([]);
    expect(idsOf(report, 'not tried').join(' ')).toBe(
      'RS-TOK-13 RS-JWT-01 RS-JWT-03 RS-JWT-05 RS-JWT-06 RS-JWT-07 RS-JWT-08 RS-JWT-09 RS-JWT-11 RS-INT-01 RS-INT-02 RS-INT-03 RS-INT-04 RS-DPOP-01 RS-DPOP-02 RS-DPOP-03 RS-DPOP-04 RS-DPOP-06 RS-DPOP-07 RS-DPOP-08 RS-DPOP-10 RS-DPOP-11',
    );
    expect(idsOf(report, 'not applicable').join(' ')).toBe(
      'RS-TOK-07 RS-TOK-09 RS-DPOP-12 RS-PRM-08 RS-STEP-01 RS-STEP-02 RS-STEP-03 RS-STEP-04 RS-RAR-01',
    );
    expect(report.left).toEqual([]);
  });
});

describe('somebody else’s API with a library for JWTs', () => {
  it('is accused of nothing', async () => {
    const issuer = await playIssuer({ issuer: 'http://localhost:0' });
    const { resource, close } = await startBareApi(issuer.issuer);
    const report = await verifyResourceServer({ resource, operation: { url: `${resource}/orders`, scope: 'orders' }, playIssuer: issuer });
    await close();
    await issuer.close();
    expect(wrongIn(report)).toEqual([]);
    expect(idsOf(report, 'not tried')).toEqual(['RS-TOK-13', 'RS-JWT-10']);
    expect(idsOf(report, 'not applicable').join(' ')).toBe(
      'RS-TOK-04 RS-TOK-07 RS-TOK-09 RS-TOK-12 RS-JWT-11 RS-INT-01 RS-INT-02 RS-INT-03 RS-INT-04 RS-DPOP-01 RS-DPOP-02 RS-DPOP-03 RS-DPOP-04 RS-DPOP-05 RS-DPOP-06 RS-DPOP-07 RS-DPOP-08 RS-DPOP-09 RS-DPOP-10 RS-DPOP-11 RS-DPOP-12 RS-PRM-01 RS-PRM-02 RS-PRM-04 RS-PRM-05 RS-PRM-06 RS-PRM-07 RS-PRM-08 RS-STEP-01 RS-STEP-02 RS-STEP-03 RS-STEP-04 RS-RAR-01',
    );
  }, 120_000);
});

describe('an API whose tokens are of oidc-provider', () => {
  it('is right in what can be seen with them: also tokens that are bound to keys, and ID tokens', async () => {
    const at = await reservePort();
    const resource = `http://localhost:${at.port}`;
    const provider = await startOidcProvider({ resource, format: 'jwt', fetch });
    const { close } = await startSmallApi(provider.issuer, { at, introspects: false });
    const report = await verifyResourceServer({
      resource,
      operation: { url: `${resource}/notes`, scope: 'notes:read' },
      otherOperation: { method: 'POST', url: `${resource}/notes`, json: {}, scope: 'notes:write' },
      issuer: provider.issuer,
      user: { username: 'alice', password: 'any' },
    });
    await close();
    await provider.close();
    expect(wrongIn(report)).toEqual([]);
    expect(idsOf(report, 'passed').join(' ')).toBe(
      'RS-TOK-01 RS-TOK-02 RS-TOK-03 RS-TOK-04 RS-TOK-05 RS-TOK-06 RS-TOK-08 RS-TOK-10 RS-TOK-11 RS-TOK-12 RS-JWT-01 RS-JWT-02 RS-DPOP-01 RS-DPOP-02 RS-DPOP-03 RS-DPOP-04 RS-DPOP-05 RS-DPOP-06 RS-DPOP-07 RS-DPOP-09 RS-DPOP-10 RS-PRM-01 RS-PRM-02 RS-PRM-04 RS-PRM-05 RS-PRM-06 RS-PRM-07',
    );
    expect(report.left).toEqual([]);
  });
});
