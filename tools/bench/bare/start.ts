import { fileURLToPath } from 'node:url';
import { freePort } from '@rolecall/test-services/free-ports';
import { startPinned } from '../processes.ts';
import type { Target } from '../stage.ts';

const SERVE = fileURLToPath(new URL('./serve.ts', import.meta.url));

/** Starts the server that does only what cannot be left out. */
export async function startBare(redisUrl: string, nodeOptions: string[] = []): Promise<Target> {
  const port = await freePort();
  const { pid, greeting, ask, stop } = await startPinned(SERVE, { PORT: String(port), REDIS_URL: redisUrl }, nodeOptions);
  return { name: 'bare', origin: `http://127.0.0.1:${port}`, pid, cookies: greeting as string[], ask, stop };
}
