import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PactFile } from '@rolecall/contract-testing/pact-file';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decide } from '../can-i-deploy/decide.ts';
import { deployedVersions, PACTS } from '../can-i-deploy/versions.ts';

const ROLES = ['authorization-server', 'resource-server', 'sample-client'];
const CLIENT_PACT = 'sample-client-authorization-server.json';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'rolecall-can-i-deploy-'));
  mkdirSync(join(root, PACTS), { recursive: true });
  git('init', '--quiet');
  relies('sample-client', 'authorization-server', 'a token request', 'a refresh request');
  relies('resource-server', 'authorization-server', 'a question about a token');
  commit();
});
afterEach(() => rmSync(root, { recursive: true }));

const git = (...words: string[]) =>
  execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.com', ...words], { cwd: root, encoding: 'utf8' });

const commit = () => (git('add', '.'), git('commit', '--quiet', '--message', 'test'));

/** Writes what a consumer relies on. */
function relies(consumer: string, provider: string, ...descriptions: string[]): void {
  const interactions = descriptions.map((description) => ({ type: 'Synchronous/HTTP', description, response: { status: 200 } }));
  const pact: PactFile = { consumer: { name: consumer }, provider: { name: provider }, interactions, metadata: {} };
  writeFileSync(join(root, PACTS, `${consumer}-${provider}.json`), JSON.stringify(pact));
}

const deploy = (...roles: string[]) => Promise.all(roles.map((role) => deployedVersions(root, 'production').record(role)));

/** What is found, and what a provider was verified against. */
async function ask(role: string, keeps = true) {
  const verified: Record<string, string[]> = {};
  const findings = await decide({
    role,
    environment: 'production',
    roles: ROLES,
    pactsDirectory: join(root, PACTS),
    versions: deployedVersions(root, 'production'),
    verify: async (_provider, pacts) => {
      for (const [file, { interactions }] of pacts) verified[file] = interactions.map(({ description }) => description);
      return keeps;
    },
  });
  return { kinds: findings.map(({ kind }) => kind), texts: findings.map(({ text }) => text).join('\n'), verified };
}

describe('a provider may be deployed', () => {
  it('when it keeps what the deployed consumers rely on, not what others do', async () => {
    await deploy('sample-client', 'resource-server');
    relies('sample-client', 'authorization-server', 'something new');
    commit();
    const { kinds, verified } = await ask('authorization-server');
    expect(kinds).toEqual(['fine']);
    expect(verified).toEqual({
      [CLIENT_PACT]: ['a token request', 'a refresh request'],
      'resource-server-authorization-server.json': ['a question about a token'],
    });
  });

  it('not when it does not keep it', async () => {
    await deploy('sample-client', 'resource-server');
    const { kinds, texts } = await ask('authorization-server', false);
    expect(kinds).toEqual(['broken']);
    expect(texts).toContain('does not keep the contracts with the deployed resource-server and sample-client');
  });

  it('not while it is unknown which consumer is there; what is known is verified all the same', async () => {
    await deploy('sample-client');
    const { kinds, texts, verified } = await ask('authorization-server');
    expect(kinds).toEqual(['unknown', 'fine']);
    expect(texts).toContain('there is no tag deployed/production/resource-server');
    expect(Object.keys(verified)).toEqual([CLIENT_PACT]);
  });

  it('not while a consumer is there of a version that had no pacts', async () => {
    rmSync(join(root, PACTS), { recursive: true });
    writeFileSync(join(root, 'before-pacts'), '');
    commit();
    await deploy('sample-client', 'resource-server');
    git('checkout', '--quiet', 'HEAD~', '--', PACTS);
    const { kinds, texts, verified } = await ask('authorization-server');
    expect(kinds).toEqual(['unknown', 'unknown']);
    expect(texts).toContain('at the tag deployed/production/sample-client there are no pacts');
    expect(verified).toEqual({});
  });

  it('when a deployed consumer relies on what this version’s pacts have forgotten only if it keeps that, too', async () => {
    await deploy('sample-client', 'resource-server');
    rmSync(join(root, PACTS, CLIENT_PACT));
    commit();
    expect((await ask('authorization-server')).verified).toHaveProperty([CLIENT_PACT]);
  });
});

describe('a consumer may be deployed', () => {
  it('when the deployed provider was verified against all that it relies on', async () => {
    await deploy('authorization-server');
    relies('sample-client', 'authorization-server', 'a token request');
    expect((await ask('sample-client')).kinds).toEqual(['fine']);
  });

  it('not with an interaction that is new to it, and says which', async () => {
    await deploy('authorization-server');
    relies('sample-client', 'authorization-server', 'a token request', 'something new');
    const { kinds, texts } = await ask('sample-client');
    expect(kinds).toEqual(['broken']);
    expect(texts).toContain('- something new');
    expect(texts).not.toContain('a token request');
  });

  it('not with an interaction that has changed', async () => {
    await deploy('authorization-server');
    const interaction = { type: 'Synchronous/HTTP', description: 'a token request', response: { status: 201 } };
    const pact = {
      consumer: { name: 'sample-client' },
      provider: { name: 'authorization-server' },
      interactions: [interaction],
      metadata: {},
    };
    writeFileSync(join(root, PACTS, CLIENT_PACT), JSON.stringify(pact));
    expect((await ask('sample-client')).kinds).toEqual(['broken']);
  });

  it('not while it is unknown which provider is there', async () => {
    expect((await ask('sample-client')).kinds).toEqual(['unknown']);
  });
});

describe('what is deployed', () => {
  it('follows the tag when it moves, lightweight or annotated', async () => {
    const versions = deployedVersions(root, 'production');
    expect(await versions.commitOf('sample-client')).toBeUndefined();
    expect(await versions.record('sample-client')).toBe('deployed/production/sample-client');
    const before = git('rev-parse', 'HEAD').trim();
    expect(await versions.commitOf('sample-client')).toBe(before);
    relies('sample-client', 'authorization-server', 'something new');
    commit();
    git('tag', '--force', '--annotate', '--message', 'by hand', 'deployed/production/sample-client');
    expect(await versions.commitOf('sample-client')).toBe(git('rev-parse', 'HEAD').trim());
    expect([...(await versions.pactsAt(before)).keys()]).toEqual(['resource-server-authorization-server.json', CLIENT_PACT]);
  });

  it('is of one environment alone', async () => {
    await deploy('sample-client');
    expect(await deployedVersions(root, 'staging').commitOf('sample-client')).toBeUndefined();
  });

  it('is never something that is not committed', async () => {
    relies('sample-client', 'authorization-server', 'something new');
    await expect(deployedVersions(root, 'production').record('sample-client')).rejects.toThrow('not committed');
  });

  it.each(['--delete', 'a/../b', 'a b', ''])('has no environment called %j', async (environment) => {
    await expect(deployedVersions(root, environment).commitOf('sample-client')).rejects.toThrow('cannot be part of a tag');
  });
});
