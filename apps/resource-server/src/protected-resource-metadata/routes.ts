import type { ProtectedResourceMetadata } from '@rolecall/contracts/protected-resource-metadata';
import { notesScopes } from '@rolecall/contracts/scope';
import type { FastifyInstance } from 'fastify';
import { metadataAddress } from './address.ts';

const CACHE_SECONDS = 300;

/**
 * Says what this resource is and who issues tokens for it (RFC 9728 §2), to everybody.
 * One document for the whole API, at the place that its identifier leads to: a client that is given the identifier finds it without a challenge.
 */
export function registerProtectedResourceMetadata(app: FastifyInstance, { resource, issuer }: { resource: string; issuer: string }): void {
  const metadata: ProtectedResourceMetadata = {
    resource,
    authorization_servers: [issuer],
    scopes_supported: Object.keys(notesScopes),
    bearer_methods_supported: ['header'],
    resource_name: 'Rolecall Notes',
  };
  app.get(metadataAddress(resource).path, async (_request, reply) =>
    reply.header('cache-control', `public, max-age=${CACHE_SECONDS}`).send(metadata),
  );
}
