import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { freePorts } from '@rolecall/test-services/free-ports';
import { expect, it } from 'vitest';
import { npmStart } from './support/npm-start.ts';
import { startOidcProvider } from './support/oidc-provider.ts';

const ROLECALL = fileURLToPath(new URL('../../packages/cli/src/main.ts', import.meta.url));

interface Finding {
  view: string;
  check: string;
  verdict: string;
  seen: string;
}

/** What `rolecall doctor` finds, and how it ends. */
function doctor(parameters: string[], environment: NodeJS.ProcessEnv): Promise<{ code: number; findings: Finding[] }> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [ROLECALL, 'doctor', '--json', ...parameters], { env: environment }, (error, stdout) => {
      if (typeof error?.code === 'string') reject(error);
      else resolve({ code: error?.code ?? 0, findings: (JSON.parse(stdout) as { findings: Finding[] }).findings });
    });
  });
}

it("says of somebody else's authorization server (oidc-provider) with our API and our client what fits, and what does not", async () => {
  const [issuer, resource, client] = (await freePorts(3)).map((port) => `http://localhost:${port}`) as [string, string, string];
  const known = { id: 'notes-application', secret: 'a-secret-of-the-tests' };
  await startOidcProvider({ issuer, resource, redirectUri: `${client}/callback`, client: known });
  const environment = { RESOURCE: resource, BASE_URL: client, CLIENT_ID: known.id, CLIENT_SECRET: known.secret };
  const started = await npmStart(['--without', 'authorization-server', '--issuer', issuer], environment);
  await started.says('Ctrl-C stops everything');

  // The command of the banner, as it is.
  const command =
    started
      .output()
      .split('\n')
      .find((line) => line.startsWith('npx rolecall doctor ')) ?? '';
  const parameters = [...command.split(' ').slice(3), '--client-id', known.id];
  const good = await doctor(parameters, { ROLECALL_CLIENT_SECRET: known.secret });
  expect(good.findings.filter(({ verdict }) => verdict !== 'fits')).toEqual([]);
  expect(good.code).toBe(0);

  const bad = await doctor([...parameters, '--redirect-uri', `${client}/another`], { ROLECALL_CLIENT_SECRET: 'wrong' });
  expect(bad.findings.filter(({ verdict }) => verdict === 'does not fit').map(({ check }) => check)).toEqual([
    'redirect URI',
    'audience',
    'way to log in',
  ]);
  expect(bad.code).toBe(1);
});
