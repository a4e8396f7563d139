import { ConfigError } from '@rolecall/service-kit/config';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../src/config.ts';
import { serviceClientOf } from '../src/service/service-client.ts';

const production = {
  NODE_ENV: 'production',
  BASE_URL: 'https://client.example',
  ISSUER: 'https://as.example',
  RESOURCE: 'https://api.example',
  CLIENT_SECRET: 'a-secret-of-its-own',
  REDIS_URL: 'rediss://:password@redis.example:6379',
  TRUSTED_PROXIES: '10.0.0.0/8',
};

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

describe('the configuration', () => {
  it('needs nothing in development', () => {
    expect(readConfig({})).toMatchObject({
      NODE_ENV: 'development',
      PORT: 4002,
      BASE_URL: 'http://localhost:4002',
      ISSUER: 'http://localhost:4000',
      RESOURCE: 'http://localhost:4001',
      CLIENT_ID: 'sample-client',
      CLIENT_SECRET: 'sample-client-secret',
    });
  });

  it('is complete in production with seven variables', () => {
    expect(problemsOf(production)).toEqual([]);
  });

  it('names each development default that is left in production', () => {
    const names = problemsOf({ NODE_ENV: 'production' }).map((problem) => problem.split(' ')[0]);
    expect(names).toEqual(['BASE_URL', 'ISSUER', 'RESOURCE', 'CLIENT_SECRET', 'REDIS_URL', 'TRUSTED_PROXIES']);
  });

  it.each([
    ['BASE_URL', 'http://localhost:4002'],
    ['ISSUER', 'http://as.example'],
    ['RESOURCE', 'http://localhost:4001'],
    ['CLIENT_SECRET', 'sample-client-secret'],
    ['CLIENT_SECRET', ''],
    ['REDIS_URL', ''],
    ['TRUSTED_PROXIES', ''],
    ['LAB', 'true'],
  ])('refuses %s="%s" in production', (name, value) => {
    const problems = problemsOf({ ...production, [name]: value });
    expect(problems).toEqual([expect.stringMatching(new RegExp(`^${name} `))]);
  });

  it.each([
    ['PORT', '0'],
    ['PORT', 'http'],
    ['BASE_URL', 'client.example'],
    ['BASE_URL', 'http://localhost:4002/'],
    ['BASE_URL', 'http://localhost:4002/app'],
    ['BASE_URL', 'http://client.example'],
    ['ISSUER', 'ftp://localhost'],
    ['ISSUER', 'http://as.example'],
    ['ISSUER', 'http://user:password@localhost'],
    ['RESOURCE', 'http://localhost:4001#notes'],
    ['RESOURCE', 'http://192.168.0.7'],
    ['REDIS_URL', 'http://localhost'],
    ['PEER_TIMEOUT', '0'],
    ['NODE_ENV', 'prod'],
    ['LOG_LEVEL', 'loud'],
  ])('refuses %s="%s" everywhere, in one line', (name, value) => {
    const problems = problemsOf({ [name]: value });
    expect(problems).toEqual([expect.stringMatching(new RegExp(`^${name} [^\\n]+$`))]);
  });

  it('C-TOK-12: acts for itself in production only as whom it says', () => {
    expect(serviceClientOf(readConfig({}))?.clientId).toBe('sample-service');
    expect(serviceClientOf(readConfig(production))).toBeUndefined();
    const named = { ...production, SERVICE_CLIENT_ID: 'nightly' };
    expect(serviceClientOf(readConfig({ ...named, SERVICE_CLIENT_SECRET: 'its own' }))).toMatchObject({
      clientId: 'nightly',
      clientSecret: 'its own',
    });
    expect(problemsOf(named)).toEqual([expect.stringContaining('SERVICE_CLIENT_SECRET or SERVICE_CLIENT_KEY')]);
    expect(problemsOf({ ...named, SERVICE_CLIENT_SECRET: 'sample-service-secret' })).toEqual([
      expect.stringMatching(/^SERVICE_CLIENT_SECRET /),
    ]);
  });

  it("has nothing of the seeds where the authorization server is somebody else's", () => {
    const elsewhere = { SEEDED_CREDENTIALS: 'false', ISSUER: 'https://as.example' };
    const unnamed = readConfig(elsewhere);
    expect(unnamed).toMatchObject({ CLIENT_REGISTRATION: 'automatic' });
    expect(serviceClientOf(unnamed)).toBeUndefined();
    expect(readConfig({ ...elsewhere, CLIENT_ID: 'notes', CLIENT_SECRET: 'its own' })).toMatchObject({
      CLIENT_REGISTRATION: 'configured',
      CLIENT_ID: 'notes',
      CLIENT_SECRET: 'its own',
    });
    expect(problemsOf({ ...elsewhere, CLIENT_ID: 'notes' })).toEqual([expect.stringMatching(/^CLIENT_SECRET or CLIENT_KEY is required/)]);
    expect(problemsOf({ ...elsewhere, CLIENT_REGISTRATION: 'configured' })).toHaveLength(1);
  });

  it('tells all problems at once, and repeats no password', () => {
    const problems = problemsOf({ PORT: 'x', REDIS_URL: 'redsi://:hunter2@redis', LOG_FORMAT: 'xml' });
    expect(problems).toHaveLength(3);
    expect(problems.join()).not.toContain('hunter2');
  });
});
