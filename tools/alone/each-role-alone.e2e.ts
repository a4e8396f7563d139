import { execFile } from 'node:child_process';
import { readdir, readFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '@rolecall/test-services/free-ports';
import { SOURCE_VARIABLE } from '@rolecall/test-services/find-services';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRole } from '../ecosystem/role-process.ts';
import { ROLES } from '../ecosystem/roles.ts';
import { copyWithOneRole, linkInstalledPackages } from './copy-with-one-role.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Nothing of this process has an effect on what is run in the copy. Embedded stores are enough to show that a role stands alone. */
const ENVIRONMENT = { PATH: process.env['PATH'], HOME: process.env['HOME'], NO_COLOR: '1', CI: 'true', [SOURCE_VARIABLE]: 'none' };

describe.each(ROLES)('%s, with the folders of the other two roles deleted', (role) => {
  let copy: string;
  beforeAll(async () => {
    copy = await mkdtemp(join(tmpdir(), `rolecall-${role}-alone-`));
    await copyWithOneRole(ROOT, role, copy);
    await linkInstalledPackages(ROOT, copy);
    await npmRun('generate', '--if-present');
  });
  afterAll(() => rm(copy, { recursive: true, force: true }));

  /** Runs a script of the role in the copy. @throws Error with all that it wrote. */
  function npmRun(script: string, ...parameters: string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      const command = ['run', script, '--workspace', `apps/${role}`, ...parameters];
      execFile('npm', command, { cwd: copy, env: ENVIRONMENT, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(new Error(`npm ${command.join(' ')}\n${stdout}\n${stderr}`));
      });
    });
  }

  it('is there alone, and its types are right', async () => {
    expect(await readdir(join(copy, 'apps'))).toEqual([role]);
    await npmRun('typecheck');
  });

  it('starts, and is ready', async () => {
    const port = await freePort();
    const data = join(copy, '.data', role);
    const environment = { ...ENVIRONMENT, PORT: String(port), DATA_DIR: data, LAB: 'true', LOG_FORMAT: 'json' };
    const lines: string[] = [];
    const spec = {
      name: role,
      entry: join(copy, 'apps', role, 'src', 'main.ts'),
      environment,
      readyUrl: `http://localhost:${port}/health/ready`,
    };
    const running = startRole(spec, (line) => lines.push(line));
    await running.ready.catch((error: Error) => {
      throw new Error([error.message, ...lines].join('\n'));
    });
    expect(await running.stop()).toEqual({ code: 0, signal: null });
  });

  it('is verified against what the others expect of it, or expects of them', async () => {
    const { scripts } = JSON.parse(await readFile(join(copy, 'apps', role, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
    const contracts = Object.keys(scripts).filter((name) => name.startsWith('contract-'));
    expect(contracts).not.toEqual([]);
    for (const script of contracts) {
      // That the verification notices mistakes is shown elsewhere, and takes longest.
      const output = await npmRun(script, '--', '--exclude', '**/mutations.*');
      expect(Number(/Tests\s+(\d+) passed/.exec(output)?.[1])).toBeGreaterThan(0);
    }
  });
});
