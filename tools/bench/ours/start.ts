import { fileURLToPath } from 'node:url';
import { freePort } from '@rolecall/test-services/free-ports';
import { startPinned } from '../processes.ts';
import type { Stage, Target } from '../stage.ts';
import { logIn } from './login.ts';

const MAIN = fileURLToPath(new URL('../../../apps/authorization-server/src/main.ts', import.meta.url));

/** Starts our authorization server as in production, and logs every user in. */
export async function startOurs(
  stores: { databaseUrl: string; redisUrl: string; keyEncryptionKey: string },
  stage: Stage,
  nodeOptions: string[] = [],
): Promise<Target> {
  const port = await freePort();
  const { pid, ask, stop } = await startPinned(
    MAIN,
    {
      HOST: '127.0.0.1',
      PORT: String(port),
      ISSUER: stage.issuer,
      DATABASE_URL: stores.databaseUrl,
      REDIS_URL: stores.redisUrl,
      KEY_ENCRYPTION_KEY: stores.keyEncryptionKey,
      TRUSTED_PROXIES: 'loopback',
      LOG_LEVEL: 'info',
      LOG_FORMAT: 'json',
    },
    nodeOptions,
  );
  const origin = `http://127.0.0.1:${port}`;
  const cookies: string[] = [];
  // One after the other: the server takes only so many passwords at once.
  for (const [index, client] of stage.webClients.entries())
    cookies.push(await logIn(origin, client.id, stage.users[index] as string, index));
  return { name: 'ours', origin, pid, cookies, ask, stop };
}
