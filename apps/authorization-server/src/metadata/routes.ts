import type { AuthorizationServerMetadata } from '@rolecall/contracts/authorization-server-metadata';
import { assertionAlgorithms } from '@rolecall/contracts/client-authentication';
import { signingAlgorithm } from '@rolecall/contracts/jwks';
import { authorizationServerRoutes as routes } from '@rolecall/contracts/routes';
import type { FastifyInstance } from 'fastify';
import type { ResourceStore } from '../stores/types.ts';
import { supportedAuthMethods } from '../token/client-authentication.ts';

const MAX_AGE_SECONDS = 300;

/**
 * The metadata document (RFC 8414 §3). For an issuer with a path, the well-known part comes before that path, so the route is given whole and not below the issuer.
 * Everything in it is taken from what is wired: it cannot announce what is not served.
 */
export function registerMetadataRoute(
  app: FastifyInstance,
  options: { issuer: string; grantTypes: readonly string[]; registration: boolean; resources: ResourceStore },
): void {
  const { issuer } = options;
  const { pathname } = new URL(issuer);
  app.get(routes.metadata + (pathname === '/' ? '' : pathname), async (_request, reply) => {
    const resources = await options.resources.list();
    const metadata: AuthorizationServerMetadata = {
      issuer,
      authorization_endpoint: issuer + routes.authorize,
      token_endpoint: issuer + routes.token,
      jwks_uri: issuer + routes.jwks,
      introspection_endpoint: issuer + routes.introspect,
      introspection_endpoint_auth_methods_supported: supportedAuthMethods.filter((method) => method !== 'none'),
      introspection_endpoint_auth_signing_alg_values_supported: [...assertionAlgorithms],
      introspection_signing_alg_values_supported: [...signingAlgorithm.options],
      revocation_endpoint: issuer + routes.revoke,
      revocation_endpoint_auth_methods_supported: [...supportedAuthMethods],
      revocation_endpoint_auth_signing_alg_values_supported: [...assertionAlgorithms],
      revocations_uri: issuer + routes.revocations,
      ...(options.registration && { registration_endpoint: issuer + routes.register }),
      scopes_supported: [...new Set(resources.flatMap((resource) => resource.scopes.map((scope) => scope.name)))],
      response_types_supported: ['code'],
      response_modes_supported: ['query'],
      grant_types_supported: [...options.grantTypes],
      token_endpoint_auth_methods_supported: [...supportedAuthMethods],
      token_endpoint_auth_signing_alg_values_supported: [...assertionAlgorithms],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
      protected_resources: resources.map((resource) => resource.identifier),
    };
    return reply.header('cache-control', `public, max-age=${MAX_AGE_SECONDS}`).send(withoutEmptyArrays(metadata));
  });
}

/** An empty list is left out, not published as `[]` (RFC 8414 §3.2). */
function withoutEmptyArrays(metadata: object): object {
  return Object.fromEntries(Object.entries(metadata).filter(([, value]) => !(Array.isArray(value) && value.length === 0)));
}
