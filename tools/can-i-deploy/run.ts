import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { PactFile } from '@rolecall/contract-testing/pact-file';
import { decide } from './decide.ts';
import { deployedVersions, PACTS } from './versions.ts';

// May the version that is checked out be deployed? Exit code 0: yes, 1: no, 2: the question cannot be answered. docs/contracts.md has examples.
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const ROLES = ['authorization-server', 'resource-server', 'sample-client'];
const MARKS = { fine: '✓', unknown: '?', broken: '✗' };
const USAGE = `npm run can-i-deploy -- --role <${ROLES.join('|')}> --to <environment> [--first | --record]
  --first   there is nothing in the environment yet: what is not known there is no obstacle
  --record  it has been deployed: the tag deployed/<environment>/<role> moves to what is checked out`;

const options = readOptions();
process.exitCode = await answer(options).catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  return 2;
});

async function answer({ role, to: environment, first, record }: ReturnType<typeof readOptions>): Promise<number> {
  const versions = deployedVersions(ROOT, environment);
  if (record) {
    const tag = await versions.record(role);
    process.stdout.write(`${tag} is what is checked out. Push it: git push --force origin ${tag}\n`);
    return 0;
  }
  const findings = await decide({ role, environment, roles: ROLES, pactsDirectory: join(ROOT, PACTS), versions, verify });
  for (const { kind, text } of findings) process.stdout.write(`${MARKS[kind]} ${text}\n`);
  const may = !findings.some(({ kind }) => kind === 'broken' || (kind === 'unknown' && !first));
  process.stdout.write(`${may ? 'Yes' : 'No'}: ${role} ${may ? 'may' : 'may not'} be deployed to ${environment}.\n`);
  return may ? 0 : 1;
}

function readOptions() {
  try {
    const text = { type: 'string' } as const;
    const flag = { type: 'boolean', default: false } as const;
    const { values } = parseArgs({ options: { role: text, to: text, first: flag, record: flag } });
    const { role, to } = values;
    if (role === undefined || to === undefined || !ROLES.includes(role)) throw new Error('a role and an environment are needed');
    return { ...values, role, to };
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${USAGE}\n`);
    process.exit(2);
  }
}

/** Runs the provider's own contract tests on these pacts, and says on the terminal what they say. */
async function verify(provider: string, pacts: ReadonlyMap<string, PactFile>): Promise<boolean> {
  const directory = await mkdtemp(join(tmpdir(), 'rolecall-deployed-pacts-'));
  try {
    for (const [file, pact] of pacts) await writeFile(join(directory, file), JSON.stringify(pact));
    const words = ['run', '--config', 'vitest.contract.config.ts', `contract/${provider}.provider.test.ts`];
    const tests = spawn(join(ROOT, 'node_modules', '.bin', 'vitest'), words, {
      cwd: join(ROOT, 'apps', provider),
      env: { ...process.env, PACTS_DIR: directory },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const [code] = await once(tests, 'close');
    return code === 0;
  } finally {
    await rm(directory, { recursive: true });
  }
}
