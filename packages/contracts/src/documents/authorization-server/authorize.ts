import { authorizationRequest } from '../../authorization-request.ts';
import { authorizationGranted, authorizationRefused } from '../../authorization-response.ts';
import { authorizationServerRoutes as routes } from '../../routes.ts';
import {
  form,
  location,
  message,
  noStore,
  type Operation,
  page,
  type Paths,
  queryParameters,
  rateLimit,
  type Response,
  retryAfter,
} from '../openapi.ts';

const optional = (parameters: ReturnType<typeof queryParameters>) => parameters.map((parameter) => ({ ...parameter, required: false }));

/** What comes back to the client: with a code, or with an error, and always with the issuer. */
const answers = {
  authorizationResponse: {
    '{$request.query.redirect_uri}': {
      get: {
        summary: 'A browser brings the authorization response (RFC 6749 §4.1.2).',
        description: 'AuthorizationGranted or AuthorizationRefused.',
        parameters: [
          ...optional(queryParameters(authorizationRefused.omit({ state: true, iss: true }))),
          ...optional(queryParameters(authorizationGranted.pick({ code: true, state: true }))),
          ...queryParameters(authorizationGranted.pick({ iss: true })),
        ],
        responses: { default: { description: 'For the client to decide.' } },
      },
    },
  },
};

const shown = (description: string, headers = {}): Response => ({ description, headers: { ...rateLimit, ...headers }, content: page });

const pages = {
  400: shown('It is not sure who asks, or where the answer may go: nobody is sent anywhere (RFC 6749 §4.1.2.1).'),
  429: shown('Too many requests.', retryAfter()),
  default: shown('It cannot be done.'),
};

const get: Operation = {
  operationId: 'authorize',
  tags: ['client'],
  summary: 'A browser brings an authorization request (RFC 6749 §3.1, §4.1.1).',
  description:
    'Before it is answered its user logs in and decides, on pages of this server. code_challenge and code_challenge_method come together. Parameters other than resource may be sent once; request and request_uri are refused.',
  parameters: queryParameters(authorizationRequest),
  responses: {
    303: {
      description: 'To a page of this server, or to the redirect URI with the authorization response.',
      headers: { ...noStore, ...rateLimit, ...location('Relative where it is a page of this server.') },
    },
    ...pages,
  },
  callbacks: answers,
};

const post: Operation = {
  operationId: 'authorizeByForm',
  tags: ['client'],
  summary: 'The same request as a form (OpenID Connect Core §3.1.2.1).',
  requestBody: form(message('AuthorizationRequest')),
  responses: {
    303: {
      description: 'To the same request in a query.',
      headers: { ...noStore, ...rateLimit, ...location('The authorization endpoint, with the request.') },
    },
    ...pages,
  },
};

export const authorizePaths: Paths = { [routes.authorize]: { get, post } };
