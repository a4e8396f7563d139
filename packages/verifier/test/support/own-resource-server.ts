import { readOptions } from '@rolecall/testing/options';
import { reservePort } from '@rolecall/testing/reserved-ports';
import { defaultSnapshotFolder } from '@rolecall/testing/snapshot-folder';
import { startRole } from '@rolecall/testing/start-role';

export interface OwnResourceServer {
  resource: string;
  close(): Promise<void>;
}

/** This project's own resource server, with any issuer. @param environment further variables */
export async function startOwnResourceServer(issuer: string, environment: Record<string, string> = {}): Promise<OwnResourceServer> {
  const port = await reservePort();
  const resource = `http://localhost:${port.port}`;
  const { close } = await startRole(
    'resource-server',
    { issuer, resource, client: 'http://localhost:4002' },
    port,
    readOptions({ environment: { resourceServer: environment } }),
    await defaultSnapshotFolder(),
  );
  return { resource, close };
}
