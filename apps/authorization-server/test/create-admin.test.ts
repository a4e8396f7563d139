import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { databaseLocation } from '@rolecall/storage/database-location';
import { expect, inject, it, onTestFinished } from 'vitest';
import { tokenHash } from '../src/random.ts';
import { openStores } from '../src/stores/open-stores.ts';

/** Several processes one after the other, each with an embedded database of its own. */
const TIMEOUT_MILLISECONDS = 60_000;

const PROGRAM = fileURLToPath(new URL('../src/create-admin.ts', import.meta.url));

it('makes an administrator whose secret is told once, and none twice', { timeout: TIMEOUT_MILLISECONDS }, async () => {
  const directory = await mkdtemp(join(tmpdir(), 'rolecall-as-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const schema = `test_${randomBytes(6).toString('hex')}`;
  const databaseUrl = inject('stores') === 'services' ? `${inject('databaseUrl')}?schema=${schema}` : undefined;
  const environment = {
    PATH: process.env['PATH'],
    NODE_ENV: 'development',
    DATA_DIR: directory,
    ...(databaseUrl !== undefined && { DATABASE_URL: databaseUrl }),
  };
  const run = (parameters: string[], env: NodeJS.ProcessEnv = environment) =>
    new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
      const child = execFile(process.execPath, [PROGRAM, ...parameters], { env }, (_error, stdout, stderr) =>
        resolve({ code: child.exitCode ?? -1, stdout, stderr }),
      );
    });

  const made = await run(['operator']);
  expect({ code: made.code, stderr: made.stderr }).toEqual({ code: 0, stderr: '' });
  const secret = /^ROLECALL_CLIENT_ID=operator\nROLECALL_CLIENT_SECRET=(rc_cs_[\w-]{43})\n$/.exec(made.stdout)?.[1] as string;
  const again = await run(['operator']);
  expect(again).toEqual({ code: 1, stdout: '', stderr: expect.stringMatching(/there is a client "operator" already\n$/) });
  expect((await run(['usr_1'])).code).toBe(1);
  // Where nothing is said it is production: no embedded database that nobody serves.
  expect(await run([], { ...environment, NODE_ENV: '', DATABASE_URL: '' })).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/DATABASE_URL is required, or NODE_ENV=development/),
  });

  const stores = await openStores(
    databaseLocation({ databaseUrl, schema: 'authorization_server', directory: join(directory, 'database') }),
    'require',
  );
  const client = await stores.clients.find('operator');
  expect(client?.secrets.map(({ hash }) => hash)).toEqual([tokenHash(secret)]);
  expect(client?.scopes).toContain('admin:clients');
  expect(await stores.audit.list({ type: 'client_added' }, { before: undefined, limit: 10 })).toMatchObject([{ clientId: 'operator' }]);
  await stores.close();
});
