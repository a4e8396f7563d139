import { createServer, type Server as HttpServer } from 'node:http';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Result, run, runInTerminal } from './support/run.ts';
import { type Server, startServer } from './support/server.ts';

describe('rolecall verify', () => {
  let server: Server;
  let folder: string;
  let wrong: HttpServer;
  let wrongIssuer: string;
  beforeAll(async () => {
    server = await startServer();
    folder = await mkdtemp(join(tmpdir(), 'rolecall-verify-'));
    // Says of itself that it is somebody else.
    wrong = createServer((_request, response) =>
      response
        .setHeader('content-type', 'application/json')
        .end('{"issuer":"https://somebody-else.example","response_types_supported":["code"]}'),
    );
    await new Promise<void>((resolve) => wrong.listen(0, '127.0.0.1', resolve));
    wrongIssuer = `http://127.0.0.1:${(wrong.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    await server.stop();
    wrong.close();
    await rm(folder, { recursive: true, force: true });
  });

  const password = { ROLECALL_VERIFY_PASSWORD: 'wonderland' };
  const verify = (parameters: string[], environment: Record<string, string> = {}): Promise<Result> =>
    run(['verify', ...parameters], { environment });
  const ours = (...parameters: string[]): string[] => [
    'authorization-server',
    '--issuer',
    server.issuer,
    '--scope',
    'notes:read',
    ...parameters,
  ];

  it('says by exit code, by text and in files what it has found out', async () => {
    const files = { json: join(folder, 'deep/er/report.json'), junit: join(folder, 'report.xml'), html: join(folder, 'report.html') };
    const { code, stdout, stderr } = await verify(
      ours(
        '--user',
        'alice',
        '--only',
        'AS-CODE',
        '--skip',
        'AS-CODE-02=known, see ticket',
        ...Object.entries(files).flatMap(([name, file]) => [`--${name}`, file]),
      ),
      password,
    );
    expect(stderr).toMatch(/^\d+ checks\n$/);
    expect(stdout).toMatch(/^ {2}passed +AS-CODE-01 /m);
    expect(stdout).toMatch(/^ {2}not tried +AS-CODE-02 .*\n +left out: known, see ticket$/m);
    expect(stdout).toMatch(/\nconformant: .*\n$/);
    expect(stdout).not.toMatch(/(?!\n)\p{Cc}/u);
    expect(code).toBe(0);
    expect(JSON.parse(await readFile(files.json, 'utf8'))).toMatchObject({ version: 1, conformant: true, subject: server.issuer });
    expect(await readFile(files.junit, 'utf8')).toContain('<testsuite name="AS-CODE Authorization code grant"');
    expect(await readFile(files.html, 'utf8')).toContain('<title>conformant: ');
  });

  it('fails where something is wrong that must not be', async () => {
    const { code, stdout } = await verify(['authorization-server', '--issuer', wrongIssuer, '--only', 'AS-META']);
    expect(stdout).toMatch(/\nnot conformant: \d+ failed/);
    expect(code).toBe(1);
  });

  it.each([
    ['nobody answers', () => ['authorization-server', '--issuer', 'http://127.0.0.1:9'], 'Nothing was verified: '],
    ['there is no metadata', () => ['authorization-server', '--issuer', `${server.issuer}/nowhere`], 'there is no metadata'],
    ['nobody can log in', () => ours('--only', 'AS-CODE-03'), ''],
    ['there is no such requirement', () => ours('--only', 'AS-CODE,AS-CDOE'), 'AS-CDOE'],
    ['one is left out without a reason', () => ours('--skip', 'AS-CODE-02'), 'ID=REASON'],
    ['there is no such profile', () => ours('--profile', 'saml'), 'saml'],
    ['no issuer is said', () => ['authorization-server'], '--issuer'],
    ['nothing is said', () => [], 'Usage:'],
    ['there is no such browser', () => ours('--browser', 'mosaic'), 'mosaic'],
    ['an API has no issuer', () => ['resource-server', '--resource', server.issuer], 'say where tokens come from'],
    ['an operation is none', () => ['resource-server', '--resource', server.issuer, '--operation', 'GET'], 'a method and an address'],
    [
      'nobody is at a client’s address',
      () => ['client', '--start-url', 'http://127.0.0.1:9/', '--issuer', 'http://localhost:0'],
      'Nothing was verified: ',
    ],
    ['there is no such role', () => ['--list', 'browser'], 'browser'],
    ['the clients are not to be read', () => ours('--clients', '/nowhere.json'), '/nowhere.json'],
    ['there is no initial access token', () => ours('--initial-access-token-from-env'), 'ROLECALL_VERIFY_INITIAL_ACCESS_TOKEN is not set'],
    ['there is no password', () => ours('--user', 'alice'), 'There is no password on standard input'],
    ['a report cannot be written', () => ours('--only', 'AS-META-01', '--json', '/dev/null/report.json'), 'could not be written'],
  ])('has an exit code of its own where %s', async (_name, parameters, message) => {
    const { code, stderr } = await verify(parameters());
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(code).toBe(2);
  });

  it('does not repeat what is in a file of clients that is wrong', async () => {
    const file = join(folder, 'clients.json');
    await writeFile(file, JSON.stringify({ web: { client_id: 'web', client_secret: 'a secret of some length', 'another secret': 1 } }));
    const { stderr, stdout } = await verify(ours('--clients', file));
    expect(stderr).toContain('web.token_endpoint_auth_method');
    expect(stdout + stderr).not.toContain('secret of some');
  });

  it('asks for the password once, without showing it', async () => {
    const typed = await runInTerminal(['verify', ...ours('--user', 'alice', '--only', 'AS-CODE-01')], 'wonderland\r', {});
    expect(typed.output).toContain('Password: ');
    expect(typed.output).not.toContain('wonderland');
    expect(typed.output).toContain('conformant');
    expect(typed.code).toBe(0);
  });

  it('lists what is tried and what cannot be seen', async () => {
    const { code, stdout } = await verify(['--list', 'authorization-server']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}AS-CODE-02 {2}.*\n {6}tried: .*a code that was never issued/m);
    expect(stdout).toContain('not tried: ');
  });

  it.each([
    ['resource-server', 'RS-TOK-01'],
    ['client', 'C-CB-01'],
  ])('lists those of a %s', async (role, id) => {
    expect((await verify(['--list', role])).stdout).toContain(`  ${id}  `);
  });

  it('verifies an API, with tokens of its authorization server', async () => {
    const api = createServer((request, response) => {
      const { authorization = '' } = request.headers;
      // Looks at nothing but whether there is something.
      if (authorization === '') return response.writeHead(401, { 'www-authenticate': 'Bearer' }).end();
      return response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
    await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
    const address = `http://127.0.0.1:${(api.address() as AddressInfo).port}/`;
    try {
      const { code, stdout } = await verify([
        'resource-server',
        '--resource',
        address,
        '--play-issuer',
        'http://localhost:0',
        '--only',
        'RS-TOK,RS-JWT',
      ]);
      expect(stdout).toMatch(/^ {2}passed +RS-TOK-01 /m);
      expect(stdout).toMatch(/^ {2}failed +RS-JWT-/m);
      expect(code).toBe(1);
    } finally {
      api.closeAllConnections();
      api.close();
    }
  });

  it('keeps the others’ options as they were', async () => {
    expect(JSON.parse((await run(['clients', 'list', '--json', '--issuer', server.issuer])).stdout)).toBeInstanceOf(Array);
  });
});
