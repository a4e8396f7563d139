import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { decodeJwt } from 'jose';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type EcosystemOptions, startEcosystem } from '../src/start-ecosystem.ts';

const run = promisify(execFile);

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rolecall-testing-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

const answers = (address: string): Promise<boolean> =>
  fetch(`${address}/health/live`).then(
    async (response) => (await response.text()) !== '',
    () => false,
  );

describe('an ecosystem', () => {
  it('ends with its close, and leaves nothing that keeps a process alive', async () => {
    const file = fileURLToPath(new URL('./fixtures/start-and-close.ts', import.meta.url));
    const { stdout } = await run(process.execPath, [file], { timeout: 50_000 });
    expect(stdout).toBe('200 {"notes":[]}\nclosed\n');
  });

  it('is gone after its close, which may be called twice', async () => {
    const ecosystem = await startEcosystem();
    const addresses = [ecosystem.issuer, ecosystem.resource, ecosystem.client];
    expect(await Promise.all(addresses.map(answers))).toEqual([true, true, true]);
    await ecosystem.close();
    await ecosystem.close();
    expect(await Promise.all(addresses.map(answers))).toEqual([false, false, false]);
  });

  it('shares nothing with another one that runs at the same time', async () => {
    const [one, other] = await Promise.all([
      startEcosystem({ users: [{ username: 'carol', password: 'of-one' }] }),
      startEcosystem({ users: [{ username: 'dave', password: 'of-other' }] }),
    ]);
    onTestFinished(async () => void (await Promise.all([one.close(), other.close()])));
    expect(new Set([one, other].flatMap(({ issuer, resource, client }) => [issuer, resource, client])).size).toBe(6);
    one.clock.advance(3_600);
    await one.faults.authorizationServer.activate('expired-token', { count: 5 });

    const [ofOne, ofOther] = await Promise.all([one.tokenFor('carol'), other.tokenFor('dave')]);
    await expect(other.tokenFor('carol')).rejects.toMatchObject({ code: 'unknown_user' });
    expect(decodeJwt(ofOther)).toMatchObject({ iss: other.issuer, aud: other.resource });
    expect(decodeJwt(ofOther).exp).toBeGreaterThan(Date.now() / 1000);
    const call = async ({ resource }: { resource: string }, token: string) =>
      (await fetch(`${resource}/notes`, { headers: { authorization: `Bearer ${token}` } })).status;
    expect([await call(one, ofOne), await call(one, ofOther), await call(other, ofOther)]).toEqual([401, 401, 200]);
    expect(JSON.stringify(other.exchanges({ secrets: true }))).not.toContain('of-one');
  });

  it('can be the authorization server alone, with your own addresses in its seeds', async () => {
    await using ecosystem = await startEcosystem({
      roles: ['authorization-server'],
      addresses: { resource: 'http://localhost:3000', client: 'http://localhost:3001' },
    });
    expect([ecosystem.resource, ecosystem.client]).toEqual(['http://localhost:3000', 'http://localhost:3001']);
    expect(decodeJwt(await ecosystem.tokenFor('alice'))).toMatchObject({ aud: 'http://localhost:3000' });
    expect(() => ecosystem.faults.resourceServer).toThrow(expect.objectContaining({ code: 'role_not_started' }) as Error);
  });

  it('leaves out the role that an address replaces', async () => {
    await using ecosystem = await startEcosystem({ addresses: { resource: 'http://localhost:3000' } });
    expect(await answers(ecosystem.client)).toBe(true);
    expect(() => ecosystem.faults.resourceServer).toThrow('does not run here');
  });

  it('takes what is added later, and refuses what an administrator could not add', async () => {
    await using ecosystem = await startEcosystem({ roles: ['authorization-server'] });
    await ecosystem.add({
      clients: [{ client_id: 'late', client_secret: 'any', redirect_uris: ['http://localhost:3000/cb'], scope: 'tea' }],
      resources: [{ identifier: 'http://localhost:3000', scopes: [{ name: 'tea', description: 'Make tea' }] }],
    });
    const { scope } = await ecosystem.tokensFor('alice', { client: 'late', scope: 'tea', resource: 'http://localhost:3000' });
    expect(scope).toBe('tea');
    const wrong = { client_id: 'late', client_secret: 'any', redirect_uris: ['http://somewhere.example/cb'] };
    await expect(ecosystem.add({ clients: [wrong] })).rejects.toMatchObject({
      code: 'addition_refused',
      message: expect.stringMatching(/redirect_uris.*must be https/) as string,
    });
    await expect(ecosystem.add({ clients: [{ client_id: 'secretless' }] })).rejects.toMatchObject({ code: 'invalid_options' });
  });

  it('gives each role further environment variables', async () => {
    await using ecosystem = await startEcosystem({
      roles: ['authorization-server'],
      environment: { authorizationServer: { ACCESS_TOKEN_LIFETIME: '30' } },
    });
    expect(await ecosystem.tokensFor(undefined)).toMatchObject({ expires_in: 30 });
  });

  it('keeps what is written in a folder, where there is one', async () => {
    const folder = await temporaryFolder();
    let notes: string;
    // Whose notes they are is said by the issuer, too: both have to be where they were.
    const ports = { authorizationServer: 0, resourceServer: 0 };
    {
      await using first = await startEcosystem({ folder });
      notes = `${first.resource}/notes`;
      ports.authorizationServer = Number(new URL(first.issuer).port);
      ports.resourceServer = Number(new URL(first.resource).port);
      const headers = { authorization: `Bearer ${await first.tokenFor('alice')}`, 'content-type': 'application/json' };
      expect((await fetch(notes, { method: 'POST', headers, body: '{"title":"Kept"}' })).status).toBe(201);
    }
    await using second = await startEcosystem({ folder, ports });
    const answer = await fetch(notes, { headers: { authorization: `Bearer ${await second.tokenFor('alice')}` } });
    expect(await answer.json()).toMatchObject({ notes: [{ title: 'Kept' }] });
  });

  it('keeps empty databases where it is told to, for the next start', async () => {
    const snapshotFolder = await temporaryFolder();
    for (let starts = 0; starts < 2; starts += 1) {
      await using ecosystem = await startEcosystem({ snapshotFolder, roles: ['authorization-server'] });
      expect(await ecosystem.tokenFor('alice')).toMatch(/^ey/);
      expect(await readdir(snapshotFolder)).toHaveLength(1);
    }
  });
});

