import { endpointErrors } from '../../error-codes.ts';
import { revocationsSince, REVOCATIONS_TYPE } from '../../revocations.ts';
import { authorizationServerRoutes as routes } from '../../routes.ts';
import { schemaOf } from '../json-schema.ts';
import { cacheable, json, jwt, message, noStore, type Paths, rateLimit, type Response } from '../openapi.ts';
import { refusals } from './refusals.ts';

const refused: Response = { description: 'Refused.', headers: noStore, content: json(message('ErrorResponse')) };
const everybody = ['client', 'resource-server'];

/** What the server tells everybody. */
export const publishedPaths: Paths = {
  [routes.metadata]: {
    get: {
      operationId: 'metadata',
      tags: everybody,
      summary: 'What this server is and offers (RFC 8414).',
      description: 'The path of an issuer that has one comes after this one; before all others.',
      responses: {
        200: { description: 'RFC 8414 §3.2.', headers: cacheable, content: json(message('AuthorizationServerMetadata')) },
        default: refused,
      },
    },
  },
  [routes.jwks]: {
    get: {
      operationId: 'jwks',
      tags: everybody,
      summary: 'The public keys (RFC 7517 §5).',
      responses: {
        200: { description: 'RFC 7517 §5.', headers: cacheable, content: json(message('JsonWebKeySet')) },
        default: refused,
      },
    },
  },
  [routes.revocations]: {
    get: {
      operationId: 'revocations',
      tags: ['resource-server'],
      summary: 'What was revoked, signed.',
      parameters: [
        { name: 'since', in: 'query', required: false, description: 'Seconds since the epoch.', schema: schemaOf(revocationsSince) },
      ],
      responses: {
        200: {
          description: 'All that was revoked since then, and perhaps somewhat more.',
          headers: { ...noStore, ...rateLimit },
          content: jwt(REVOCATIONS_TYPE, 'RevocationsHeader, RevocationsClaims'),
        },
        ...refusals('RevocationsError', endpointErrors.revocations),
      },
    },
  },
};
