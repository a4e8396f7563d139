import { authorizationServerRoutes } from '@rolecall/contracts/routes';
import type { FastifyInstance } from 'fastify';
import { OAuthError } from '../oauth-error.ts';
import { formOf, parameter } from '../parameters.ts';
import type { AuthenticateClient } from './client-authentication.ts';
import type { GrantHandler } from './grants/grant.ts';

/**
 * `POST /token` (RFC 6749 §3.2). The phases that are the same for all grants: form, client authentication, may this client use this grant; then the grant.
 *
 * @param grants the handler of each grant type: what is in here is what is supported.
 */
export function registerTokenRoute(
  app: FastifyInstance,
  authenticateClient: AuthenticateClient,
  grants: ReadonlyMap<string, GrantHandler>,
): void {
  app.post(authorizationServerRoutes.token, { config: { limit: 'token' } }, async (request, reply) => {
    const client = await authenticateClient(request);
    const form = formOf(request.body);
    const grantType = parameter(form, 'grant_type');
    if (grantType === undefined) throw new OAuthError('invalid_request', 'grant_type is missing.');
    const grant = grants.get(grantType);
    if (grant === undefined) throw new OAuthError('unsupported_grant_type', 'This grant type is not supported.');
    if (!client.grantTypes.includes(grantType)) throw new OAuthError('unauthorized_client', 'This client may not use this grant type.');
    const response = await grant({ client, form, request });
    return reply.header('cache-control', 'no-store').send(response);
  });
}
