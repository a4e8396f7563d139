import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { systemClock } from '@rolecall/storage/clock';
import { freePort } from '@rolecall/test-services/free-ports';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { answer, type FakeAuthorizationServer, startAuthorizationServer } from '../test-support/authorization-server.ts';
import { parseChallenge } from '../test-support/challenge.ts';
import { createProofKey, signProof } from '../test-support/proof.ts';

// The guard as others get it: packed, and installed with npm in a folder that knows nothing of this repository.
const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));
const NPM = ['--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline', '--loglevel=error'];

const run = promisify(execFile);
const installed = async (name: string) =>
  (JSON.parse(await readFile(join(REPOSITORY, 'node_modules', name, 'package.json'), 'utf8')) as { version: string }).version;

let temporary: string;
let elsewhere: string;
beforeAll(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'rolecall-packed-'));
  const tarball = await pack();
  elsewhere = join(temporary, 'elsewhere');
  await mkdir(elsewhere);
  await writeFile(join(elsewhere, 'package.json'), '{ "name": "elsewhere", "private": true, "type": "module" }');
  // The versions that this repository has: npm has had them before.
  const [fastify, types] = await Promise.all([installed('fastify'), installed('@types/node')]);
  await run('npm', ['install', ...NPM, tarball, `fastify@${fastify}`, `@types/node@${types}`], { cwd: elsewhere });
  await cp(join(REPOSITORY, 'packages/resource-guard/examples'), elsewhere, { recursive: true });
}, 180_000);
afterAll(() => rm(temporary, { recursive: true, force: true }));

/** Of a copy: while it is packed its manifest is another, which other tests must not see. */
async function pack(): Promise<string> {
  const copy = join(temporary, 'repository');
  await cp(join(REPOSITORY, 'tsconfig.base.json'), join(copy, 'tsconfig.base.json'));
  for (const name of ['contracts', 'storage', 'resource-guard'])
    await cp(join(REPOSITORY, 'packages', name), join(copy, 'packages', name), {
      recursive: true,
      filter: (source) => !/\/(node_modules|dist|reports|test)$/.test(source),
    });
  await symlink(join(REPOSITORY, 'node_modules'), join(copy, 'node_modules'));
  const own = join(REPOSITORY, 'packages/resource-guard/node_modules');
  await symlink(own, join(copy, 'packages/resource-guard/node_modules')).catch(() => {});
  const manifest = join(copy, 'packages/resource-guard/package.json');
  const before = await readFile(manifest, 'utf8');
  await run('npm', ['pack', '--loglevel=error', '--pack-destination', temporary], { cwd: join(copy, 'packages/resource-guard') });
  expect(await readFile(manifest, 'utf8')).toBe(before);
  const name = (await readdir(temporary)).find((file) => file.endsWith('.tgz'));
  return join(temporary, name as string);
}

