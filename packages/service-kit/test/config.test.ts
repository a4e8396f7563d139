import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import {
  commonSettings,
  ConfigError,
  flag,
  httpUrl,
  isLoopback,
  port,
  postgresUrl,
  readEnvironment,
  redisUrl,
  seconds,
} from '../src/config.ts';

const schema = z.object({
  ...commonSettings,
  PORT: port.default(4000),
  LIFETIME: seconds(1, 600).default(60),
  ISSUER: httpUrl.optional(),
  DATABASE_URL: postgresUrl.optional(),
  REDIS_URL: redisUrl.optional(),
  OPEN: flag.default(false),
  NEEDED: z.string({ error: 'must be set' }),
});
const read = (environment: Record<string, string | undefined>) => readEnvironment(schema, { NEEDED: 'x', ...environment });
function problems(environment: Record<string, string | undefined>): readonly string[] {
  try {
    read(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('the settings', () => {
  it('have their defaults', () => {
    expect(read({})).toEqual({
      NODE_ENV: 'development',
      HOST: 'localhost',
      LOG_LEVEL: 'info',
      LAB: false,
      PORT: 4000,
      LIFETIME: 60,
      OPEN: false,
      NEEDED: 'x',
    });
  });

  it('come as what they mean, and cannot be changed', () => {
    const config = read({ PORT: '8080', LIFETIME: '30', OPEN: 'true' });
    expect(config).toMatchObject({ PORT: 8080, LIFETIME: 30, OPEN: true });
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('take an empty variable for one that is absent', () => {
    expect(read({ PORT: '', ISSUER: '' })).toMatchObject({ PORT: 4000 });
    expect(problems({ NEEDED: '' })).toEqual(['NEEDED must be set']);
  });

  it('leave other variables alone', () => {
    expect(read({ PATH: '/bin' })).not.toHaveProperty('PATH');
  });
});

describe('a problem', () => {
  it('names its variable, and does not hide the next', () => {
    const all = problems({ PORT: 'eighty', NODE_ENV: 'prod', OPEN: 'yes', LIFETIME: '601', NEEDED: undefined });
    for (const name of ['PORT', 'NODE_ENV', 'OPEN', 'LIFETIME', 'NEEDED'])
      expect(
        all.filter((each) => each.startsWith(`${name} `)),
        name,
      ).toHaveLength(1);
    expect(all).toHaveLength(5);
  });

  it.each(['0', '65536', '-1', '80.5', '0x50', '1e3', ' 80', '80 ', '99999999999'])('is the port "%s"', (text) => {
    expect(problems({ PORT: text })).toEqual([`PORT must be a whole number from 1 to 65535 (it is "${text}")`]);
  });

  it.each([
    'localhost:4000',
    'ftp://host',
    'http://',
    'http://user:pw@host',
    'https://host?x=1',
    'https://host#x',
    'https://host?',
    ' http://host',
    'javascript:alert(1)',
  ])('is the address "%s"', (text) => {
    expect(problems({ ISSUER: text })[0]).toMatch(/^ISSUER must be an absolute http or https address/);
  });

  it('with an address that may hold a password does not repeat it', () => {
    const all = problems({ DATABASE_URL: 'mysql://root:hunter2@db', REDIS_URL: 'http://:hunter2@redis' });
    expect(all).toEqual([
      'DATABASE_URL must be an address that begins with postgres:// or postgresql://',
      'REDIS_URL must be an address that begins with redis:// or rediss://',
    ]);
  });

  it('is none where an address is in order, and it stays letter by letter what it was', () => {
    for (const address of ['http://localhost:4000', 'https://HOST.example/Tenant', 'http://[::1]:4000/'])
      expect(read({ ISSUER: address }).ISSUER).toBe(address);
  });
});

it('knows which addresses only this machine can reach', () => {
  for (const address of ['http://localhost', 'http://127.0.0.1:4000', 'http://[::1]/']) expect(isLoopback(address), address).toBe(true);
  for (const address of ['http://localhost.example', 'http://127.0.0.1.example', 'http://10.0.0.1', 'http://0.0.0.0'])
    expect(isLoopback(address), address).toBe(false);
});
