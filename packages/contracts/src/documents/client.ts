import * as z from 'zod';
import { errorText } from '../error-response.ts';
import { healthPaths } from './health.ts';
import type { JsonSchema } from './json-schema.ts';
import { cacheable, json, location, message, noStore, openApi, page, type Paths, queryParameters } from './openapi.ts';

/** What any authorization server may have a browser bring: the client decides what it makes of a code that it does not know. */
const response = z.object({
  state: z.string().min(1),
  iss: z.string().optional().meta({ description: 'Needed where the server’s metadata promises it (RFC 9207 §2.4).' }),
  code: z.string().min(1).optional(),
  error: errorText.optional(),
  error_description: errorText.optional(),
});

const paths: Paths = {
  '/callback': {
    get: {
      operationId: 'authorizationResponse',
      tags: ['authorization-server'],
      summary: 'A browser brings the authorization response (RFC 6749 §4.1.2, RFC 9207 §2.4).',
      description: 'Either code or error, and each parameter once. Others are ignored.',
      parameters: queryParameters(response),
      responses: {
        303: {
          description: 'To a page of this client without parameters: /notes, or /sign-in/ with how it ended.',
          headers: { ...noStore, ...location('A path of this client.') },
        },
        default: { description: 'The request cannot be understood, or answered now.', content: page },
      },
    },
  },
  '/client-metadata.json': {
    get: {
      operationId: 'clientMetadata',
      tags: ['authorization-server'],
      summary: 'What this client says of itself. There where it is reached by https; its address is its client_id.',
      responses: {
        200: { description: 'Client ID Metadata Document, §4.', headers: cacheable, content: json(message('ClientMetadataDocument')) },
      },
    },
  },
  ...healthPaths,
};

/** The sample client in OpenAPI 3.1: what an authorization server sends browsers to, and may read. */
export function clientDocument(version: string): JsonSchema {
  return openApi(
    { title: 'Sample client', description: 'What authorization servers send browsers to, and may read. Its pages are not in it.', version },
    {
      servers: [{ url: '{base}', variables: { base: { default: 'http://localhost:4002', description: 'The client’s own address.' } } }],
      paths,
    },
  );
}