describe('the packed guard', () => {
  it('is JavaScript with its types, and needs nothing of this repository', async () => {
    const folder = join(elsewhere, 'node_modules/@rolecall');
    expect(await readdir(folder)).toEqual(['resource-guard']);
    const files = await readdir(join(folder, 'resource-guard'), { recursive: true });
    expect(files.filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))).toEqual([]);
    expect(files).toEqual(expect.arrayContaining(['README.md', 'LICENSE', 'package.json']));
    for (const file of files.filter((each) => /\.(js|d\.ts)$/.test(each)))
      expect(await readFile(join(folder, 'resource-guard', file), 'utf8'), file).not.toMatch(/from ['"](@rolecall|.*\.ts['"])/);
  });

  it('has types that resolve', async () => {
    await writeFile(
      join(elsewhere, 'consumer.ts'),
      `import { resourceGuard, type ResourceGuardOptions } from '@rolecall/resource-guard';
       import { connectGuard, type Middleware } from '@rolecall/resource-guard/connect';
       import { createMemoryReplays } from '@rolecall/resource-guard/dpop/replays';
       import { type AccessToken, createGuard, type GuardOptions } from '@rolecall/resource-guard/guard';
       import Fastify from 'fastify';

       const replays = createMemoryReplays({ now: Date.now });
       const options: GuardOptions = { issuer: 'i', resource: 'https://r.example', name: 'n', realm: 'r', scopes: [], dpop: { replays }, log: console };
       export const middleware: Middleware = connectGuard(options).requireScopes('a', { maxAge: 60 });
       export const subjectOf = (token: AccessToken): string => token.subject;
       export const { authorize } = createGuard(options);
       const app = Fastify();
       const plugin: ResourceGuardOptions = options;
       await app.register(resourceGuard, plugin);
       app.get('/', { onRequest: app.requireScopes('a') }, async ({ accessToken }) => accessToken.scopes.size);
       // @ts-expect-error: a number is no scope, which shows that the types are there at all.
       app.requireScopes(7);
      `,
    );
    const options = [
      '--noEmit',
      '--strict',
      '--target',
      'es2024',
      '--module',
      'nodenext',
      '--types',
      'node',
      '--skipLibCheck',
      'consumer.ts',
    ];
    await run(process.execPath, [join(REPOSITORY, 'node_modules/typescript/bin/tsc'), ...options], { cwd: elsewhere }).catch(
      ({ stdout }) => {
        throw new Error(String(stdout));
      },
    );
  });
});

describe.each(['connect.mjs', 'fastify.mjs'])('an API that is guarded with it (%s)', (example) => {
  let api: ChildProcess;
  let authorizationServer: FakeAuthorizationServer;
  afterEach(async () => {
    api.kill('SIGKILL');
    await authorizationServer.close();
  });

  it('answers 200, 401, 403 and 503 as it must', async () => {
    const resource = `http://127.0.0.1:${await freePort()}`;
    authorizationServer = await startAuthorizationServer(systemClock, resource);
    authorizationServer.metadata['introspection_endpoint'] = `${authorizationServer.issuer}/introspect`;
    authorizationServer.behave('/introspect', (response) => answer(response, 500, {}));
    const environment = { ISSUER: authorizationServer.issuer, RESOURCE: resource, CLIENT_ID: 'api', CLIENT_SECRET: 'secret' };
    api = spawn(process.execPath, [example], {
      cwd: elsewhere,
      env: { PATH: process.env['PATH'], ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(api.stdout as NonNullable<ChildProcess['stdout']>, 'data');

    const call = (headers: Record<string, string> = {}) => fetch(`${resource}/hello`, { headers });
    const bearer = (token: string) => call({ authorization: `Bearer ${token}` });
    const good = await bearer(await authorizationServer.token());
    expect([good.status, await good.text(), good.headers.get('cache-control')]).toEqual([200, 'Hello alice\n', 'no-store']);

    const anonymous = await call();
    expect(anonymous.status).toBe(401);
    const { resource_metadata: metadata = '' } = parseChallenge(anonymous);
    expect(await (await fetch(metadata)).json()).toMatchObject({ resource, authorization_servers: [authorizationServer.issuer] });
    expect((await bearer('a.b.c')).status).toBe(401);

    const weak = await bearer(await authorizationServer.token({ claims: { scope: 'other' } }));
    expect([weak.status, parseChallenge(weak)['error'], parseChallenge(weak)['scope']]).toEqual([403, 'insufficient_scope', 'notes:read']);

    const unjudged = await bearer('opaque');
    expect([unjudged.status, Number(unjudged.headers.get('retry-after')) > 0]).toEqual([503, true]);

    const key = await createProofKey();
    const token = await authorizationServer.token({ claims: { cnf: { jkt: key.jkt } } });
    const proven = { authorization: `DPoP ${token}`, dpop: await signProof(key, { clock: systemClock, htu: `${resource}/hello`, token }) };
    expect([(await call(proven)).status, (await call(proven)).status, (await bearer(token)).status]).toEqual([200, 401, 401]);
  });
});
