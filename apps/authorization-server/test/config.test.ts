import { readFileSync } from 'node:fs';
import { ConfigError } from '@rolecall/service-kit/config';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../src/config.ts';
import { hashPassword } from '../src/login/passwords.ts';
import { tokenHash } from '../src/random.ts';
import { seededSecrets } from '../src/seed.ts';
import { startTestServer } from './support/test-server.ts';

const PRODUCTION = {
  NODE_ENV: 'production',
  ISSUER: 'https://as.example',
  DATABASE_URL: 'postgres://db.example/rolecall',
  REDIS_URL: 'rediss://redis.example',
  KEY_ENCRYPTION_KEY: 'k'.repeat(43),
  TRUSTED_PROXIES: '10.0.0.0/8',
};

function problems(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('configuration', () => {
  it('needs nothing in development', () => {
    expect(readConfig({})).toMatchObject({ ISSUER: 'http://localhost:4000', PORT: 4000, HOST: 'localhost', ACCESS_TOKEN_LIFETIME: 600 });
  });

  it('takes several keys for decryption, and none unless it is said', () => {
    expect(readConfig({}).KEY_ENCRYPTION_KEYS_ACCEPTED).toEqual([]);
    const [one, other] = ['k'.repeat(43), 'l'.repeat(43)];
    expect(readConfig({ KEY_ENCRYPTION_KEYS_ACCEPTED: `${one},${other}` }).KEY_ENCRYPTION_KEYS_ACCEPTED).toEqual([one, other]);
  });

  it('in production, refuses the published key among those for decryption too', () => {
    const published =
      /KEY_ENCRYPTION_KEY: (\S+)/.exec(readFileSync(new URL('../../../docker-compose.yml', import.meta.url), 'utf8'))?.[1] ?? '';
    expect(problems({ ...PRODUCTION, KEY_ENCRYPTION_KEYS_ACCEPTED: published })).toEqual([
      expect.stringMatching(/^KEY_ENCRYPTION_KEYS_ACCEPTED .*docker-compose/),
    ]);
  });

  it('cannot be changed afterwards', () => {
    expect(Object.isFrozen(readConfig({}))).toBe(true);
  });

  it.each([
    ['PORT', 'x'],
    ['PORT', '0'],
    ['PORT', '70000'],
    ['ISSUER', 'localhost:4000'],
    ['ISSUER', 'http://localhost:4000/'],
    ['ISSUER', 'https://as.example?x'],
    ['ISSUER', 'https://as.example#x'],
    ['ISSUER', 'http://as.example'],
    ['ISSUER', 'https://as.example'],
    ['ISSUER', 'https://as.example//evil.example'],
    ['ISSUER', 'https://as.example/:id'],
    ['ISSUER', 'https://as.example/*'],
    ['ISSUER', 'https://AS.example'],
    ['ISSUER', 'https://as.example/a/../b'],
    ['TRUSTED_PROXIES', '0.0.0.0/0'],
    ['ACCEPT_TOKEN_ENDPOINT_AUDIENCE', 'yes'],
    ['FETCH_LOOPBACK', '1'],
    ['REGISTRATION', 'yes'],
    ['REGISTRATION_GRANT_TYPES', 'authorization_code refresh_token'],
    ['REGISTRATION_SCOPES', 'a,,b'],
    ['REGISTRATION_REDIRECT_HOSTS', ','],
    ['DATABASE_URL', 'mysql://x'],
    ['REDIS_URL', 'http://x'],
    ['KEY_ENCRYPTION_KEY', 'short'],
    ['KEY_ENCRYPTION_KEYS_ACCEPTED', 'short'],
    ['KEY_ENCRYPTION_KEYS_ACCEPTED', `${'k'.repeat(43)},`],
    ['KEY_ENCRYPTION_KEYS_ACCEPTED', `${'k'.repeat(43)};${'l'.repeat(43)}`],
    ['ACCESS_TOKEN_LIFETIME', '10 minutes'],
    ['ACCESS_TOKEN_LIFETIME', '1'],
    ['AUTHORIZATION_CODE_LIFETIME', '61'],
    ['NODE_ENV', 'prod'],
    ['LOG_LEVEL', 'loud'],
  ])('names %s when it is "%s"', (name, value) => {
    expect(problems({ [name]: value })).toEqual([expect.stringMatching(new RegExp(`^${name} `))]);
  });

  it('never repeats an address that may hold a password', () => {
    expect(problems({ DATABASE_URL: 'mysql://user:hunter2@db' }).join()).not.toContain('hunter2');
  });

  it('names every wrong variable at once', () => {
    expect(problems({ PORT: 'x', LOG_LEVEL: 'loud' })).toHaveLength(2);
  });

  it('is open in development and closed in production, where nothing else is said', () => {
    expect(readConfig({})).toMatchObject({ REGISTRATION: 'open', FETCH_LOOPBACK: true });
    expect(readConfig(PRODUCTION)).toMatchObject({ REGISTRATION: 'off', FETCH_LOOPBACK: false });
    expect(readConfig({ ...PRODUCTION, REGISTRATION: 'initial_access_token' }).REGISTRATION).toBe('initial_access_token');
    expect(problems({ ...PRODUCTION, LAB: 'true' })).toEqual([expect.stringContaining('LAB must not be true')]);
    expect(problems({ ...PRODUCTION, FETCH_LOOPBACK: 'true' })).toEqual([expect.stringContaining('FETCH_LOOPBACK')]);
  });

  it('accepts a complete production configuration', () => {
    expect(problems(PRODUCTION)).toEqual([]);
  });

  it.each(Object.keys(PRODUCTION).filter((name) => name !== 'NODE_ENV'))('refuses production without %s', (name) => {
    expect(problems({ ...PRODUCTION, [name]: '' })).toEqual([expect.stringContaining(name)]);
  });

  it('refuses production with the key that the compose file has', () => {
    const compose = readFileSync(new URL('../../../docker-compose.yml', import.meta.url), 'utf8');
    const key = /KEY_ENCRYPTION_KEY: (\S+)/.exec(compose)?.[1] as string;
    expect(problems({ ...PRODUCTION, KEY_ENCRYPTION_KEY: key })).toEqual([expect.stringContaining('KEY_ENCRYPTION_KEY')]);
  });

  it('names each development default that is left in production', () => {
    expect(problems({ NODE_ENV: 'production' })).toHaveLength(5);
  });

  it('finds the development seeds in a production database, and nothing once they are gone', async () => {
    const server = await startTestServer();
    const found = await seededSecrets(server.stores);
    for (const name of ['sample-client', 'sample-service', 'resource-server', 'legacy-web', 'rolecall-admin', 'alice', 'bob'])
      expect(found.join()).toContain(`"${name}"`);
    for (const name of ['sample-spa', 'sample-cli', 'sample-service-jwt']) expect(found.join()).toContain(`"${name}"`);
    expect(found).toHaveLength(10);

    for (const id of [
      'sample-client',
      'sample-service',
      'resource-server',
      'legacy-web',
      'rolecall-admin',
      'sample-spa',
      'sample-cli',
      'sample-service-jwt',
    ])
      await server.register({ id, disabled: true, secrets: [{ hash: tokenHash('x') }] });
    const [alice, bob] = await Promise.all(['alice', 'bob'].map((name) => server.stores.users.findByUsername(name)));
    await server.stores.users.setPasswordHash(alice?.id as string, await hashPassword('a better one'));
    await server.stores.users.setDisabled(bob?.id as string, Date.now());
    expect(await seededSecrets(server.stores)).toEqual([]);
    await server.close();
  });
});
