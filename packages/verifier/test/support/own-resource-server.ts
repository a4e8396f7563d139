import { MIGRATIONS } from '@rolecall/resource-server/open-stores';
import { start } from '@rolecall/resource-server/start';
import { migratedDatabase } from '@rolecall/storage/migrated-database';
import { reservePort } from '@rolecall/testing/reserved-ports';

export interface OwnResourceServer {
  resource: string;
  close(): Promise<void>;
}

/** This project's own resource server, with any issuer. */
export async function startOwnResourceServer(issuer: string, environment: Record<string, string> = {}): Promise<OwnResourceServer> {
  const { port, release } = await reservePort();
  const resource = `http://localhost:${port}`;
  const { app, host } = await start(
    { NODE_ENV: 'test', HOST: 'localhost', PORT: String(port), ISSUER: issuer, RESOURCE: resource, LOG_LEVEL: 'silent', ...environment },
    { database: { kind: 'embedded', directory: 'memory://', loadDataDir: await migratedDatabase(MIGRATIONS, undefined) } },
  );
  await release();
  await app.listen({ host, port });
  return { resource, close: () => app.close() };
}
