import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '@rolecall/test-services/free-ports';

const SERVER = fileURLToPath(new URL('../../../../apps/authorization-server/src/main.ts', import.meta.url));

export interface Server {
  issuer: string;
  stop(): Promise<void>;
}

/** The authorization server itself as a process of its own, with the development seeds, on embedded stores. */
export async function startServer(): Promise<Server> {
  const port = await freePort();
  const issuer = `http://localhost:${port}`;
  const dataDirectory = await mkdtemp(join(tmpdir(), 'rolecall-cli-'));
  const child = spawn(process.execPath, [SERVER], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { PATH: process.env['PATH'], PORT: String(port), ISSUER: issuer, DATA_DIR: dataDirectory, LOG_LEVEL: 'warn' },
  });
  let problems = '';
  child.stderr?.on('data', (chunk) => (problems += String(chunk)));
  const ended = once(child, 'close');
  await Promise.race([once(child, 'message'), ended.then(() => Promise.reject(new Error(problems)))]);
  return {
    issuer,
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}
