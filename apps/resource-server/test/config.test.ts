import { ConfigError } from '@rolecall/service-kit/config';
import { describe, expect, it } from 'vitest';
import { locationOf, readConfig, readDatabaseLocation } from '../src/config.ts';

const PRODUCTION = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgres://notes:secret@db.internal/notes',
  ISSUER: 'https://login.example',
  RESOURCE: 'https://api.example',
  TRUSTED_PROXIES: '10.0.0.0/8',
  REDIS_URL: 'redis://cache.internal',
};

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('the configuration', () => {
  it('needs nothing in development', () => {
    expect(readConfig({})).toMatchObject({
      NODE_ENV: 'development',
      HOST: 'localhost',
      PORT: 4001,
      ISSUER: 'http://localhost:4000',
      RESOURCE: 'http://localhost:4001',
      INTROSPECTION_CLIENT_ID: 'resource-server',
    });
    expect(locationOf(readConfig({}))).toEqual({ kind: 'embedded', directory: expect.stringMatching(/[/\\]\.data[/\\]resource-server$/) });
  });

  it("shows the seeded secret to no authorization server that is somebody else's", () => {
    const own = { INTROSPECTION_CLIENT_ID: 'notes', INTROSPECTION_CLIENT_SECRET: 'its own' };
    expect(readConfig({ SEEDED_CREDENTIALS: 'false' }).INTROSPECTION_CLIENT_ID).toBeUndefined();
    expect(readConfig({ SEEDED_CREDENTIALS: 'false' }).INTROSPECTION_CLIENT_SECRET).toBeUndefined();
    expect(readConfig({ SEEDED_CREDENTIALS: 'false', ...own })).toMatchObject(own);
  });

  it('takes an empty variable for one that is not there', () => {
    expect(readConfig({ PORT: '', ISSUER: '', DATABASE_URL: '' })).toEqual(readConfig({}));
  });

  it('keeps identifiers as they are written', () => {
    expect(readConfig({ ISSUER: 'https://Tenant.example/', RESOURCE: 'https://API.example:443/v1' })).toMatchObject({
      ISSUER: 'https://Tenant.example/',
      RESOURCE: 'https://API.example:443/v1',
    });
  });

  it('in production introspects only with credentials of its own', () => {
    expect(readConfig(PRODUCTION).INTROSPECTION_CLIENT_ID).toBeUndefined();
    const own = { INTROSPECTION_CLIENT_ID: 'notes', INTROSPECTION_CLIENT_SECRET: 'its-own' };
    expect(readConfig({ ...PRODUCTION, ...own })).toMatchObject(own);
    expect(problemsOf({ ...PRODUCTION, ...own, INTROSPECTION_CLIENT_SECRET: 'resource-server-secret' })).toEqual([
      expect.stringContaining('INTROSPECTION_CLIENT_SECRET'),
    ]);
    for (const half of Object.entries(own))
      expect(problemsOf(Object.fromEntries([half]))).toEqual([expect.stringContaining('come together')]);
  });

  it('has no lab unless it is said, and none in production', () => {
    expect(readConfig({}).LAB).toBe(false);
    expect(problemsOf({ ...PRODUCTION, LAB: 'true' })).toEqual([expect.stringContaining('LAB must not be true')]);
  });

  it('keeps the notes in a schema of their own', () => {
    expect(locationOf(readConfig(PRODUCTION))).toMatchObject({ kind: 'postgres', schema: 'resource_server' });
    expect(readDatabaseLocation({ NODE_ENV: 'production', DATABASE_URL: PRODUCTION.DATABASE_URL })).toMatchObject({ kind: 'postgres' });
  });

  it.each([
    ['PORT', 'http'],
    ['PORT', '0'],
    ['PORT', '65536'],
    ['PORT', '4001 '],
    ['ISSUER', 'localhost:4000'],
    ['ISSUER', 'ftp://localhost'],
    ['ISSUER', 'https://login.example?x'],
    ['ISSUER', 'https://login.example#x'],
    ['ISSUER', 'https://user@login.example'],
    ['RESOURCE', 'notes'],
    ['RESOURCE', 'http://localhost:4001/'],
    ['RESOURCE', 'https://api.example/v1/'],
    ['RESOURCE', 'https://api.example/v1#x'],
    ['RESOURCE', 'https://api.example/:version'],
    ['RESOURCE', 'https://api.example/a/../b'],
    ['RESOURCE', 'https://api.example/*'],
    ['RESOURCE', 'https://api.example/a%20b'],
    ['DATABASE_URL', 'mysql://db/notes'],
    ['NODE_ENV', 'prod'],
    ['LOG_LEVEL', 'loud'],
    ['TRUSTED_PROXIES', 'the-proxy'],
    ['DPOP', 'true'],
    ['DPOP_NONCES', 'yes'],
    ['DPOP_NONCE_SECRET', 'short'],
    ['REDIS_URL', 'http://cache'],
  ])('refuses %s as %s, in one sentence that begins with the variable', (name, value) => {
    const problems = problemsOf({ [name]: value });
    expect(problems.length).toBeGreaterThan(0);
    for (const problem of problems) expect(problem).toMatch(new RegExp(`^${name} must [^\\n]+$`));
  });

  it('names every variable that is wrong, not only the first', () => {
    expect(problemsOf({ PORT: 'x', ISSUER: 'x', LOG_LEVEL: 'x' })).toHaveLength(3);
  });

  it('does not repeat an address that may hold a password', () => {
    expect(problemsOf({ DATABASE_URL: 'mysql://notes:hunter2@db/notes' }).join()).not.toContain('hunter2');
  });
});

describe('production', () => {
  it('starts where nothing is left at its development default', () => {
    expect(problemsOf(PRODUCTION)).toEqual([]);
  });

  it('names each development default that is left', () => {
    const problems = problemsOf({ NODE_ENV: 'production' });
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual([
      'DATABASE_URL',
      'ISSUER',
      'RESOURCE',
      'REDIS_URL',
      'TRUSTED_PROXIES',
    ]);
  });

  it.each(['DATABASE_URL', 'ISSUER', 'RESOURCE', 'REDIS_URL', 'TRUSTED_PROXIES'])('refuses to do without %s', (name) => {
    const problems = problemsOf({ ...PRODUCTION, [name]: '' });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(name);
  });

  it.each(['ISSUER', 'RESOURCE'])('refuses %s over plain http', (name) => {
    expect(problemsOf({ ...PRODUCTION, [name]: 'http://login.example' })).toEqual([
      `${name} must be an https address in production (it is "http://login.example")`,
    ]);
  });

  it('needs what instances share for proofs of keys, unless there are none', () => {
    expect(problemsOf({ ...PRODUCTION, REDIS_URL: '', DPOP: 'off' })).toEqual([]);
    expect(problemsOf({ ...PRODUCTION, DPOP_NONCES: 'true' })).toEqual([expect.stringContaining('DPOP_NONCE_SECRET')]);
    expect(problemsOf({ ...PRODUCTION, DPOP_NONCES: 'true', DPOP_NONCE_SECRET: 'x'.repeat(32) })).toEqual([]);
  });

  it('migrates no embedded database', () => {
    expect(() => readDatabaseLocation({ NODE_ENV: 'production' })).toThrow(ConfigError);
  });
});
