import * as oauth from 'oauth4webapi';
import type { AuthorizationServer } from '../discovery/authorization-server.ts';
import type { DpopKey } from '../dpop/proofs.ts';
import { requestTokens, type TokenEndpoint } from './endpoint.ts';
import type { Tokens } from './tokens.ts';

/**
 * Asks whether the user has decided (RFC 8628 §3.4).
 *
 * @throws TokenRefusedError while the user has not, and when the answer is no; PeerError when there is none that can be used.
 */
export function requestDeviceTokens(
  endpoint: TokenEndpoint,
  authorizationServer: AuthorizationServer,
  { deviceCode, resource, dpopKey }: { deviceCode: string; resource: string; dpopKey?: DpopKey | undefined },
): Promise<Tokens> {
  return requestTokens(
    endpoint,
    authorizationServer,
    async ({ client, authentication, options }) => {
      const parameters = { ...options, additionalParameters: { resource } };
      const answer = await oauth.deviceCodeGrantRequest(authorizationServer, client, authentication, deviceCode, parameters);
      return oauth.processDeviceCodeResponse(authorizationServer, client, answer);
    },
    dpopKey,
  );
}
