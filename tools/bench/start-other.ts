import { fileURLToPath } from 'node:url';
import { freePort } from '@rolecall/test-services/free-ports';
import { startPinned } from './processes.ts';
import type { Target } from './stage.ts';

/** Starts a server that ours is compared with: oidc-provider (`peer/serve.ts`), or the one that does only what cannot be left out (`bare/serve.ts`). */
export async function startOther(name: 'peer' | 'bare', redisUrl: string, nodeOptions: string[] = []): Promise<Target> {
  const port = await freePort();
  const program = fileURLToPath(new URL(`./${name}/serve.ts`, import.meta.url));
  const { pid, greeting, ask, stop } = await startPinned(program, { PORT: String(port), REDIS_URL: redisUrl }, nodeOptions);
  return { name, origin: `http://127.0.0.1:${port}`, pid, cookies: greeting as string[], ask, stop };
}
