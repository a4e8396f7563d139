import type { Clock } from '@rolecall/storage/clock';
import type { AuthorizationServer } from '../../src/discovery/authorization-server.ts';
import type { Peers } from '../../src/discovery/peers.ts';
import { createProofs } from '../../src/dpop/proofs.ts';
import { createOutboundFetch } from '../../src/outbound-fetch.ts';
import type { Identities } from '../../src/registration/identities.ts';
import { type PreRegistered, preRegisteredIdentity } from '../../src/registration/pre-registered.ts';
import type { TokenEndpoint } from '../../src/token/endpoint.ts';
import { ISSUER, RESOURCE } from './addresses.ts';

/** It stands still: the same requests make the same pact. */
export const clock: Clock = { now: () => Date.UTC(2026, 0, 1) };

/** What the client has read of the authorization server. */
export const metadata: AuthorizationServer = {
  issuer: ISSUER,
  authorization_endpoint: `${ISSUER}/authorize`,
  token_endpoint: `${ISSUER}/token`,
  revocation_endpoint: `${ISSUER}/revoke`,
  registration_endpoint: `${ISSUER}/register`,
  scopes_supported: ['notes:read', 'notes:write'],
  code_challenge_methods_supported: ['S256'],
  token_endpoint_auth_methods_supported: ['client_secret_basic', 'private_key_jwt'],
  authorization_response_iss_parameter_supported: true,
};

/** The client's own way out, to the mock. */
export const outbound = (fetchFromMock: typeof fetch) =>
  createOutboundFetch({
    timeoutSeconds: 5,
    maximumBytes: 256 * 1024,
    ownOrigins: [ISSUER, RESOURCE],
    allowLoopback: true,
    fetch: fetchFromMock,
  });

/** What the client's modules ask the token endpoint with. */
export function tokenEndpoint(fetchFromMock: typeof fetch, client: Omit<PreRegistered, 'issuer'>): TokenEndpoint {
  const known = { issuer: ISSUER, ...client };
  const identities: Identities = { at: async (server) => preRegisteredIdentity(known, server), forget: async () => {} };
  return { identities, clock, outboundFetch: outbound(fetchFromMock), proofs: createProofs(false, clock) };
}

/** What the client has found out about both, where nothing is asked for it. */
export function peers(authorizationServer: AuthorizationServer): Peers {
  return {
    resource: RESOURCE,
    issuer: async () => authorizationServer.issuer,
    authorizationServer: async () => authorizationServer,
    at: async () => authorizationServer,
    resourceServer: async () => undefined,
    learn: () => {},
  };
}
