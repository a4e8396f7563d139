import { describe, expect, it } from 'vitest';
import { addressesFrom, roleSpecs } from '../ecosystem/roles.ts';

const environmentsFor = (environment: NodeJS.ProcessEnv) =>
  Object.fromEntries(roleSpecs(addressesFrom(environment), environment).map((spec) => [spec.name, spec.environment]));

describe('the environment of each role', () => {
  it('has the usual addresses and ports where nothing else is asked for', () => {
    const roles = environmentsFor({});
    expect(roles['authorization-server']).toMatchObject({ PORT: '4000', ISSUER: 'http://localhost:4000' });
    expect(roles['resource-server']).toMatchObject({ PORT: '4001', RESOURCE: 'http://localhost:4001', ISSUER: 'http://localhost:4000' });
    expect(roles['sample-client']).toMatchObject({ PORT: '4002', BASE_URL: 'http://localhost:4002', RESOURCE: 'http://localhost:4001' });
  });

  it('listens where its address says, and the seeds follow', () => {
    const roles = environmentsFor({ RESOURCE: 'http://127.0.0.1:5001', BASE_URL: 'http://localhost:5002' });
    expect(roles['resource-server']?.['PORT']).toBe('5001');
    expect(roles['sample-client']?.['PORT']).toBe('5002');
    expect(roles['authorization-server']).toMatchObject({
      PORT: '4000',
      SEED_CLIENT_BASE_URL: 'http://localhost:5002',
      SEED_RESOURCE: 'http://127.0.0.1:5001',
    });
  });

  it('keeps the usual port behind something that ends TLS', () => {
    expect(environmentsFor({ ISSUER: 'https://login.example:8443' })['authorization-server']?.['PORT']).toBe('4000');
  });

  it('never gives two roles one port or one folder', () => {
    const roles = Object.values(environmentsFor({ PORT: '8080', DATA_DIR: '/data' }));
    expect(new Set(roles.map((role) => role['PORT'])).size).toBe(3);
    expect(roles.map((role) => role['DATA_DIR'])).toEqual(['/data/authorization-server', '/data/resource-server', '/data/sample-client']);
  });

  it('passes on everything else', () => {
    const roles = environmentsFor({ DATABASE_URL: 'postgres://db/app', LOG_LEVEL: 'debug' });
    for (const role of Object.values(roles)) expect(role).toMatchObject({ DATABASE_URL: 'postgres://db/app', LOG_LEVEL: 'debug' });
  });

  it('leaves an address that is none to the role, which names it', () => {
    expect(environmentsFor({ ISSUER: 'nonsense' })['authorization-server']).toMatchObject({ ISSUER: 'nonsense', PORT: '4000' });
  });
});

describe("a role that is somebody else's", () => {
  it('is not started, and the others know where it is and use nothing of the seeds there', () => {
    const addresses = addressesFrom({ ISSUER: 'https://login.example/' });
    const specs = roleSpecs(addresses, {}, new Set(['authorization-server']));
    expect(specs.map((spec) => spec.name)).toEqual(['resource-server', 'sample-client']);
    for (const { environment } of specs)
      expect(environment).toMatchObject({ ISSUER: 'https://login.example/', SEEDED_CREDENTIALS: 'false' });
  });

  it('leaves our authorization server with its seeds, which point at it', () => {
    const addresses = addressesFrom({ RESOURCE: 'http://localhost:8080', BASE_URL: 'http://localhost:3000' });
    const [server, ...others] = roleSpecs(addresses, {}, new Set(['resource-server', 'sample-client']));
    expect(server?.environment).toMatchObject({
      SEED_RESOURCE: 'http://localhost:8080',
      SEED_CLIENT_BASE_URL: 'http://localhost:3000',
      SEEDED_CREDENTIALS: 'true',
    });
    expect(others).toEqual([]);
  });
});
