import { generateKeyPairSync } from 'node:crypto';
import { sampleServiceKey } from '@rolecall/authorization-server/seeds';
import type { Profile } from '@rolecall/contracts/requirements/requirement';
import { freePort } from '@rolecall/test-services/free-ports';
import { startEcosystem } from '@rolecall/testing';
import { startOidcProvider } from '@rolecall/verifier/test-support/oidc-provider';
import { clientRoles, type KnownClients } from '@rolecall/verifier/authorization-server/target';
import type { AuthorizationServerOptions } from '@rolecall/verifier/authorization-server/verify';
import { OAuth2Server } from 'oauth2-mock-server';

/** An authorization server to be verified as somebody would run it. */
export interface Contestant {
  /** What tables call it. */
  name: string;
  /** The npm package; undefined for what is in this repository. */
  npm?: string;
  /** How it is set up, in a sentence. */
  setUp: string;
  /** Of what beside OAuth 2.1 it says that it does it. Nobody here is set up for FAPI, which takes a deployment of its own. */
  profiles: readonly Profile[];
  start(): Promise<Started>;
}

interface Started {
  options: AuthorizationServerOptions;
  stop(): Promise<void>;
}

const RESOURCE = 'https://api.example/notes';
/** At a name under which nobody can be reached (RFC 2606 §2): it sends nothing to its own machine. */
const PUBLIC = 'https://verifier.public.example';

const ours: Contestant = {
  name: 'Rolecall',
  setUp: 'As `npm start` has it: open registration, the seeded clients and users. It does not offer OpenID Connect.',
  profiles: ['mcp'],
  start: async () => {
    const ecosystem = await startEcosystem({ roles: ['authorization-server'] });
    const client = { token_endpoint_auth_method: 'client_secret_basic' as const, redirect_uris: [] };
    return {
      options: {
        issuer: ecosystem.issuer,
        resource: ecosystem.resource,
        scope: 'notes:read notes:write',
        user: { username: 'alice', password: 'wonderland' },
        // A client that nobody vouches for registers for neither.
        clients: {
          service: { ...client, client_id: 'sample-service', client_secret: 'sample-service-secret', scope: 'notes:read' },
          signing: {
            client_id: 'sample-service-jwt',
            token_endpoint_auth_method: 'private_key_jwt',
            redirect_uris: [],
            key: sampleServiceKey,
          },
          resourceServer: { ...client, client_id: 'resource-server', client_secret: 'resource-server-secret' },
        },
      },
      stop: () => ecosystem.close(),
    };
  },
};

const oidcProvider = (format: 'jwt' | 'opaque'): Contestant => ({
  name: format === 'jwt' ? 'oidc-provider' : 'oidc-provider, opaque tokens',
  npm: 'oidc-provider',
  setUp:
    format === 'opaque'
      ? 'The same, with access tokens that are introspected: it does that with no others.'
      : 'Everything that the verifier looks at is switched on: registration, pushed requests, proofs, devices, resources, JWT access tokens, required PKCE, rotation; its own login pages, in memory.',
  profiles: ['oidc', 'mcp'],
  start: async () => {
    const port = await freePort();
    const server = await startOidcProvider({
      resource: RESOURCE,
      format,
      // As its own way to ask would, but for the guard against addresses of this machine.
      fetch: (url, { signal = null, method = 'GET', headers = {}, body = null, redirect = 'follow' }) =>
        fetch(url.replace(PUBLIC, `http://localhost:${port}`), { signal, method, headers, body, redirect }),
    });
    return {
      options: {
        issuer: server.issuer,
        resource: RESOURCE,
        scope: 'openid notes:read notes:write',
        user: { username: 'alice', password: 'anything' },
        reachable: { url: PUBLIC, port },
        authorizationDetails: [{ type: 'notes', actions: ['read'] }],
      },
      stop: () => server.close(),
    };
  },
});

const mock: Contestant = {
  name: 'oauth2-mock-server',
  npm: 'oauth2-mock-server',
  setUp:
    'As its documentation starts it, with one key. It knows no clients and takes whoever comes, so that the clients of the checks are made up.',
  profiles: ['oidc', 'mcp'],
  start: async () => {
    const server = new OAuth2Server();
    await server.issuer.keys.generate('RS256');
    await server.start(0, 'localhost');
    return {
      options: {
        issuer: String(server.issuer.url),
        resource: RESOURCE,
        scope: 'openid notes:read',
        user: { username: 'alice', password: 'anything' },
        clients: madeUpClients(),
      },
      stop: () => server.stop(),
    };
  },
};

export const contestants: readonly Contestant[] = [ours, oidcProvider('jwt'), oidcProvider('opaque'), mock];

function madeUpClients(): KnownClients {
  const key = { ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }), alg: 'ES256', kid: 'made-up' };
  const withoutSecret = ['public', 'bound', 'device'];
  const client = (role: string) => ({
    client_id: `made-up-${role}`,
    redirect_uris: [`https://${role.toLowerCase()}.example/callback`],
    ...(role === 'signing'
      ? { token_endpoint_auth_method: 'private_key_jwt' as const, key }
      : withoutSecret.includes(role)
        ? { token_endpoint_auth_method: 'none' as const }
        : { token_endpoint_auth_method: 'client_secret_basic' as const, client_secret: `the secret of ${role}` }),
    ...(role === 'requests' && { key }),
    ...(role === 'logout' && { post_logout_redirect_uris: ['https://logout.example/bye'] }),
  });
  return Object.fromEntries(Object.keys(clientRoles).map((role) => [role, client(role)]));
}
