import * as oauth from 'oauth4webapi';
import type { AuthorizationServer } from '../discovery/authorization-server.ts';
import type { DpopKey } from '../dpop/proofs.ts';
import { requestTokens, type TokenEndpoint } from './endpoint.ts';
import type { Tokens } from './tokens.ts';

/**
 * Gets access for the client itself, without any user (RFC 6749 §4.4).
 *
 * @param asked `resource` is the API that the token is for (RFC 8707), `scope` what it should be able to do there; undefined leaves that to the server.
 * @throws TokenRefusedError when the authorization server refuses, PeerError when its answer is missing or cannot be used.
 */
export function requestOwnTokens(
  endpoint: TokenEndpoint,
  authorizationServer: AuthorizationServer,
  asked: { resource: string; scope?: string | undefined; dpopKey?: DpopKey | undefined },
): Promise<Tokens> {
  return requestTokens(
    endpoint,
    authorizationServer,
    async ({ client, authentication, options }) => {
      const parameters = { resource: asked.resource, ...(asked.scope !== undefined && { scope: asked.scope }) };
      const answer = await oauth.clientCredentialsGrantRequest(authorizationServer, client, authentication, parameters, options);
      return oauth.processClientCredentialsResponse(authorizationServer, client, answer);
    },
    asked.dpopKey,
  );
}
