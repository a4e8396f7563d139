import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Result, run, runInTerminal } from './support/run.ts';
import { type Server, startServer } from './support/server.ts';

describe('rolecall', () => {
  let server: Server;
  let folder: string;
  beforeAll(async () => {
    server = await startServer();
    folder = await mkdtemp(join(tmpdir(), 'rolecall-cli-'));
  });
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const rolecall = (parameters: string[], input?: string, environment: Record<string, string> = {}): Promise<Result> =>
    run(parameters, { environment: { ROLECALL_ISSUER: server.issuer, ...environment }, ...(input !== undefined && { input }) });

  /** What the command answers as JSON. */
  async function json(parameters: string[], input?: string) {
    const { code, stdout, stderr } = await rolecall(['--json', ...parameters], input);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout === '' ? undefined : JSON.parse(stdout);
  }

  const logIn = async (client_id: string, client_secret: string): Promise<number> => {
    const body = new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret });
    return (await fetch(`${server.issuer}/token`, { method: 'POST', body })).status;
  };

  it('shows a table to people and everything to programs', async () => {
    const { code, stdout } = await rolecall(['clients', 'list']);
    expect(code).toBe(0);
    expect(stdout.split('\n')[0]).toMatch(/^CLIENT_ID +CLIENT_NAME +TOKEN_ENDPOINT_AUTH_METHOD +GRANT_TYPES +DISABLED$/);
    expect(stdout).toMatch(/^sample-service +Sample service +client_secret_basic +client_credentials +false$/m);
    const clients = await json(['clients', 'list']);
    expect(clients.find((each: { client_id: string }) => each.client_id === 'sample-service')).toMatchObject({
      scope: 'notes:read notes:write',
    });
  });

  it('takes the issuer with a slash at its end, as browsers show it', async () => {
    expect((await rolecall(['--issuer', `${server.issuer}/`, 'clients', 'list'])).code).toBe(0);
  });

  it.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
  ])('%s at a prompt ends it with a message, and nothing is changed', async (_name, key) => {
    const { code, output } = await runInTerminal(['users', 'set-password', 'usr_nobody'], key, { ROLECALL_ISSUER: server.issuer });
    expect(output).toContain('Password: ');
    expect(output).toContain('Nothing was changed: no password was typed.');
    expect(output).not.toMatch(/^\s+at |Error/m);
    expect(code).toBe(1);
  });

  it('looks after clients and their secrets', async () => {
    const options = ['--id', 'made-here', '--name', 'Made here', '--grant-type', 'client_credentials', '--scope', 'notes:read'];
    const { client_secret } = await json(['clients', 'create', ...options]);
    expect(await logIn('made-here', client_secret)).toBe(200);
    const { id, client_secret: next } = await json(['clients', 'secrets', 'add', 'made-here']);
    const listed = await json(['clients', 'secrets', 'list', 'made-here']);
    expect(listed.map((each: { id: string }) => each.id)).toContain(id);
    await json(['clients', 'secrets', 'remove', 'made-here', listed.find((each: { id: string }) => each.id !== id).id]);
    expect([await logIn('made-here', client_secret), await logIn('made-here', next)]).toEqual([401, 200]);

    expect(await json(['clients', 'update', 'made-here', '--name', 'Renamed'])).toMatchObject({
      client_name: 'Renamed',
      scope: 'notes:read',
    });
    await json(['clients', 'disable', 'made-here']);
    expect(await logIn('made-here', next)).toBe(401);
    await json(['clients', 'enable', 'made-here']);
    expect(await json(['clients', 'show', 'made-here'])).toMatchObject({ disabled: false });
    expect((await rolecall(['clients', 'remove', 'made-here'])).stdout).toBe('made-here is gone.\n');
    expect((await rolecall(['clients', 'show', 'made-here'])).code).toBe(1);
  });

  it('reads a client from a file or standard input, and options go before it', async () => {
    const document = JSON.stringify({
      client_name: 'From a file',
      redirect_uris: ['https://client.example/cb'],
      contacts: ['ops@client.example'],
    });
    const created = await json(['clients', 'create', '--file', '-', '--id', 'from-stdin', '--name', 'Named'], document);
    expect(created).toMatchObject({ client_name: 'Named', contacts: ['ops@client.example'] });
    expect((await rolecall(['clients', 'create', '--file', '-'], '[')).stderr).toMatch(/cannot be read as JSON/);
  });

  it('looks after resources', async () => {
    const saved = await json([
      'resources',
      'save',
      'https://api.example/v1',
      '--name',
      'API',
      '--scope',
      'api:use=Use it',
      '--lifetime',
      '60',
    ]);
    expect(saved).toMatchObject({
      identifier: 'https://api.example/v1',
      scopes: [{ name: 'api:use', description: 'Use it' }],
      access_token_lifetime: 60,
    });
    expect(await json(['resources', 'show', 'https://api.example/v1'])).toEqual(saved);
    expect((await rolecall(['resources', 'list'])).stdout).toContain('https://api.example/v1');
    await json(['resources', 'remove', 'https://api.example/v1']);
    expect((await rolecall(['resources', 'show', 'https://api.example/v1'])).code).toBe(1);
  });

  it('looks after users, whose passwords come from standard input', async () => {
    const added = await json(['users', 'add', 'carol', '--name', 'Carol'], 'a good long phrase\n');
    expect(added).toMatchObject({ username: 'carol', disabled: false });
    await json(['users', 'disable', 'carol']);
    expect((await rolecall(['users', 'list'])).stdout).toMatch(/carol +Carol +true$/m);
    await json(['users', 'enable', added.id]);
    expect(await json(['users', 'rename', 'carol', '--username', 'caroline'])).toMatchObject({ username: 'caroline', name: 'Carol' });
    await json(['users', 'set-password', 'caroline'], 'another good phrase');
    const short = await rolecall(['users', 'set-password', 'caroline'], 'short');
    expect({ code: short.code, stderr: short.stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/\n {2}password .*8 characters/) });
    expect((await rolecall(['users', 'set-password', 'caroline'])).stderr).toBe('There is no password on standard input.\n');
    await json(['users', 'remove', 'caroline']);
    expect((await rolecall(['users', 'remove', 'caroline'])).stderr).toBe('There is no user "caroline".\n');
  });

  it('takes no password from the arguments', async () => {
    const result = await rolecall(['users', 'add', 'dave', '--name', 'Dave', '--password', 'in everybody’s sight']);
    expect({ code: result.code, stderr: result.stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining("unknown option '--password'"),
    });
  });

  it('lists and revokes grants', async () => {
    expect((await rolecall(['grants', 'list', '--user', 'alice'])).stdout).toBe('There is nothing.\n');
    expect(await json(['grants', 'revoke', '--user', 'alice', '--client', 'sample-client'])).toEqual({ revoked: 0 });
    expect((await rolecall(['grants', 'revoke'])).code).toBe(1);
    expect((await rolecall(['grants', 'revoke', 'x', '--user', 'alice'])).code).toBe(1);
    expect((await rolecall(['grants', 'revoke', 'unknown'])).stderr).toBe('Refused: There is no such grant.\n');
  });

  it('lists and rotates keys', async () => {
    const { kid } = await json(['keys', 'rotate', 'EdDSA']);
    expect((await rolecall(['keys', 'list'])).stdout).toMatch(new RegExp(`^EdDSA +announced +\\S+ +${kid}$`, 'm'));
    expect((await rolecall(['keys', 'rotate', 'none'])).stderr).toMatch(/^Refused: The body is not valid\.\n {2}algorithm /);
  });

  it('lists audit events', async () => {
    await json(['registration-tokens', 'add', 'For the audit']);
    const [event, ...others] = await json(['audit', 'list', '--type', 'initial_access_token_added', '--limit', '1']);
    expect(event).toMatchObject({ type: 'initial_access_token_added', details: { administrator: 'rolecall-admin' } });
    expect(others).toEqual([]);
    expect((await rolecall(['audit', 'list', '--limit', 'many'])).code).toBe(1);
  });

  it('makes and removes tokens for registration', async () => {
    const { id, initial_access_token } = await json(['registration-tokens', 'add', 'For partners', '--expires-at', '2099-01-01T00:00:00Z']);
    const listed = await rolecall(['registration-tokens', 'list']);
    expect(listed.stdout).toContain('For partners');
    expect(listed.stdout).not.toContain(initial_access_token);
    await json(['registration-tokens', 'remove', id]);
    expect((await rolecall(['registration-tokens', 'list'])).stdout).not.toContain('For partners');
  });

  it('exports into a file that only its owner reads, and imports what is there without a change', async () => {
    const file = join(folder, 'configuration.json');
    expect((await rolecall(['export', file, '--users'])).code).toBe(0);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await rolecall(['export', file])).stderr).toMatch(/cannot be written/);
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ version: 1, users: expect.any(Array) });
    expect(await json(['import', file])).toEqual(['resources', 'clients', 'users'].map((what) => ({ what, added: [], changed: [] })));

    const document = JSON.parse((await rolecall(['export'])).stdout);
    document.clients[0].client_name = 'Changed by import';
    const id = document.clients[0].client_id;
    const dry = await json(['import', '-', '--dry-run'], JSON.stringify(document));
    expect(dry[1]).toEqual({ what: 'clients', added: [], changed: [id] });
    expect((await json(['clients', 'show', id])).client_name).not.toBe('Changed by import');
    await json(['import', '-'], JSON.stringify(document));
    expect((await json(['clients', 'show', id])).client_name).toBe('Changed by import');
  });

  it('names what is wrong, without a stack trace, and ends with a code that says so', async () => {
    const refused = await rolecall(['clients', 'create', '--name', 'X', '--redirect-uri', 'javascript:alert(1)']);
    expect({ code: refused.code, stdout: refused.stdout }).toEqual({ code: 1, stdout: '' });
    expect(refused.stderr).toMatch(/^Refused: The body is not valid\.\n {2}redirect_uris\.0 must be https/);
    const wrong = await rolecall(['clients', 'list'], undefined, { ROLECALL_CLIENT_SECRET: 'wrong' });
    expect({ code: wrong.code, stderr: wrong.stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/gives "rolecall-admin" no token/),
    });
    const nobody = await rolecall(['--issuer', 'http://localhost:1', 'clients', 'list']);
    expect({ code: nobody.code, stderr: nobody.stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^http:\/\/localhost:1 does not answer/),
    });
    for (const misuse of [['clients', 'show'], ['nonsense'], ['clients', 'list', '--nonsense']])
      expect((await rolecall(misuse)).code).toBe(2);
    for (const result of [refused, wrong, nobody]) expect(result.stderr).not.toMatch(/^\s+at /m);
  });

  it('sends a secret over https alone, and the well-known one to this machine alone', async () => {
    const credentials = { ROLECALL_CLIENT_ID: 'a', ROLECALL_CLIENT_SECRET: 'b' };
    expect((await rolecall(['--issuer', 'http://as.example', 'keys', 'list'], undefined, credentials)).stderr).toMatch(/is not https/);
    expect((await rolecall(['--issuer', 'https://as.invalid', 'keys', 'list'])).stderr).toMatch(/ROLECALL_CLIENT_ID/);
    expect((await rolecall(['--issuer', 'nonsense', 'keys', 'list'])).stderr).toMatch(/is not the address/);
  });

  it('shows what others have written without obeying it', async () => {
    const { stderr } = await rolecall(['clients', 'create', '--file', '-'], JSON.stringify({ client_name: 'X', '\u001b[31mred': 1 }));
    expect(stderr).toMatch(/^Refused: .*\n {2}\?\[31mred is not known here$/m);
  });

  it('explains itself without a server', async () => {
    const help = await run(['clients', 'secrets', '--help']);
    expect({ code: help.code, stderr: help.stderr }).toEqual({ code: 0, stderr: '' });
    expect(help.stdout).toMatch(/the others\s+stay valid/);
  });
});
