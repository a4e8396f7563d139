import { isLoopback } from '@rolecall/service-kit/config';
import type { FastifyInstance } from 'fastify';

export const METADATA_DOCUMENT_PATH = '/client-metadata.json';

const CACHE_SECONDS = 3_600;

/** What this client says of itself, however it becomes known (RFC 7591 §2). */
export function clientMetadata(baseUrl: string) {
  return {
    client_name: 'Sample client',
    client_uri: baseUrl,
    redirect_uris: [`${baseUrl}/callback`],
    response_types: ['code'],
    grant_types: ['authorization_code', 'refresh_token'],
    // On a developer's machine its redirect URI is a loopback address, and only native applications may have those.
    application_type: isLoopback(baseUrl) ? 'native' : 'web',
  };
}

/** This client's metadata document: its id is the document's address. Anybody may read it; there is no secret in it, and none goes with it. */
function metadataDocument(baseUrl: string) {
  return { client_id: baseUrl + METADATA_DOCUMENT_PATH, ...clientMetadata(baseUrl), token_endpoint_auth_method: 'none' };
}

/** Adds the document, for a client that is reached by https: authorization servers take no others. */
export function registerMetadataDocument(app: FastifyInstance, baseUrl: string): void {
  app.get(METADATA_DOCUMENT_PATH, async (_request, reply) =>
    reply.header('cache-control', `public, max-age=${CACHE_SECONDS}`).send(metadataDocument(baseUrl)),
  );
}
