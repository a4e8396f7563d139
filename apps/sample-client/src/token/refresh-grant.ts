import * as oauth from 'oauth4webapi';
import type { Access } from '../access/access.ts';
import type { AuthorizationServer } from '../discovery/authorization-server.ts';
import { requestTokens, type TokenEndpoint } from './endpoint.ts';

/**
 * Exchanges a refresh token for the next access token (RFC 6749 §6). No scope is asked for: that means the same as before, and may be answered with less.
 *
 * @returns the access that replaces the old one, with the new refresh token where there is one.
 * @throws TokenRefusedError when the authorization server refuses, PeerError when its answer is missing or cannot be used.
 */
export async function refresh(
  endpoint: TokenEndpoint,
  authorizationServer: AuthorizationServer,
  access: Access & { refreshToken: string },
): Promise<Access> {
  const { resource, refreshToken, renewals } = access;
  const tokens = await requestTokens(
    endpoint,
    authorizationServer,
    async ({ client, authentication, options }) => {
      const parameters = { ...options, additionalParameters: { resource } };
      const answer = await oauth.refreshTokenGrantRequest(authorizationServer, client, authentication, refreshToken, parameters);
      return oauth.processRefreshTokenResponse(authorizationServer, client, answer);
    },
    access.dpopKey,
  );
  // When they expire is said anew, or not at all.
  const { accessToken: _, expiresAt: __, renewAt: ___, ...kept } = access;
  return { ...kept, ...tokens, renewals: renewals + 1 };
}