describe('what prevents a start', () => {
  const failure = (options: unknown) =>
    startEcosystem(options as EcosystemOptions).then(
      (ecosystem) => ecosystem.close(),
      (error: unknown) => error,
    );

  it('a port that is taken is an error that says what to do, and nothing goes on running', async () => {
    const server = createServer().listen(0, 'localhost');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as { port: number };
    expect(await failure({ ports: { resourceServer: port } })).toMatchObject({
      code: 'port_taken',
      message: `port ${port}, where the resource-server is to listen, is taken: say another in ports.resourceServer, or none for a free one`,
    });
  });

  it('a variable that a role does not take is named', async () => {
    expect(await failure({ environment: { authorizationServer: { ACCESS_TOKEN_LIFETIME: 'long' } } })).toMatchObject({
      code: 'cannot_start',
      message: expect.stringMatching(/authorization-server cannot start: ACCESS_TOKEN_LIFETIME must be/) as string,
    });
  });

  it.each([
    [{ rôles: [] }, /rôles/],
    [{ roles: ['client'] }, /roles must have authorization-server/],
    [{ roles: ['authorization-server', 'client'], addresses: { client: 'http://localhost:3000' } }, /addresses.client is for your own/],
    [{ ports: { client: 70_000 } }, /ports.client/],
    [{ environment: { client: { PORT: '1' } } }, /environment.client.PORT is the kit's to set; say it in ports/],
    [{ users: [{ username: 'carol' }] }, /users.0.password/],
    [{ addresses: { resource: 'not an address' } }, /addresses.resource must be an http or https address/],
  ])('options that make no sense are refused by name: %j', async (options, message) => {
    expect(await failure(options)).toMatchObject({ code: 'invalid_options', message: expect.stringMatching(message) as string });
  });
});
