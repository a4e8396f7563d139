import { acceptOnlyJson } from '@rolecall/service-kit/json-body';
import type { FastifyInstance } from 'fastify';
import type { FindToken } from '../token/find-token.ts';
import { adminResource, ensureAdminResource, registerAdminResourceMetadata } from './admin-resource.ts';
import type { Administration } from './administration.ts';
import { auditOperations } from './audit-events.ts';
import { clientOperations } from './clients/clients.ts';
import { secretOperations } from './clients/secrets.ts';
import { configurationOperations } from './configuration/configuration.ts';
import { createAdminErrorHandler } from './error-handler.ts';
import { grantOperations } from './grants.ts';
import { initialAccessTokenOperations } from './initial-access-tokens.ts';
import { keyOperations } from './keys.ts';
import { type OpenApiDocument, openApiDocument } from './openapi.ts';
import { registerOperation } from './operation.ts';
import { referenceView } from './reference.ts';
import { requireAdministrator } from './require-administrator.ts';
import { resourceOperations } from './resources.ts';
import { userOperations } from './users.ts';

/** The administration: a JSON API below `<issuer>/admin`, for clients that this server itself has given a token for it. */
export async function registerAdministration(
  app: FastifyInstance,
  options: Administration & { findToken: FindToken; basePath: string },
): Promise<void> {
  const { identifier, metadataUrl } = adminResource(options.issuer);
  await ensureAdminResource(options.stores.resources, identifier);
  registerAdminResourceMetadata(app, options.issuer);

  const operations = [
    clientOperations,
    secretOperations,
    initialAccessTokenOperations,
    resourceOperations,
    userOperations,
    grantOperations,
    keyOperations,
    auditOperations,
    configurationOperations,
  ].flatMap((collection) => collection(options));
  await app.register(
    async (api) => {
      acceptOnlyJson(api);
      api.setErrorHandler(createAdminErrorHandler(metadataUrl));
      requireAdministrator(api, { findToken: options.findToken, clients: options.stores.clients, resource: identifier });
      for (const each of operations) registerOperation(api, each);
    },
    { prefix: `${options.basePath}/admin` },
  );
  registerReference(app, openApiDocument(operations, { issuer: options.issuer, resource: identifier }), `${options.basePath}/admin`);
}

/** What the API is like is no secret: for everybody, as a document and as a page. */
function registerReference(app: FastifyInstance, document: OpenApiDocument, prefix: string): void {
  const documentPath = `${prefix}/openapi.json`;
  const body = referenceView(document, documentPath);
  app.get(documentPath, async (_request, reply) => reply.header('cache-control', 'public, max-age=300').send(document));
  app.get(`${prefix}/reference`, { config: { errors: 'page' } }, async (_request, reply) =>
    reply.page({ title: 'Administration, a reference', body, width: 'wide' }),
  );
}
