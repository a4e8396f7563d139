import { endpointErrors } from '../../error-codes.ts';
import { authorizationServerRoutes as routes } from '../../routes.ts';
import { challenge, json, message, noStore, type Operation, type Paths, rateLimit, type Response } from '../openapi.ts';
import { refusals } from './refusals.ts';

const headers = { ...noStore, ...rateLimit };
const tokenAsked = { 401: challenge('^Bearer realm="registration"(, error="invalid_token")?$', 'RFC 6750 §3.', true) };

const managed = refusals('RegistrationManagementError', endpointErrors.manageRegistration, {
  statuses: { access_denied: 403 },
  headers: tokenAsked,
});
const told = (description: string): Response => ({ description, headers, content: json(message('ClientInformation')) });

const manage = (
  operationId: string,
  summary: string,
  own: Pick<Operation, 'requestBody'>,
  success: Record<string, Response>,
): Operation => ({
  operationId,
  tags: ['client'],
  summary,
  security: [{ registrationAccessToken: [] }],
  ...own,
  responses: { ...success, ...managed },
});

export const registrationPaths: Paths = {
  [routes.register]: {
    post: {
      operationId: 'register',
      tags: ['client'],
      summary: 'Register a client (RFC 7591). Not there where registration is off.',
      description: 'Members that are null count as left out. Without an initial access token where registration is open.',
      security: [{ initialAccessToken: [] }, {}],
      requestBody: { required: true, content: json(message('ClientMetadata')) },
      responses: {
        201: told('RFC 7591 §3.2.1.'),
        ...refusals('RegistrationError', endpointErrors.register, { headers: tokenAsked }),
      },
    },
  },
  [`${routes.register}/{client_id}`]: {
    get: manage('readRegistration', 'What is registered (RFC 7592 §2.1).', {}, { 200: told('RFC 7592 §3.') }),
    put: manage(
      'replaceRegistration',
      'Replace what is registered (RFC 7592 §2.2).',
      { requestBody: { required: true, content: json(message('ClientUpdate')) } },
      { 200: told('RFC 7592 §3.') },
    ),
    delete: manage(
      'removeRegistration',
      'Remove the client, with all that was issued to it (RFC 7592 §2.3).',
      {},
      { 204: { description: 'It is gone.', headers } },
    ),
  },
};
