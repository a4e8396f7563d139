import { INTROSPECTION_JWT_TYPE, tokenInQuestion, type IntrospectionResponse } from '@rolecall/contracts/introspection';
import { authorizationServerRoutes } from '@rolecall/contracts/routes';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { OAuthError } from '../oauth-error.ts';
import { formOf, readMessage } from '../parameters.ts';
import { everyScope } from '../resources/choose-audience.ts';
import type { Client } from '../stores/types.ts';
import type { AuthenticateClient } from '../token/client-authentication.ts';
import type { FindToken } from '../token/find-token.ts';
import { acceptsJwt, refusedJwt, type SignIntrospection } from './jwt-response.ts';

const INACTIVE: IntrospectionResponse = { active: false };

/**
 * `POST /introspect` (RFC 7662): what is this token, and is it alive? Answered to a resource server for tokens that are meant for it, and to the client that
 * the token was issued to; to everybody else every token is unknown. Signed, for a caller that accepts the response as a JWT (RFC 9701).
 */
export function registerIntrospectionRoute(
  app: FastifyInstance,
  options: { issuer: string; authenticateClient: AuthenticateClient; findToken: FindToken; signIntrospection: SignIntrospection },
): void {
  app.post(authorizationServerRoutes.introspect, { config: { limit: 'introspect' } }, async (request, reply) => {
    const asJwt = acceptsJwt(request.headers.accept);
    const caller = await authenticate(request).catch((error: unknown) => {
      throw asJwt ? refusedJwt(error) : error;
    });
    const { token } = readMessage(tokenInQuestion, formOf(request.body));
    const response = await introspect(token, caller);
    reply.header('cache-control', 'no-store');
    if (!asJwt) return reply.send(response);
    return reply.type(`application/${INTROSPECTION_JWT_TYPE}`).send(await options.signIntrospection(response, caller));
  });

  /** Whoever cannot prove to be the caller learns nothing: anybody may have found the token (RFC 7662 §2.1). */
  async function authenticate(request: FastifyRequest): Promise<Client> {
    const caller = await options.authenticateClient(request);
    if (caller.tokenEndpointAuthMethod === 'none') throw new OAuthError('invalid_client', 'Only a client that authenticates may ask.');
    return caller;
  }

  async function introspect(token: string, caller: Client): Promise<IntrospectionResponse> {
    const found = await options.findToken(token);
    if (found === undefined || !found.alive) return INACTIVE;
    if (found.kind === 'refresh_token') {
      const { grant } = found.state;
      if (grant.clientId !== caller.id) return INACTIVE;
      return {
        active: true,
        iss: options.issuer,
        sub: grant.userId,
        client_id: grant.clientId,
        scope: everyScope(grant.granted).join(' '),
        iat: Math.floor(found.state.createdAt / 1000),
        exp: Math.floor(found.state.expiresAt / 1000),
        auth_time: grant.authTime,
        grant_id: grant.id,
      };
    }
    const { claims, resource } = found;
    if (claims.client_id !== caller.id && !resource.resourceServers.includes(caller.id)) return INACTIVE;
    return { active: true, ...claims, token_type: 'Bearer' };
  }
}
