import { authorizePaths } from './authorization-server/authorize.ts';
import { publishedPaths } from './authorization-server/published.ts';
import { registrationPaths } from './authorization-server/registration.ts';
import { tokenPaths } from './authorization-server/token.ts';
import { healthPaths } from './health.ts';
import type { JsonSchema } from './json-schema.ts';
import { openApi } from './openapi.ts';

/** The authorization server in OpenAPI 3.1: what clients and resource servers call. */
export function authorizationServerDocument(version: string): JsonSchema {
  return openApi(
    {
      title: 'Authorization server',
      description: 'What clients and resource servers call. Pages for people, and the administration, are not in it.',
      version,
    },
    {
      externalDocs: { url: 'http://localhost:4000/admin/openapi.json', description: 'The administration, by its own document.' },
      servers: [{ url: '{issuer}', variables: { issuer: { default: 'http://localhost:4000', description: 'The issuer identifier.' } } }],
      paths: { ...publishedPaths, ...authorizePaths, ...tokenPaths, ...registrationPaths, ...healthPaths },
      securitySchemes: {
        clientSecretBasic: { type: 'http', scheme: 'basic', description: 'client_id and secret, each form-encoded (RFC 6749 §2.3.1).' },
        initialAccessToken: { type: 'http', scheme: 'bearer', description: 'From an administrator (RFC 7591 §3).' },
        registrationAccessToken: { type: 'http', scheme: 'bearer', description: 'From the registration (RFC 7592 §2).' },
      },
    },
  );
}
