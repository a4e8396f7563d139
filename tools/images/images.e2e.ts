import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, glob, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { freePorts } from '@rolecall/test-services/free-ports';
import { copyWithOneRole } from '../alone/copy-with-one-role.ts';
import { ROLES } from '../ecosystem/roles.ts';
import { type BuiltStage, buildImage, settingsOf } from './build-image.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);

/** What only whoever develops needs: none of it may be in an image. */
const DEVELOPMENT_TOOLS = ['vitest', 'nx', 'prisma', 'typescript', 'eslint', 'prettier', 'playwright-core', 'testcontainers', 'node'];

/** The account `nobody`, which may write nowhere: where the test runs as root, the image does not. */
const UNPRIVILEGED = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

for (const role of ROLES) {
  describe(`the image of the ${role}`, () => {
    let temporary: string;
    let image: BuiltStage;
    let running: ChildProcess | undefined;

    beforeAll(async () => {
      temporary = await mkdtemp(join(tmpdir(), 'rolecall-image-'));
      await chmod(temporary, 0o755);
      // The other roles need not be there.
      const context = await mkdtemp(join(temporary, 'context-'));
      await copyWithOneRole(ROOT, role, context);
      image = await buildImage(context, `apps/${role}/Dockerfile`, temporary);
    });
    afterEach(async () => {
      if (running?.exitCode === null) {
        const ended = once(running, 'close');
        running.kill();
        await ended;
      }
    });
    afterAll(() => rm(temporary, { recursive: true, force: true }));

    /** Runs the image's command as the image would, with these variables as well. */
    function start(environment: NodeJS.ProcessEnv): { child: ChildProcess; output: () => string } {
      const [program = '', ...parameters] = settingsOf(image).command;
      const child = spawn(join(image.root, 'usr/local/bin', program), parameters, {
        cwd: join(image.root, image.workingDirectory),
        env: { ...image.environment, ...environment },
        ...UNPRIVILEGED,
      });
      let output = '';
      for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
      running = child;
      return { child, output: () => output };
    }

    it('runs as somebody without rights, in production mode, and tells its port and how it is', () => {
      const { user, port, healthCheck } = settingsOf(image);
      expect(user).toBe('node');
      expect(image.environment).toEqual({ NODE_ENV: 'production', HOST: '0.0.0.0', PORT: port });
      expect(healthCheck).toContain('/health/ready');
    });

    it('has no development tools, no tests and no secrets', async () => {
      const found: string[] = [];
      const names = new Set(['.env', '.data', '.git', '.nx', 'reports', 'Dockerfile.local']);
      for await (const path of glob('**/node_modules/*', { cwd: image.root }))
        if (DEVELOPMENT_TOOLS.includes(basename(path))) found.push(path);
      const own = glob(['app/*', 'app/apps/*/*', 'app/packages/*/*', 'app/**/.env*'], { cwd: image.root, exclude: ['**/node_modules/**'] });
      for await (const path of own) if (names.has(basename(path)) || ['test', 'test-support'].includes(basename(path))) found.push(path);
      expect(found).toEqual([]);
    });

    it('has no other role in it', async () => {
      const sources = await Array.fromAsync(glob('app/apps/*/src', { cwd: image.root }));
      expect(sources).toEqual([`app/apps/${role}/src`]);
    });

    it('starts, answers and stops when asked', async () => {
      const [port] = await freePorts(1);
      const url = `http://127.0.0.1:${port}`;
      const data = await mkdtemp(join(temporary, 'data-'));
      await chmod(data, 0o777);
      const { child, output } = start({ NODE_ENV: 'development', PORT: String(port), DATA_DIR: join(data, role) });
      const get = (path: string): Promise<number> =>
        fetch(`${url}${path}`).then(
          (response) => response.status,
          () => 0,
        );
      const ended = once(child, 'close');
      await Promise.race([expect.poll(() => get('/health/live'), { timeout: 30_000 }).toBe(200), ended]);
      expect(await get('/health/live'), output()).toBe(200);
      await expect.poll(() => get('/health/ready'), { timeout: 10_000 }).toBe(200);

      const [, ...healthCheck] = JSON.parse(/\[.*\]/.exec(await dockerfileOf(role))?.[0] ?? '[]') as string[];
      await run(process.execPath, healthCheck, { env: { ...image.environment, PORT: String(port) } });

      child.kill('SIGTERM');
      expect(await ended).toEqual([0, null]);
    });

    it('refuses to start in production on the defaults of development', async () => {
      const { child, output } = start({});
      expect(await once(child, 'close')).toEqual([1, null]);
      expect(output()).toContain(`${role}: cannot start: `);
      expect(output()).not.toMatch(/^\s+at /m);
    });
  });
}

const dockerfileOf = (role: string): Promise<string> => readFile(join(ROOT, 'apps', role, 'Dockerfile'), 'utf8');
