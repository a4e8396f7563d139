import { resourceServerRoutes } from '@rolecall/contracts/routes';

/**
 * Where the metadata of a protected resource is (RFC 9728 §3.1): the well-known path comes between the host and the resource's own path.
 *
 * @returns the path that this server answers on, and the whole address, for challenges.
 */
export function metadataAddress(resource: string): { path: string; url: string } {
  const { origin } = new URL(resource);
  const path = `${resourceServerRoutes.metadata}${resourcePath(resource)}`;
  return { path, url: `${origin}${path}` };
}

/** The path of a resource's identifier, empty where it has none. */
export function resourcePath(resource: string): string {
  return new URL(resource).pathname.replace(/\/$/, '');
}
