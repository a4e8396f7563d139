import type { ProtectedResourceMetadata } from '@rolecall/contracts/protected-resource-metadata';
import { resourceServerRoutes } from '@rolecall/contracts/routes';
import type { FastifyInstance } from 'fastify';
import type { ResourceStore } from '../stores/types.ts';
import { adminScopes } from './scopes.ts';

const MAX_AGE_SECONDS = 300;
const NAME = 'Administration';

/** The administration as a protected resource: its identifier, and where its metadata is (RFC 9728 §3.1). */
export function adminResource(issuer: string): { identifier: string; metadataPath: string; metadataUrl: string } {
  const identifier = `${issuer}/admin`;
  const { origin, pathname } = new URL(identifier);
  const metadataPath = resourceServerRoutes.metadata + pathname;
  return { identifier, metadataPath, metadataUrl: origin + metadataPath };
}

/** Does this name the administration, however it is written? Scheme and host mean the same in any case, a default port the same as none (RFC 3986 §6.2). */
export function namesAdministration(identifier: string, issuer: string): boolean {
  return URL.canParse(identifier) && new URL(identifier).href === new URL(adminResource(issuer).identifier).href;
}

/** Makes the administration known as a resource, so that there can be tokens for it. What is there already stays, unless scopes have been added since. */
export async function ensureAdminResource(resources: ResourceStore, identifier: string): Promise<void> {
  const found = (await resources.list()).find((resource) => resource.identifier === identifier);
  const scopes = Object.entries(adminScopes).map(([name, description]) => ({ name, description }));
  if (found !== undefined && scopes.every(({ name }) => found.scopes.some((scope) => scope.name === name))) return;
  await resources.save({
    identifier,
    name: NAME,
    scopes,
    accessTokenFormat: 'jwt',
    signingAlgorithm: 'ES256',
    isDefault: false,
    resourceServers: [],
  });
}

/** Says what the administration is as a resource, to everybody (RFC 9728 §2). */
export function registerAdminResourceMetadata(app: FastifyInstance, issuer: string): void {
  const { identifier, metadataPath } = adminResource(issuer);
  const metadata: ProtectedResourceMetadata = {
    resource: identifier,
    authorization_servers: [issuer],
    scopes_supported: Object.keys(adminScopes),
    bearer_methods_supported: ['header'],
    resource_name: NAME,
  };
  app.get(metadataPath, async (_request, reply) => reply.header('cache-control', `public, max-age=${MAX_AGE_SECONDS}`).send(metadata));
}
