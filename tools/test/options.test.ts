import { describe, expect, it } from 'vitest';
import { OptionError, readStartOptions } from '../dev/options.ts';

const read = (...parameters: string[]) => readStartOptions(parameters, {});

function problemOf(parameters: string[], environment: NodeJS.ProcessEnv = {}): string {
  try {
    readStartOptions(parameters, environment);
  } catch (error) {
    if (error instanceof OptionError) return error.message;
    throw error;
  }
  return 'none';
}

describe('the options of npm start', () => {
  it('are the three roles at their usual addresses where none is given', () => {
    const options = read();
    expect(options?.addresses).toEqual({
      issuer: 'http://localhost:4000',
      resource: 'http://localhost:4001',
      client: 'http://localhost:4002',
    });
    expect([...(options?.without ?? ['none'])]).toEqual([]);
  });

  it.each([
    [['--without', 'authorization-server,sample-client']],
    [['--without', 'authorization-server', '--without', 'sample-client']],
    [['--without=authorization-server, sample-client']],
  ])('leave roles out: %j', (parameters) => {
    const options = read(...parameters, '--issuer', 'https://login.example/realms/a/', '--client', 'http://localhost:3000');
    expect([...(options?.without ?? [])]).toEqual(['authorization-server', 'sample-client']);
    // Letter by letter, the slash at its end included.
    expect(options?.addresses).toMatchObject({ issuer: 'https://login.example/realms/a/', client: 'http://localhost:3000' });
  });

  it('take an address from the environment too, and the command line first', () => {
    const environment = { ISSUER: 'http://localhost:9000' };
    expect(readStartOptions(['--without', 'authorization-server'], environment)?.addresses.issuer).toBe('http://localhost:9000');
    const both = readStartOptions(['--without', 'authorization-server', '--issuer', 'http://localhost:9001'], environment);
    expect(both?.addresses.issuer).toBe('http://localhost:9001');
  });

  it('need no address of a role that nobody asks', () => {
    const options = read('--without', 'authorization-server,sample-client', '--issuer', 'http://localhost:9000');
    expect([...(options?.elsewhere ?? [])]).toEqual(['authorization-server']);
  });

  it('tell how they are used', () => {
    expect(read('--help')).toBeUndefined();
  });

  it.each<[string, string[], RegExp]>([
    ['a role that does not exist', ['--without', 'keycloak'], /^--without: there is no role "keycloak"; there are authorization-server, /],
    ['nothing at all', ['--without', 'authorization-server,resource-server,sample-client'], /^--without: nothing is left to start$/],
    ['no issuer', ['--without', 'authorization-server'], /^--issuer is required: the resource-server and the sample-client must know/],
    ['no resource', ['--without', 'resource-server'], /^--resource is required: the authorization-server and the sample-client must know/],
    ['no client', ['--without', 'sample-client'], /^--client is required: the authorization-server must know/],
    [
      'no address',
      ['--without', 'authorization-server', '--issuer', 'localhost:9000'],
      /^--issuer must be an absolute http or https address/,
    ],
    [
      'http elsewhere',
      ['--without', 'authorization-server', '--issuer', 'http://login.example'],
      /^--issuer must be https, except on this/,
    ],
    ['a slash', ['--without', 'sample-client', '--client', 'http://localhost:3000/'], /^--client must not end with a slash/],
    [
      'our own address',
      ['--without', 'authorization-server', '--issuer', 'http://localhost:4001/as'],
      /is where our own resource-server would be$/,
    ],
    ['an option that does not exist', ['--with', 'everything'], /^Unknown option '--with'/],
    ['a word too many', ['authorization-server'], /^Unexpected argument 'authorization-server'/],
  ])('say in one line what is wrong: %s', (_name, parameters, problem) => {
    expect(problemOf(parameters)).toMatch(problem);
    expect(problemOf(parameters)).not.toContain('\n');
  });
});
