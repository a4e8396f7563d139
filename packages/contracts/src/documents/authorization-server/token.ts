import { endpointErrors, type OAuthErrorCode } from '../../error-codes.ts';
import { INTROSPECTION_JWT_TYPE } from '../../introspection.ts';
import { authorizationServerRoutes as routes } from '../../routes.ts';
import { challenge, form, json, jwt, message, noStore, type Operation, type Paths, rateLimit } from '../openapi.ts';
import { refusals } from './refusals.ts';

/** By `Authorization`, or by what the form says. */
const client = [{ clientSecretBasic: [] }, {}];

const withAuthentication = (name: string) => form({ allOf: [message(name), message('ClientAuthentication')] });

/** Whoever authenticates wrongly too often waits. */
const limited: OAuthErrorCode[] = ['temporarily_unavailable', 'invalid_request'];
const basicAsked = challenge('^Basic realm="[^"]*", charset="UTF-8"$', 'Where the client came with Authorization (RFC 6749 §5.2).', false);
const headers = { ...noStore, ...rateLimit };

const token: Operation = {
  operationId: 'token',
  tags: ['client'],
  summary: 'Get an access token (RFC 6749 §3.2).',
  description: 'Parameters other than resource may be sent once. Client credentials in the query are refused.',
  security: client,
  requestBody: withAuthentication('TokenRequest'),
  responses: {
    200: { description: 'RFC 6749 §5.1.', headers, content: json(message('TokenResponse')) },
    ...refusals('TokenError', endpointErrors.token, { headers: { 401: basicAsked }, limited }),
  },
};

const revoke: Operation = {
  operationId: 'revoke',
  tags: ['client'],
  summary: 'Give a token back (RFC 7009).',
  security: client,
  requestBody: withAuthentication('RevocationRequest'),
  responses: {
    200: { description: 'The token is dead, whether it lived before or not.', headers },
    ...refusals('RevocationError', endpointErrors.revoke, { headers: { 401: basicAsked }, limited }),
  },
};

const asked = refusals('IntrospectionError', endpointErrors.introspect, { headers: { 401: basicAsked }, limited });
const asJwt = refusals('IntrospectionError', endpointErrors.introspect, { statuses: { invalid_client: 400 }, limited });

const introspect: Operation = {
  operationId: 'introspect',
  tags: ['resource-server'],
  summary: 'What is this token, and is it alive? (RFC 7662)',
  description: `The caller has to authenticate. With Accept: application/${INTROSPECTION_JWT_TYPE} the answer is signed (RFC 9701), and invalid_client comes with 400.`,
  security: client,
  parameters: [{ name: 'Accept', in: 'header', required: false, schema: { type: 'string' } }],
  requestBody: withAuthentication('IntrospectionRequest'),
  responses: {
    200: {
      description: 'RFC 7662 §2.2.',
      headers,
      content: {
        ...json(message('IntrospectionResponse')),
        ...jwt(INTROSPECTION_JWT_TYPE, 'IntrospectionJwtHeader, IntrospectionJwtClaims'),
      },
    },
    ...asked,
    ...(asJwt['400'] && { 400: asJwt['400'] }),
  },
};

export const tokenPaths: Paths = {
  [routes.token]: { post: token },
  [routes.revoke]: { post: revoke },
  [routes.introspect]: { post: introspect },
};
