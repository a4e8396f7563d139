import * as oauth from 'oauth4webapi';
import { type Access, newAccess } from '../access/access.ts';
import type { AuthorizationServer } from '../discovery/authorization-server.ts';
import type { Attempt } from '../sign-in/attempt.ts';
import { requestTokens, type TokenEndpoint } from './endpoint.ts';

/**
 * Exchanges a code for access, server to server (RFC 6749 §4.1.3).
 *
 * @param response what `readAuthorizationResponse` validated.
 * @throws TokenRefusedError when the authorization server refuses, PeerError when its answer is missing or cannot be used.
 */
export async function redeemCode(
  endpoint: TokenEndpoint & { redirectUri: string },
  authorizationServer: AuthorizationServer,
  attempt: Attempt,
  response: URLSearchParams,
): Promise<Access> {
  const { issuer, resource, scope: requestedScope, codeVerifier, dpopKey } = attempt;
  const tokens = await requestTokens(
    endpoint,
    authorizationServer,
    async ({ client, authentication, options }) => {
      const parameters = { ...options, additionalParameters: { resource } };
      const answer = await oauth.authorizationCodeGrantRequest(
        authorizationServer,
        client,
        authentication,
        response,
        endpoint.redirectUri,
        codeVerifier,
        parameters,
      );
      return oauth.processAuthorizationCodeResponse(authorizationServer, client, answer);
    },
    dpopKey,
  );
  return newAccess(tokens, { issuer, resource, requestedScope, dpopKey });
}
